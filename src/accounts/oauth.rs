//! Credentials of programs: API tokens of users.

pub mod api_tokens;
