//! Journeys: a folder for each thing that a person does, with everything that is only its own. A `*_page.rs` is HTML in
//! and out, a `*_api.rs` is for programs, a bare verb is the operation, which knows neither actix nor askama. No feature
//! imports another; what two share sinks into a layer below.

pub mod dashboard;
pub mod dev_mailbox;
pub mod email_verification;
pub mod front;
pub mod health;
pub mod login;
pub mod password_reset;
pub mod sign_up;

#[cfg(test)]
mod tests;
