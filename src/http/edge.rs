//! The edge: what happens to every request before and after its handler.

pub mod app_host;
pub mod check_source;
pub mod client;
pub mod connection;
pub mod cross_origin;
pub mod error_response;
pub mod middleware;
pub mod original_request;
pub mod same_origin;
pub mod security_headers;
