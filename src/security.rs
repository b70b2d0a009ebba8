//! Keys, tokens, hashes and seals, composed of well-known primitives. This layer has no database
//! and no clock of its own. Permissions are decided in `accounts` and `features`.

pub mod access_token;
pub mod app_session_token;
pub mod assertion;
pub mod authorities;
pub mod breached;
pub mod challenge;
pub mod form_key;
pub mod handover_code;
mod jwt;
mod jwt_provider;
pub mod keys;
pub mod password_hash;
pub mod refresh_token;
pub mod seal;
pub mod session_token;
pub mod signed;
pub mod tokens;
pub mod totp;
pub mod webauthn;
