//! The account overview, and the ways to log in.

pub mod overview_page;
pub mod security_page;
