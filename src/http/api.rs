//! Requests to the JSON API, and the responses to them.

pub mod api_error;
pub mod api_request;
mod described_types;
pub mod json;
pub mod list;
pub mod mail_request;
pub mod openapi;
pub mod problem;
pub mod service;
