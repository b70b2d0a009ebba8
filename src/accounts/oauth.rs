//! Credentials of programs: OAuth clients of the operator, and API tokens of users.

pub mod api_tokens;
pub mod clients;
