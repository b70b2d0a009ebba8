//! Recovery codes of an account.

mod create_codes;

pub mod codes_page;
