//! Mails: what they can say ([`Letter`]), how one is composed ([`compose()`]), and the outbox, a table that is written in
//! the transaction of what a mail tells of and read by whoever delivers. Nothing here talks to a mail server.

mod compose;
mod confirmation;
mod letter;
mod outbox;

pub use compose::{OutgoingMail, compose};
pub use confirmation::send_confirmation;
pub use letter::{Letter, Site};
pub use outbox::{OpenError, Stationery, enqueue, enqueue_nothing, open};
