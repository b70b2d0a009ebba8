//! Authenticator apps of an account.

mod add_app;

pub mod add_page;
