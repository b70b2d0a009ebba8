//! Signing up: a form, a mail, 'check your email'. A sign-up is not yet an account: the click in the mail makes it one
//! (`email_verification`).

mod start_sign_up;

pub mod sent_page;
pub mod sign_up_api;
pub mod sign_up_page;
