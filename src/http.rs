//! The HTTP layer that all features share. It turns requests into typed values, and outcomes into
//! pages or JSON.

pub mod api;
pub mod app_data;
pub mod body;
pub mod edge;
pub mod error;
pub mod fields;
pub mod form_errors;
pub mod headers;
pub mod methods;
pub mod new_password;
pub mod pages;
#[cfg(test)]
pub mod samples;
pub mod typed;
