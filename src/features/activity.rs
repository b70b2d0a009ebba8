//! The activity of an account, on a page and in the API.

mod list_activity;
mod messages;

pub mod activity_api;
pub mod activity_page;
