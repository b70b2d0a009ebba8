//! Confirmation of the email address after a sign-up: the page behind the confirmation link, and
//! the request to send the link again.

mod resend_link;
mod verify_email;

pub mod confirm_page;
pub mod resend_page;
pub mod verify_api;
