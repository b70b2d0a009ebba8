//! Security notices about the second step: used recovery codes, wrong codes, and logins that
//! stopped before it. Those about changes of factors are in `features::second_factor`.

use super::notify_with_undo;
use crate::accounts::audit;
use crate::accounts::authentication::factor_check::{
    CopiedPasskey, FactorOutcome, FactorUse, VerifiedFactor,
};
use crate::accounts::authentication::factors;
use crate::accounts::authentication::reauthentication::{
    self, Actor, Authorized, Reauthentication,
};
use crate::accounts::login_protection::FailureCount;
use crate::accounts::rate_limits::{self, Limit};
use crate::accounts::sessions::{self, EndReason};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::mail::emails::second_step::{
    CodesLocked, PasskeyCopied, PasswordKnown, RecoveryCodeUsed, SecondStepsRemoved,
};
use crate::mail::emails::security_notice::SecurityNotice;
use crate::store::pending_logins;
use crate::store::users::User;
use crate::values::Event;

/// Number of consecutive wrong second steps at which the owner is notified (ASVS 6.3.5). The client
/// has given the right password before each of them.
const NOTIFY_AT: u32 = 5;

/// Authorizes a change in its transaction, as [`reauthentication::authorize`] does. Notifies the
/// owner if a recovery code was used for it.
pub fn authorize(
    tx: &mut Tx<'_>,
    actor: &Actor,
    reauthentication: &Reauthentication,
) -> Result<Option<Authorized>, DbError> {
    let authorized = reauthentication::authorize(tx, actor, reauthentication)?;
    if let Some(Authorized {
        user,
        factor: Some(factor),
        ..
    }) = &authorized
    {
        record_factor_use(tx, user, factor)?;
    }
    Ok(authorized)
}

/// Records the use of a recovery code, and notifies the owner. The use of another factor needs no
/// record.
pub fn record_factor_use(
    tx: &mut Tx<'_>,
    user: &User,
    factor: &VerifiedFactor,
) -> Result<(), DbError> {
    let &FactorUse::RecoveryCode { left } = factor.factor() else {
        return Ok(());
    };
    notify_with_undo(tx, Event::RecoveryCodeUsed, user, |notice| {
        RecoveryCodeUsed { notice, left }
    })?;
    Ok(())
}

/// Records that a passkey was rejected because a copy of it may exist, and notifies the owner. The
/// same response can be sent many times, so notices and events are limited. The log has each one.
pub fn record_copied_passkey(
    tx: &mut Tx<'_>,
    user: &User,
    copied: &CopiedPasskey,
) -> Result<(), DbError> {
    if !rate_limits::check(tx, Limit::ReuseNotices, &user.id.0)? {
        audit::log(tx, Event::PasskeyCopied, Some(&user.id));
        return Ok(());
    }
    notify_with_undo(tx, Event::PasskeyCopied, user, |notice| PasskeyCopied {
        notice,
        passkey: copied.name.clone(),
    })?;
    Ok(())
}

/// Records a factor that was not accepted, and notifies the owner if there is need.
pub fn record_rejected_factor<T>(
    tx: &mut Tx<'_>,
    user: &User,
    outcome: &FactorOutcome<T>,
) -> Result<(), DbError> {
    match outcome {
        FactorOutcome::Mismatch(failures) | FactorOutcome::Used(failures) => {
            record_wrong_factor(tx, user, *failures)
        }
        FactorOutcome::Copied(copied) => record_copied_passkey(tx, user, copied),
        FactorOutcome::Match(_)
        | FactorOutcome::UserNotVerified
        | FactorOutcome::Blocked(_)
        | FactorOutcome::Unreadable => Ok(()),
    }
}

/// Records a wrong second step. Notifies the owner of many of them, and of the lockout.
fn record_wrong_factor(
    tx: &mut Tx<'_>,
    user: &User,
    failures: FailureCount,
) -> Result<(), DbError> {
    let event = Event::SecondStepRejected;
    if failures.reaches_lockout && rate_limits::check(tx, Limit::CodeLockoutNotices, &user.id.0)? {
        notify_with_undo(tx, event, user, |notice| CodesLocked { notice })?;
        return Ok(());
    }
    if failures.consecutive == NOTIFY_AT {
        let now = tx.now;
        return notify_known_password(tx, event, user, now);
    }
    audit::record(tx, event, &user.id)
}

/// Removes every factor of a user, ends all sessions, and notifies the owner.
pub fn remove_second_step(tx: &mut Tx<'_>, user: &User) -> Result<(), DbError> {
    let event = Event::SecondStepsRemoved;
    let removed_at = notify_with_undo(tx, event, user, |notice| SecondStepsRemoved { notice })?;
    factors::remove_all(tx, &user.id, removed_at)?;
    sessions::end_all(tx, &user.id, EndReason::SecondStepsRemoved)?;
    Ok(())
}

/// Records a login that stopped before the second step, and notifies the owner. `at` is the time of
/// the login.
pub fn record_missed_second_step(
    tx: &mut Tx<'_>,
    user: &User,
    at: Timestamp,
) -> Result<(), DbError> {
    notify_known_password(tx, Event::SecondStepMissed, user, at)
}

/// Records `event`, and notifies the owner that someone knows the password. The user's present
/// pending logins cause no further notice.
fn notify_known_password(
    tx: &mut Tx<'_>,
    event: Event,
    user: &User,
    at: Timestamp,
) -> Result<(), DbError> {
    let now = tx.now;
    pending_logins::set_notified(tx, &user.id, now)?;
    if !rate_limits::check(tx, Limit::LoginNotices, &user.id.0)? {
        return audit::record(tx, event, &user.id);
    }
    notify_with_undo(tx, event, user, |notice| PasswordKnown {
        notice: SecurityNotice { at, ..notice },
    })?;
    Ok(())
}
