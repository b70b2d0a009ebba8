//! Security notices about changes that an attacker could have made. Every notice takes the same
//! three steps, so that none lacks an undo link: create the link, record the event with it, queue
//! the email.

use super::email_kind::EmailKind;
use super::outbox::Outbox;
use crate::accounts::audit::{self, ClientInfo, Event};
use crate::accounts::links::{self, Purpose};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::users::User;
use crate::values::{Token, UserId, display_device};

/// The data that every security notice contains.
pub struct SecurityNotice {
    pub name: Option<String>,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The device for people, such as `Firefox on Windows`.
    pub device: String,
    /// The token of the undo link.
    pub undo: Token,
}

/// Records `event` and sends a security notice to the email address in `user`. The undo link gives
/// the account back to that address. `kind` makes the email from the notice's data.
pub fn notify_with_undo(
    connection: &mut DbConnection,
    outbox: &Outbox,
    event: Event,
    user: &User,
    client: &ClientInfo,
    now: Timestamp,
    kind: impl FnOnce(SecurityNotice) -> EmailKind,
) -> Result<(), DbError> {
    let undo = links::issue(connection, Purpose::Undo, &user.id, &user.email, now)?;
    audit::record_undoable(connection, event, &UserId(user.id.clone()), client, &undo, now)?;
    let fact = SecurityNotice {
        name: user.name.clone(),
        at: now.millis(),
        device: display_device(&client.user_agent),
        undo: undo.token,
    };
    outbox.enqueue(connection, user.into(), kind(fact), now)
}
