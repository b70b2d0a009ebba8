//! Keys, tokens, hashes, seals: composition of well-known primitives, without a database and without a clock of its
//! own. Who may do what is decided in `accounts` and `features`.

pub mod access_token;
pub mod breached;
mod jwt;
pub mod keys;
pub mod password_hash;
pub mod refresh_token;
pub mod seal;
pub mod session_token;
pub mod signed;
pub mod tokens;
