//! Telling the owner of an account of many wrong passwords in a row. An address that nobody has costs the same writing.

use super::email_kind::EmailKind;
use super::outbox::Outbox;
use crate::accounts::login_protection::FailureCount;
use crate::accounts::throttle::{Limit, Limits};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::users::User;

/// From so many in a row on the owner is told (ASVS 6.3.5), once a day.
const MANY: u32 = 20;

/// Tells the owner of a wrong password, where it is time for it.
pub fn notify_failed_logins(
    connection: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    user: Option<&User>,
    email_key: &str,
    counted: FailureCount,
    now: Timestamp,
) -> Result<(), DbError> {
    // Whatever was told of those before it: from now on something is different.
    if counted.is_last {
        return notify_lockout(connection, outbox, limits, user, email_key, now);
    }
    if counted.consecutive < MANY || !limits.check(connection, Limit::GuessNotices, email_key, now)? {
        return Ok(());
    }
    enqueue(connection, outbox, user, now, |name, at| EmailKind::FailedLogins { name, at, count: counted.consecutive })
}

/// Tells the owner that no stranger's password is compared any more, once a week while somebody tries.
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
