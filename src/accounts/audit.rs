//! Audit events. Each is stored in the transaction of the change that it describes, and logged
//! after the commit.

use super::links::NewLink;
use crate::db::{DbError, Tx};
use crate::security::tokens;
use crate::store::events::{self, NewEvent};
use crate::values::{AppId, Event, UserId};

/// Number of events stored per account. Older ones are deleted unless their undo link still works.
pub const EVENT_LIMIT: i64 = 10_000;

/// Stores an event of an account, and logs it after the commit.
pub fn record(tx: &mut Tx<'_>, event: Event, user: &UserId) -> Result<(), DbError> {
    store(tx, event, user)?;
    log(tx, event, Some(user));
    Ok(())
}

/// Records an event together with the link that undoes it.
pub fn record_with_undo(
    tx: &mut Tx<'_>,
    event: Event,
    user: &UserId,
    undo: &NewLink,
) -> Result<(), DbError> {
    insert(tx, event, user, Some(&undo.id), None)?;
    log(tx, event, Some(user));
    Ok(())
}

/// Stores an event without a log line, for requests whose line must not depend on the account.
pub fn store(tx: &mut Tx<'_>, event: Event, user: &UserId) -> Result<(), DbError> {
    insert(tx, event, user, None, None)
}

/// Records an event that is about an app, with the link that undoes it, if there is one.
pub fn record_app(
    tx: &mut Tx<'_>,
    event: Event,
    user: &UserId,
    app: &AppId,
    undo: Option<&NewLink>,
) -> Result<(), DbError> {
    insert(
        tx,
        event,
        user,
        undo.map(|undo| undo.id.as_str()),
        Some(app),
    )?;
    log(tx, event, Some(user));
    Ok(())
}

/// Logs an event after the commit. Events of email addresses without an account appear only in the
/// log. Otherwise requests for made-up addresses could fill the disk.
pub fn log(tx: &mut Tx<'_>, event: Event, user: Option<&UserId>) {
    let (user, address, client) = (
        user.cloned(),
        tx.log_name().map(str::to_owned),
        tx.client.address.clone(),
    );
    tx.after_commit(move || {
        let (event_name, user) = (event.name(), user.map(|user| user.0));
        // A copied token is the one event that is always a sign of an attack.
        if event == Event::RefreshReused {
            tracing::warn!(event = event_name, user, address, client);
        } else {
            tracing::info!(event = event_name, user, address, client);
        }
    });
}

fn insert(
    tx: &mut Tx<'_>,
    event: Event,
    user: &UserId,
    undo_link_id: Option<&str>,
    app_id: Option<&AppId>,
) -> Result<(), DbError> {
    let (client, happened_at) = (tx.client.clone(), tx.now);
    let event = NewEvent {
        id: &tokens::random_id(),
        happened_at,
        kind: event.name(),
        user_id: user,
        user_agent: &client.user_agent,
        client_address: &client.address,
        undo_link_id,
        app_id,
    };
    events::insert(tx, &event)?;
    Ok(events::keep_newest(tx, user, EVENT_LIMIT, happened_at)?)
}
