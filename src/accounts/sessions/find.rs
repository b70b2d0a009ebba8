//! Lookups of a session, which every request of a signed-in user needs.

use std::time::Duration;

use super::policy::{NEW_DEVICE_FOR, SEEN_EVERY, live_at};
use crate::accounts::links::Purpose;
use crate::db::{DbError, Tx};
use crate::store::account_summary::{self, AccountSummary, SummaryScope};
use crate::store::sessions::{self, Current};
use crate::values::{Event, OwnedSession, UserId};

/// Period for which the summary of an account looks ahead for expiring tokens.
const EXPIRING_WITHIN: Duration = Duration::from_hours(7 * 24);

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

/// Returns the session of a cookie, live or not, with its user and a summary of the account.
pub fn find_with_summary(
    tx: &mut Tx<'_>,
    session: &OwnedSession,
) -> Result<Option<(Current, AccountSummary)>, DbError> {
    let scope = SummaryScope {
        live_at: live_at(tx.now),
        new_since: tx.now - NEW_DEVICE_FOR,
        expiring_until: tx.now + EXPIRING_WITHIN,
        login: Event::LoggedIn.name(),
        email_change: Purpose::ChangeAddress.name(),
    };
    let (user, hash) = (&session.user, &session.hash);
    Ok(account_summary::current_with_summary(
        tx, hash, user, scope,
    )?)
}

/// Updates the last-seen time of a session, at most once a minute.
pub fn record_last_seen(tx: &mut Tx<'_>, session: &OwnedSession) -> Result<(), DbError> {
    let (now, due) = (tx.now, tx.now - SEEN_EVERY);
    Ok(sessions::seen(tx, &session.user, &session.hash, due, now)?)
}
