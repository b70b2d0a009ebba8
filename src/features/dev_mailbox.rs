//! The mailbox of development mode, which shows the outbox of a server without an SMTP server. Each
//! email is composed when it is read, by the same code that would send it.

mod read_mailbox;

pub mod mailbox_api;
pub mod mailbox_page;
