//! Mails: what they can say ([`Letter`]), how one is composed ([`compose()`]), and the outbox, a table that is written in
//! the transaction of what a mail tells of, and a connection to a mail server ([`SmtpConnection`]). When a mail is sent is
//! up to the worker.

mod compose;
mod confirmation;
mod guessed;
mod letter;
mod outbox;
mod smtp;
mod undoable;

pub use compose::{OutgoingMail, compose, message_id};
pub use confirmation::{send_confirmation, send_confirmation_again};
pub use guessed::{tell_of_guesses, tell_of_the_end_of_guesses};
pub use letter::{Letter, LoggedOut, Site};
pub use outbox::{Addressed, OpenError, Outbox, Recipient, Stationery, compose_row, open};
pub use smtp::{NotSent, SmtpConnection, SmtpServer};
pub use undoable::{Undoable, tell_undoable};
