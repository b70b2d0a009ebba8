//! What the operator does with mails: looks at those that wait, has them tried at once, and sends a test.

pub mod queue;
pub mod send_test;
