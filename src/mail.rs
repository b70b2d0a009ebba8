//! Email: the kinds ([`EmailKind`]), composing ([`compose()`]), the outbox, and SMTP
//! ([`SmtpConnection`]). The outbox is a table. An email is queued in the transaction of the change
//! that it reports. The worker decides when to send it.

mod compose;
mod confirmation;
mod email_kind;
mod failed_logins;
mod outbox;
mod security_notice;
mod smtp;

pub use compose::{MailContext, OutgoingMail, compose, message_id};
pub use confirmation::{send_confirmation, send_confirmation_again};
pub use email_kind::{EmailKind, LoggedOut, Site};
pub use failed_logins::{notify_failed_logins, notify_lockout};
pub use outbox::{OpenError, QueuedEmail, Recipient, compose_row, enqueue, enqueue_decoy, open};
pub use security_notice::{SecurityNotice, notify_with_undo};
pub use smtp::{NotSent, SmtpConnection, SmtpServer};
