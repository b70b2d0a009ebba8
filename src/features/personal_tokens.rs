//! API tokens, which users create for their own programs, list and revoke.

mod create_token;
mod remove_token;

pub mod tokens_page;
