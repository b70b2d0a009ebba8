//! Download of all data that the server stores about a user.

mod export_account;

pub mod export_page;
