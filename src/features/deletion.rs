//! Deletion of an account, by its owner or by the operator.

pub mod delete_account;
pub mod delete_page;
