//! The rules for all factors of an account: the effects of the first and the last one, and the undo
//! of changes. The caller has locked the user.

use super::factor_recovery::{self, RecoveryEnd};
use super::{pending_logins, recovery_codes};
use crate::accounts::login_protection;
use crate::accounts::sessions::{self, EndReason};
use crate::clock::Timestamp;
use crate::config::SecondFactorPolicy;
use crate::db::{DbError, Tx};
use crate::store::users::{self, User};
use crate::store::{passkeys, recovery_codes as code_rows, totp_credentials};
use crate::values::{FactorKind, RecoveryCode, SessionIdHash, UserId};

/// A live authenticator app or passkey.
#[derive(Clone, Debug)]
pub struct LiveFactor {
    pub kind: FactorKind,
    /// The id in URLs.
    pub id: String,
    /// The name that the owner sees.
    pub name: String,
    pub created_at: Timestamp,
}

/// Returns true if the operator requires a second step of this user, who has none.
pub fn is_missing(user: &User, policy: SecondFactorPolicy) -> bool {
    !user.has_second_step() && policy.requires(user.is_admin)
}

/// Returns the live factors of a user, the oldest first.
pub fn live(tx: &mut Tx<'_>, user: &UserId) -> Result<Vec<LiveFactor>, DbError> {
    let apps = totp_credentials::live(tx, user)?.into_iter();
    let apps = apps.map(|app| LiveFactor {
        kind: FactorKind::App,
        id: app.id,
        name: app.name,
        created_at: app.created_at,
    });
    let passkeys = passkeys::live(tx, user)?.into_iter();
    let passkeys = passkeys.map(|passkey| LiveFactor {
        kind: FactorKind::Passkey,
        id: passkey.id,
        name: passkey.name,
        created_at: passkey.created_at,
    });
    let mut all: Vec<_> = apps.chain(passkeys).collect();
    all.sort_by_key(|factor| factor.created_at);
    Ok(all)
}

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
    pending_logins::end_all_and_revoke_trust(tx, &user.id)?;
    if user.has_second_step() {
        return Ok(Vec::new());
    }
    users::set_factor_since(tx, &user.id, Some(created_at))?;
    // Those of an earlier second step.
    login_protection::reset_factor_failures(tx, &user.id)?;
    sessions::end_others(tx, &user.id, session, EndReason::SecondStepAdded)?;
    recovery_codes::create(tx, &user.id, created_at)
}

/// Applies the effects of a factor that was removed at `removed_at`. After the last one, recovery
/// codes no longer work.
fn after_removal(tx: &mut Tx<'_>, user: &UserId, removed_at: Timestamp) -> Result<(), DbError> {
    pending_logins::end_all_and_revoke_trust(tx, user)?;
    if update_factor_since(tx, user)?.is_none() {
        code_rows::remove_all(tx, user, removed_at)?;
        factor_recovery::end(tx, user, RecoveryEnd::Removed)?;
    }
    Ok(())
}

/// Removes a live factor of a user. A removed passkey ends the sessions that it opened, except for
/// `session`, the session of the request.
pub fn remove(
    tx: &mut Tx<'_>,
    user: &UserId,
    factor: &LiveFactor,
    session: Option<&SessionIdHash>,
    removed_at: Timestamp,
) -> Result<(), DbError> {
    match factor.kind {
        FactorKind::App => totp_credentials::remove(tx, user, &factor.id, removed_at)?,
        FactorKind::Passkey => {
            passkeys::remove(tx, user, &factor.id, removed_at)?;
            sessions::end_of_passkey(tx, user, &factor.id, session)?;
        }
    }
    after_removal(tx, user, removed_at)
}

/// Removes every factor of a user.
pub fn remove_all(tx: &mut Tx<'_>, user: &UserId, removed_at: Timestamp) -> Result<(), DbError> {
    totp_credentials::remove_all(tx, user, removed_at)?;
    passkeys::remove_all(tx, user, removed_at)?;
    after_removal(tx, user, removed_at)
}

/// Returns true if factors or recovery codes were added or removed at `since` or later.
pub fn have_changed_since(
    tx: &mut Tx<'_>,
    user: &UserId,
    since: Timestamp,
) -> Result<bool, DbError> {
    Ok(totp_credentials::have_changed_since(tx, user, since)?
        || passkeys::have_changed_since(tx, user, since)?
        || code_rows::have_changed_since(tx, user, since)?)
}

/// Restores the factors and recovery codes that existed at `time`, for an undo. Removes those
/// created at that time or later. Recovery codes that were used stay used.
pub fn restore(tx: &mut Tx<'_>, user: &UserId, time: Timestamp) -> Result<(), DbError> {
    let now = tx.now;
    totp_credentials::remove_since(tx, user, time, now)?;
    totp_credentials::restore(tx, user, time)?;
    passkeys::remove_since(tx, user, time, now)?;
    passkeys::restore(tx, user, time)?;
    code_rows::remove_since(tx, user, time, now)?;
    code_rows::restore(tx, user, time)?;
    pending_logins::end_all_and_revoke_trust(tx, user)?;
    update_factor_since(tx, user)?;
    Ok(())
}

/// Stores the time of the oldest live factor with the user. Returns it.
fn update_factor_since(tx: &mut Tx<'_>, user: &UserId) -> Result<Option<Timestamp>, DbError> {
    let oldest = live(tx, user)?.first().map(|factor| factor.created_at);
    users::set_factor_since(tx, user, oldest)?;
    Ok(oldest)
}
