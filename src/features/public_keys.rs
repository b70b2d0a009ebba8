//! Public keys with which other services verify access tokens, without a request for each token.

pub mod public_keys_api;
