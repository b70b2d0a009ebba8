//! Download of all data that the server stores about a user.

mod export_account;
mod exported_data;

pub mod export_page;
