//! Notices to an account's owner about many consecutive failures. An email address without an
//! account causes equal writes.

use crate::accounts::login_protection::FailureCount;
use crate::accounts::rate_limits::{self, Limit};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::mail::emails::login::{FailedLogins, Lockout};
use crate::mail::{EmailKind, enqueue, enqueue_decoy};
use crate::store::users::User;

/// Number of consecutive failures from which the owner is notified, once a day (ASVS 6.3.5).
const MANY: u32 = 20;

/// Notifies the owner of consecutive failures, if a notice is due.
pub fn notify_failed_logins(
    tx: &mut Tx<'_>,
    user: Option<&User>,
    email_key: &str,
    failures: FailureCount,
) -> Result<(), DbError> {
    // A lockout changes how the owner can log in. Its notice does not depend on earlier notices of
    // failures.
    if failures.reaches_lockout {
        return notify_lockout(tx, user, email_key);
    }
    if failures.consecutive < MANY || !rate_limits::check(tx, Limit::FailedLoginNotices, email_key)?
    {
        return Ok(());
    }
    send(tx, user, |name, at| FailedLogins {
        name,
        at,
        count: failures.consecutive,
    })
}

/// Notifies the owner that unknown devices can no longer log in. Repeats the notice once a week
/// while login attempts go on.
pub fn notify_lockout(
    tx: &mut Tx<'_>,
    user: Option<&User>,
    email_key: &str,
) -> Result<(), DbError> {
    if !rate_limits::check(tx, Limit::LockoutNotices, email_key)? {
        return Ok(());
    }
    send(tx, user, |name, at| Lockout { name, at })
}

fn send<E: Into<EmailKind>>(
    tx: &mut Tx<'_>,
    user: Option<&User>,
    email: impl FnOnce(Option<String>, Timestamp) -> E,
) -> Result<(), DbError> {
    let now = tx.now;
    match user {
        Some(user) => enqueue(tx, user.into(), email(user.name.clone(), now)),
        None => enqueue_decoy(tx),
    }
}
