//! Text for the samples of pages.

/// Text that must be escaped on every page.
pub const HOSTILE: &str = "\"><script>alert('1')</script>&";
