//! Security notices about changes that an attacker could have made. Every notice takes the same
//! three steps, so that none lacks an undo link: create the link, record the event with it, queue
//! the email.

use super::email_kind::EmailKind;
use super::outbox::enqueue;
use crate::accounts::audit::{self, Event};
use crate::accounts::links::{self, Purpose};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::store::users::User;
use crate::values::{Token, display_device};

/// The data that every security notice contains.
pub struct SecurityNotice {
    pub name: Option<String>,
    pub at: Timestamp,
    /// The device for people, such as `Firefox on Windows`.
    pub device: String,
    /// The token of the undo link.
    pub undo: Token,
}

/// Records `event` and sends a security notice to the email address in `user`. The undo link gives
/// the account back to that address. `kind` makes the email from the notice's data.
pub fn notify_with_undo(
    tx: &mut Tx<'_>,
    event: Event,
    user: &User,
    kind: impl FnOnce(SecurityNotice) -> EmailKind,
) -> Result<(), DbError> {
    let undo = links::issue(tx, Purpose::Undo, &user.id.0, &user.email)?;
    audit::record_with_undo(tx, event, &user.id, &undo)?;
    let notice = SecurityNotice {
        name: user.name.clone(),
        at: tx.now,
        device: display_device(&tx.client.user_agent),
        undo: undo.token,
    };
    enqueue(tx, user.into(), kind(notice))
}
