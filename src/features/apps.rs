//! The apps that a user has opened.

pub mod apps_page;
mod remove_app;
