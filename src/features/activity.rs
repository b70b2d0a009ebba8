//! The activity of an account, on a page and in the API.

mod list_activity;

pub mod activity_api;
pub mod activity_page;
