//! Authenticator apps of an account.

mod add_app;
mod reauthenticate_session;
mod remove_app;

pub mod add_page;
pub mod reauthentication_page;
pub mod remove_page;
