//! The catalogue of texts that code produces. A code with its arguments becomes a sentence here.
//! The texts of pages and emails are in their templates.

pub mod activity;
pub mod error_pages;
pub mod notices;
pub mod problems;
pub mod reasons;
pub mod waits;
