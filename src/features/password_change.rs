//! Password change by a logged-in user.

mod change_password;
pub mod password_page;
