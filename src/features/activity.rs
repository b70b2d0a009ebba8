//! What happened to an account, as its owner reads it.

mod list_activity;
mod messages;

pub mod activity_api;
pub mod activity_page;
