//! Token introspection, for services that must learn of a revocation at once (RFC 7662).

mod introspect;

pub mod clients;
pub mod introspect_api;
