//! Passkeys of an account.

mod add_passkey;
mod rename_passkey;

pub mod add_page;
pub mod rename_page;
