//! Telling of what somebody else might have done. Every such change is told in the same three steps, so that none is without
//! its undo: the link, the event that knows it, and the notice that carries it.

use super::email_kind::EmailKind;
use super::outbox::Outbox;
use crate::accounts::audit::{self, ClientInfo, Event};
use crate::accounts::links::{self, Purpose};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::users::User;
use crate::values::{Token, UserId, display_device};

/// What every such notice says.
pub struct SecurityNotice {
    /// The account's own name.
    pub name: Option<String>,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// From what, in words.
    pub device: String,
    /// Of the link 'This was not me'.
    pub undo: Token,
}

/// Writes down that `event` happened to `user`, and tells the address that `user` has here, which is the one that the undo
/// gives the account back to. `kind` is made of what every notice says.
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
