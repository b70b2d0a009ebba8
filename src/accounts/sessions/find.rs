//! Lookups of a session, which every request of a signed-in user needs.

use super::policy::{SEEN_EVERY, live_at};
use crate::db::{DbError, Tx};
use crate::store::sessions::{self, Current, SessionSummary};
use crate::values::{OwnedSession, UserId};

/// Returns the session of a cookie, live or not, with its user.
pub fn find(tx: &mut Tx<'_>, session: &OwnedSession) -> Result<Option<Current>, DbError> {
    Ok(sessions::current(tx, &session.hash, &session.user)?)
}

/// Returns the API session of an access token, live or not, with its user.
pub fn find_of_api_client(
    tx: &mut Tx<'_>,
    user: &UserId,
    handle: &str,
) -> Result<Option<Current>, DbError> {
    Ok(sessions::current_of_program(tx, handle, user)?)
}

/// Returns the session of a cookie, live or not, with its user and a summary of all the user's
/// sessions.
pub fn find_with_summary(
    tx: &mut Tx<'_>,
    session: &OwnedSession,
) -> Result<Option<(Current, SessionSummary)>, DbError> {
    let (user, hash, live_at) = (&session.user, &session.hash, live_at(tx.now));
    Ok(sessions::current_with_summary(tx, hash, user, live_at)?)
}

/// Updates the last-seen time of a session, at most once a minute.
pub fn record_activity(tx: &mut Tx<'_>, session: &OwnedSession) -> Result<(), DbError> {
    let (now, due) = (tx.now, tx.now - SEEN_EVERY);
    Ok(sessions::seen(tx, &session.user, &session.hash, due, now)?)
}
