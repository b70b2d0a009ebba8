//! Password reset: a form, an email with a link, and a form for the new password.
//!
//! The request that sets the password carries the token itself. The server stores no flag that the
//! token was checked before (CVE-2026-18963).

mod request_reset;
mod reset_password;

pub mod change_password_page;
pub mod forgot_page;
pub mod reset_api;
pub mod reset_page;
pub mod sent_page;
