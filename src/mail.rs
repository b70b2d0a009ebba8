//! Mails: what they can say ([`EmailKind`]), how one is composed ([`compose()`]), and the outbox, a table that is written in
//! the transaction of what a mail tells of, and a connection to a mail server ([`SmtpConnection`]). When a mail is sent is
//! up to the worker.

mod compose;
mod confirmation;
mod email_kind;
mod failed_logins;
mod outbox;
mod security_notice;
mod smtp;

pub use compose::{OutgoingMail, compose, message_id};
pub use confirmation::{send_confirmation, send_confirmation_again};
pub use email_kind::{EmailKind, LoggedOut, Site};
pub use failed_logins::{notify_failed_logins, notify_lockout};
pub use outbox::{MailContext, OpenError, Outbox, QueuedEmail, Recipient, compose_row, open};
pub use security_notice::{SecurityNotice, notify_with_undo};
pub use smtp::{NotSent, SmtpConnection, SmtpServer};
