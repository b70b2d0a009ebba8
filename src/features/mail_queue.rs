//! Outbox commands of the operator: list queued emails, retry them at once, send a test email.

pub mod queue;
pub mod send_test;
