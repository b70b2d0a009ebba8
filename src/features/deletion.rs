//! A signed-in person deletes the account.

mod delete_account;
pub mod delete_page;
