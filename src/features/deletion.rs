//! A signed-in person deletes the account.

pub mod delete_account;
pub mod delete_page;
