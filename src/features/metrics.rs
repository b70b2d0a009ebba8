//! What the program tells of itself to whoever watches it, on a listener of its own.

pub mod metrics_api;
mod take_snapshot;
