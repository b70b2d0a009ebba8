//! Logging in and out. A session is born in `accounts::sign_in` and nowhere else.

mod log_in;

pub mod log_out;
pub mod login_page;
