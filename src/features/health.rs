//! Health checks for load balancers and supervisors.

pub mod health_api;
