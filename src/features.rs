//! Journeys: a folder for each thing that a person does, with everything that is only its own. A `*_page.rs` is HTML in
//! and out, a `*_api.rs` is for programs, a bare verb is the operation, which knows neither actix nor askama. No feature
//! imports another; what two share sinks into a layer below.

pub mod account;
pub mod activity;
pub mod administration;
pub mod api_docs;
pub mod dashboard;
pub mod deletion;
pub mod dev_mailbox;
pub mod email_change;
pub mod email_verification;
pub mod export;
pub mod front;
pub mod health;
pub mod introspection;
pub mod login;
pub mod mail_queue;
pub mod metrics;
pub mod password_change;
pub mod password_reset;
pub mod people;
pub mod personal_tokens;
pub mod profile;
pub mod public_keys;
pub mod sessions;
pub mod sign_up;
pub mod undo;

#[cfg(test)]
mod tests;
