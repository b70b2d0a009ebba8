//! Everything that is kept about a person, as a file for that person.

mod export_account;

pub mod export_page;
