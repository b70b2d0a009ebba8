//! Whether a token is good, for services that want to know of revocation at once (RFC 7662).

mod introspect;

pub mod clients;
pub mod introspect_api;
