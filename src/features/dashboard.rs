//! The first page after login.

pub mod dashboard_page;
