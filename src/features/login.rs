//! Logging in and out. A session is born in `accounts::sign_in` and nowhere else.

mod log_in;
mod log_out;
mod refresh_session;

pub mod log_out_page;
pub mod login_page;
pub mod token_api;
