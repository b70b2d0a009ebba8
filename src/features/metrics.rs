//! Metrics for the operator's monitoring, on a separate listener.

pub mod metrics_api;
mod take_snapshot;
