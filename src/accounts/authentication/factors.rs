//! The rules for all factors of an account: the effects of the first and the last one, and the undo
//! of changes. The caller has locked the user.

use super::{pending_logins, recovery_codes};
use crate::accounts::login_protection;
use crate::accounts::sessions::{self, EndReason};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::store::users::{self, User};
use crate::store::{recovery_codes as code_rows, totp_credentials};
use crate::values::{RecoveryCode, SessionIdHash, UserId};

/// Applies the effects of a factor that was added at `created_at`. The first one gives the account
/// a second step: every other session ends, and the user gets recovery codes. Returns these codes.
///
/// `session` is the session of the request. It stays.
pub fn after_addition(
    tx: &mut Tx<'_>,
    user: &User,
    session: Option<&SessionIdHash>,
    created_at: Timestamp,
) -> Result<Vec<RecoveryCode>, DbError> {
    pending_logins::end_all(tx, &user.id)?;
    if user.has_second_step() {
        return Ok(Vec::new());
    }
    users::set_factor_since(tx, &user.id, Some(created_at))?;
    // Those of an earlier second step.
    login_protection::reset_code_failures(tx, &user.id)?;
    sessions::end_others(tx, &user.id, session, EndReason::SecondStepAdded)?;
    recovery_codes::create(tx, &user.id, created_at)
}

/// Applies the effects of a factor that was removed at `removed_at`. After the last one, recovery
/// codes no longer work.
pub fn after_removal(tx: &mut Tx<'_>, user: &UserId, removed_at: Timestamp) -> Result<(), DbError> {
    pending_logins::end_all(tx, user)?;
    if update_factor_since(tx, user)?.is_none() {
        code_rows::remove_all(tx, user, removed_at)?;
    }
    Ok(())
}

/// Removes every factor of a user.
pub fn remove_all(tx: &mut Tx<'_>, user: &UserId, removed_at: Timestamp) -> Result<(), DbError> {
    for app in totp_credentials::live(tx, user)? {
        totp_credentials::remove(tx, user, &app.id, removed_at)?;
    }
    after_removal(tx, user, removed_at)
}

/// Returns true if factors or recovery codes were added or removed at `since` or later.
pub fn have_changed(tx: &mut Tx<'_>, user: &UserId, since: Timestamp) -> Result<bool, DbError> {
    Ok(totp_credentials::have_changed(tx, user, since)?
        || code_rows::have_changed(tx, user, since)?)
}

/// Restores the factors and recovery codes that existed at `time`, for an undo. Removes those
/// created at that time or later. Recovery codes that were used stay used.
pub fn restore(tx: &mut Tx<'_>, user: &UserId, time: Timestamp) -> Result<(), DbError> {
    let now = tx.now;
    totp_credentials::remove_since(tx, user, time, now)?;
    totp_credentials::restore(tx, user, time)?;
    code_rows::remove_since(tx, user, time, now)?;
    code_rows::restore(tx, user, time)?;
    pending_logins::end_all(tx, user)?;
    update_factor_since(tx, user)?;
    Ok(())
}

/// Stores the time of the oldest live factor with the user. Returns it.
fn update_factor_since(tx: &mut Tx<'_>, user: &UserId) -> Result<Option<Timestamp>, DbError> {
    let oldest = totp_credentials::live(tx, user)?
        .first()
        .map(|app| app.created_at);
    users::set_factor_since(tx, user, oldest)?;
    Ok(oldest)
}
