//! For load balancers and supervisors.

pub mod health_api;
