//! The keys by which other programs check access tokens, without asking each time.

pub mod public_keys_api;
