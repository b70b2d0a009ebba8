//! The ways to log in, and the second step: authenticator apps and recovery codes.

pub mod apps;
pub mod recovery_codes;
pub mod remove_second_steps;
pub mod security_page;
