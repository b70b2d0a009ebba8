//! The features of the server, one folder per task of a user or operator.
//!
//! A `*_page.rs` file handles forms and HTML pages. A `*_api.rs` file handles requests of programs.
//! A file named after a verb contains the operation itself, which uses neither actix nor askama.
//!
//! A feature never imports another one. Shared code belongs in a lower layer.

pub mod account;
pub mod activity;
pub mod administration;
pub mod api_docs;
pub mod apps;
pub mod continuing;
pub mod dashboard;
pub mod deletion;
pub mod dev_mailbox;
pub mod email_change;
pub mod email_verification;
pub mod export;
pub mod factor_recovery;
pub mod forward_auth;
pub mod front;
pub mod health;
pub mod introspection;
pub mod invitations;
pub mod login;
pub mod mail_queue;
pub mod metrics;
pub mod password_change;
pub mod password_reset;
pub mod people;
pub mod personal_tokens;
pub mod profile;
pub mod public_keys;
pub mod second_factor;
pub mod sessions;
pub mod sign_up;
pub mod site_files;
pub mod undo;

#[cfg(test)]
mod tests;
