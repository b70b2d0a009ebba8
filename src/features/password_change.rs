//! Password change by a logged-in user, and removal of the password.

mod change_password;
mod remove_password;

pub mod password_page;
pub mod remove_page;
