//! Login and logout. Only `accounts::sign_in` creates sessions.

mod log_in;
mod log_out;
mod refresh_session;

pub mod log_out_page;
pub mod login_page;
pub mod token_api;
