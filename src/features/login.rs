//! Login and logout. Every session passes the gate in
//! `accounts::authentication::admission`.

mod complete_second_step;
mod log_in;
mod log_in_with_passkey;
mod log_out;
mod refresh_session;

pub mod again_page;
pub mod log_out_page;
pub mod login_page;
pub mod passkey_page;
pub mod second_step_page;
pub mod token_api;
