//! The account overview.

pub mod overview_page;
