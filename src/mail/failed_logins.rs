//! Notices to an account's owner about many consecutive failures. An email address without an
//! account causes equal writes.

use super::email_kind::EmailKind;
use super::outbox::Outbox;
use crate::accounts::login_protection::FailureCount;
use crate::accounts::throttle::{Limit, Limits};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::users::User;

/// Number of consecutive failures from which the owner is notified, once a day (ASVS 6.3.5).
const MANY: u32 = 20;

/// Notifies the owner of consecutive failures, if a notice is due.
pub fn notify_failed_logins(
    connection: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    user: Option<&User>,
    email_key: &str,
    counted: FailureCount,
    now: Timestamp,
) -> Result<(), DbError> {
    // A lockout changes how the owner can log in. Its notice does not depend on earlier notices of
    // failures.
    if counted.is_last {
        return notify_lockout(connection, outbox, limits, user, email_key, now);
    }
    if counted.consecutive < MANY || !limits.check(connection, Limit::GuessNotices, email_key, now)? {
        return Ok(());
    }
    enqueue(connection, outbox, user, now, |name, at| EmailKind::FailedLogins { name, at, count: counted.consecutive })
}

/// Notifies the owner that unknown devices can no longer log in. Repeats the notice once a week
/// while login attempts go on.
pub fn notify_lockout(
    connection: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    user: Option<&User>,
    email_key: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    if !limits.check(connection, Limit::OffNotices, email_key, now)? {
        return Ok(());
    }
    enqueue(connection, outbox, user, now, |name, at| EmailKind::Lockout { name, at })
}

fn enqueue(
    connection: &mut DbConnection,
    outbox: &Outbox,
    user: Option<&User>,
    now: Timestamp,
    kind: impl FnOnce(Option<String>, i64) -> EmailKind,
) -> Result<(), DbError> {
    match user {
        Some(user) => outbox.enqueue(connection, user.into(), kind(user.name.clone(), now.millis()), now),
        None => outbox.enqueue_decoy(connection, now),
    }
}
