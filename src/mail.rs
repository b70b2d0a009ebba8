//! Email: one struct for each ([`emails`]), composing ([`compose()`]), the outbox, and SMTP
//! ([`SmtpConnection`]). The outbox is a table. An email is queued in the transaction of the change
//! that it reports. The worker decides when to send it.

mod compose;
mod email;
mod email_kind;
pub mod emails;
mod outbox;
mod smtp;
mod subject;

pub use compose::{MailContext, OutgoingMail, compose, message_id};
pub use email::{Email, Site};
pub use email_kind::EmailKind;
pub use outbox::{OpenError, QueuedEmail, Recipient, compose_row, enqueue, enqueue_decoy, open};
pub use smtp::{NotSent, SmtpConnection, SmtpServer};
pub use subject::subject;
