//! The dashboard, which is the first page after login.

pub mod dashboard_page;
