//! A signed-in person changes the password.

mod change_password;
pub mod password_page;
