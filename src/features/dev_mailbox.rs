//! The mailbox of development mode: with no SMTP server it *is* the outbox. Each mail is composed when it is read, by
//! the code that would also send it.

mod read_mailbox;

pub mod mailbox_api;
pub mod mailbox_page;
