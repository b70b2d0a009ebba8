//! The checks of each fuzz target. The targets run these functions with random input. The test
//! `tests/fuzz_seeds.rs` runs them with the inputs of `fuzz/seeds`, so that a fault in them is
//! found without a fuzzer.

pub mod address;
pub mod app_request;
pub mod cookies;
pub mod form;
pub mod forwarded_for;
pub mod next;
pub mod passkey;
pub mod tokens;
