//! Sign-up: a form and an email with a confirmation link. A sign-up stays pending until the address
//! is confirmed. Only then does it become an account (`email_verification`).

mod start_sign_up;

pub mod sent_page;
pub mod sign_up_api;
pub mod sign_up_page;
