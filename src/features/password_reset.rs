//! Forgot your password: a form, a mail, the link in it, a new password. The token is in the very request that sets the
//! password; nothing remembers that it was 'already proven' (CVE-2026-18963).

mod request_reset;
mod reset_password;

pub mod change_password_page;
pub mod forgot_page;
pub mod reset_api;
pub mod reset_page;
pub mod sent_page;
