//! The edge: what happens to every request before and after its handler.

pub mod check_source;
pub mod client;
pub mod connection;
pub mod cross_origin;
pub mod error_response;
pub mod middleware;
pub mod same_origin;
pub mod security_headers;
