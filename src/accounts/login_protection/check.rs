//! The three steps of a login attempt, and the state of the counters for the operator.

use super::counter::{CounterState, FailureCounter};
use super::network::{begin_network_attempt, refund_network_attempt};
use super::{DeviceKind, FailureCount, LoginAttempt, LoginBlocked};
use crate::accounts::rate_limits::{self, Limit};
use crate::db::{DbError, Tx};
use crate::values::{ClientNetwork, DeviceHash, UserId};

/// Outcome of [`begin`].
#[derive(Debug)]
pub enum BeginOutcome {
    /// The password may be compared. The attempt is counted as a failure.
    Allowed(FailureCount),
    Blocked(LoginBlocked),
}

/// Counts an attempt as a failure, unless it is blocked. The caller has locked the email address
/// and the network.
pub fn begin(tx: &mut Tx<'_>, attempt: &LoginAttempt) -> Result<BeginOutcome, DbError> {
    if !tx.has_limits {
        return Ok(BeginOutcome::Allowed(FailureCount::default()));
    }
    let counter = match FailureCounter::of(&tx.keys, attempt) {
        Some(counter) => match counter.check(tx)? {
            CounterState::Open(failures) => Some((counter, failures)),
            CounterState::Blocked(blocked) => return Ok(BeginOutcome::Blocked(blocked)),
        },
        // Text that is no email address belongs to no account. It needs no failure counter.
        None => None,
    };
    if let Some(blocked) = begin_network_attempt(tx, counted_network(attempt))? {
        return Ok(BeginOutcome::Blocked(blocked));
    }
    Ok(BeginOutcome::Allowed(match counter {
        Some((counter, failures)) => counter.add(tx, failures)?,
        None => FailureCount::default(),
    }))
}

/// Corrects the counts after a right password.
///
/// Attempts that began after this one still count. Otherwise a client that knows the password could
/// run unlimited comparisons in parallel. Other failures of the network still count, too.
/// Otherwise an attacker with one valid account could make unlimited attempts.
///
/// A login from a known device does not reset the counter of unknown devices. Otherwise an attacker
/// could see when the owner logs in. It only turns a lockout into the longest wait.
pub fn succeed(
    tx: &mut Tx<'_>,
    attempt: &LoginAttempt,
    failures: FailureCount,
) -> Result<(), DbError> {
    if !tx.has_limits {
        return Ok(());
    }
    let remaining = match FailureCounter::of(&tx.keys, attempt) {
        Some(counter) => counter.subtract(tx, failures.consecutive)?,
        None => 0,
    };
    match (&attempt.email_key, &attempt.device_kind) {
        // The counter itself was reset with its last failure.
        (Some(email_key), DeviceKind::Unknown) if remaining == 0 => {
            rate_limits::reset(tx, Limit::LockoutNotices, email_key)?;
        }
        (Some(email_key), DeviceKind::Known { .. }) => end_lockout(tx, email_key)?,
        _ => {}
    }
    refund_network_attempt(tx, counted_network(attempt), attempt.at)
}

/// Cancels an attempt whose password was not compared, because the hasher was busy.
pub fn cancel(tx: &mut Tx<'_>, attempt: &LoginAttempt) -> Result<(), DbError> {
    if !tx.has_limits {
        return Ok(());
    }
    if let Some(counter) = FailureCounter::of(&tx.keys, attempt) {
        counter.subtract(tx, 1)?;
    }
    refund_network_attempt(tx, counted_network(attempt), attempt.at)
}

/// Resets the counter of unknown devices for an email address. The owner is notified again if
/// another lockout follows.
pub fn reset_failures(tx: &mut Tx<'_>, email_key: &str) -> Result<(), DbError> {
    FailureCounter::of_unknown_devices(&tx.keys, email_key).reset(tx)?;
    rate_limits::reset(tx, Limit::LockoutNotices, email_key)
}

/// Returns why attempts of unknown devices for an email address are blocked.
pub fn unknown_devices_blocked(
    tx: &mut Tx<'_>,
    email_key: &str,
) -> Result<Option<LoginBlocked>, DbError> {
    FailureCounter::of_unknown_devices(&tx.keys, email_key).blocked(tx)
}

/// Returns why attempts of this known device are blocked.
pub fn known_device_blocked(
    tx: &mut Tx<'_>,
    user: &UserId,
    device: &DeviceHash,
) -> Result<Option<LoginBlocked>, DbError> {
    FailureCounter::of_known_device(&tx.keys, user, device).blocked(tx)
}

/// Turns a lockout of unknown devices into the longest wait. The owner is notified again if another
/// lockout follows.
fn end_lockout(tx: &mut Tx<'_>, email_key: &str) -> Result<(), DbError> {
    let counter = FailureCounter::of_unknown_devices(&tx.keys, email_key);
    if counter.blocked(tx)? != Some(LoginBlocked::LockedOut) {
        return Ok(());
    }
    counter.end_lockout(tx)?;
    rate_limits::reset(tx, Limit::LockoutNotices, email_key)
}

/// Returns the network whose failures the attempt counts for. A known device has only a counter of
/// its own.
fn counted_network(attempt: &LoginAttempt) -> Option<ClientNetwork> {
    match attempt.device_kind {
        DeviceKind::Unknown => attempt.network,
        DeviceKind::Known { .. } => None,
    }
}
