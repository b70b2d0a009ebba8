//! Confirming an address: the link in the mail, the button behind it, and 'send the link again'.

mod resend_link;
mod verify_email;

pub mod confirm_page;
pub mod resend_page;
pub mod verify_api;
