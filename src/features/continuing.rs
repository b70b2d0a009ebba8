//! The way from a form to the app behind the login.

pub mod continue_page;
