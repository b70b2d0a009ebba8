//! Wrong second steps. They are counted by account, never by pending login, so another login resets
//! nothing. The caller has locked the user.

use super::counter::{CounterState, FailureCounter};
use super::network::{begin_network_attempt, refund_network_attempt};
use super::policy::MAX_WRONG_CODES;
use super::{FailureCount, LoginBlocked};
use crate::accounts::devices;
use crate::db::{DbError, Tx};
use crate::values::{ClientNetwork, DeviceHash, UserId};

/// The device that a factor comes from.
#[derive(Clone, Debug)]
pub struct FactorSource {
    pub user: UserId,
    /// The browser. `None` for an API client.
    pub device: Option<DeviceHash>,
}

/// The kind of an attempt. It decides where a wrong factor counts, and what blocks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptKind {
    /// Counts for the account, whose failures block it.
    AppCode,
    /// A recovery code, or a passkey after the password. Counts for the account, whose failures do
    /// not block it, because it cannot be guessed.
    Unguessable,
    /// A passkey without a password. On a known device, it counts for that device. On an unknown
    /// one, it counts for the client network alone, because an attacker who does not know the
    /// password must not block the owner's codes.
    PasskeyAlone,
}

/// An attempt that was counted as a failure before the comparison.
pub struct FactorAttempt {
    /// The account's counter. `None` if only the client network counts.
    counter: Option<FailureCounter>,
    /// The failures, in case the factor is wrong.
    pub failures: FailureCount,
    is_known: bool,
    /// The client network that the attempt was counted for.
    network: Option<ClientNetwork>,
}

/// Outcome of [`begin_factor_attempt`].
pub enum FactorAttemptOutcome {
    Allowed(FactorAttempt),
    Blocked(LoginBlocked),
}

/// Counts an attempt as a failure, unless it is blocked. On an unknown device, the client network
/// limits every kind. The caller has locked that network before the user.
pub fn begin_factor_attempt(
    tx: &mut Tx<'_>,
    source: &FactorSource,
    kind: AttemptKind,
) -> Result<FactorAttemptOutcome, DbError> {
    let (counter, is_known) = counter_of(tx, source)?;
    let state = if tx.has_limits {
        counter.check(tx)?
    } else {
        CounterState::Open(counter.load(tx)?)
    };
    let failures = match state {
        CounterState::Open(failures) => failures,
        CounterState::Blocked(_) if kind != AttemptKind::AppCode => counter.load(tx)?,
        CounterState::Blocked(blocked) => return Ok(FactorAttemptOutcome::Blocked(blocked)),
    };
    let network = tx.client.network.filter(|_| !is_known);
    if let Some(blocked) = begin_network_attempt(tx, network)? {
        return Ok(FactorAttemptOutcome::Blocked(blocked));
    }
    if kind == AttemptKind::PasskeyAlone && !is_known {
        return Ok(FactorAttemptOutcome::Allowed(FactorAttempt {
            counter: None,
            failures: FailureCount::default(),
            is_known,
            network,
        }));
    }
    let mut failures = counter.add(tx, failures)?;
    // At its maximum, a known device only counts as unknown. That locks nothing out.
    failures.reaches_lockout &= !is_known && tx.has_limits;
    Ok(FactorAttemptOutcome::Allowed(FactorAttempt {
        counter: Some(counter),
        failures,
        is_known,
        network,
    }))
}

/// Corrects the counts after a right factor. A lockout of unknown devices does not end with it. It
/// only turns into the longest wait, so that each right factor allows one more attempt.
pub fn record_factor_success(
    tx: &mut Tx<'_>,
    source: &FactorSource,
    attempt: &FactorAttempt,
) -> Result<(), DbError> {
    // During a lockout, only passkeys and recovery codes get here. They must not reset the count.
    let was_locked_out = !attempt.is_known && attempt.failures.consecutive > MAX_WRONG_CODES;
    if let Some(counter) = attempt.counter.as_ref().filter(|_| !was_locked_out) {
        counter.subtract(tx, attempt.failures.consecutive)?;
    }
    end_code_lockout(tx, &source.user)?;
    let now = tx.now;
    refund_network_attempt(tx, attempt.network, now)
}

/// Cancels an attempt that was no failure.
pub fn cancel_factor_attempt(tx: &mut Tx<'_>, attempt: &FactorAttempt) -> Result<(), DbError> {
    if let Some(counter) = &attempt.counter {
        counter.subtract(tx, 1)?;
    }
    let now = tx.now;
    refund_network_attempt(tx, attempt.network, now)
}

/// Resets the counter of unknown devices. The user has given a factor for the change, or
/// has no second step.
pub fn reset_factor_failures(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    FailureCounter::of_codes(&tx.keys, user).reset(tx)
}

/// Turns a lockout of unknown devices into the longest wait, because an emailed link has set a new
/// password. More would let a reader of the mailbox try any number of codes.
pub fn end_code_lockout(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    let unknown = FailureCounter::of_codes(&tx.keys, user);
    if unknown.blocked(tx)? == Some(LoginBlocked::LockedOut) {
        unknown.end_lockout(tx)?;
    }
    Ok(())
}

/// Returns why codes from unknown devices are not compared.
pub fn codes_blocked(tx: &mut Tx<'_>, user: &UserId) -> Result<Option<LoginBlocked>, DbError> {
    FailureCounter::of_codes(&tx.keys, user).blocked(tx)
}

/// Returns the counter of a source, and true if it is that of a known device.
fn counter_of(tx: &mut Tx<'_>, source: &FactorSource) -> Result<(FailureCounter, bool), DbError> {
    let unknown = FailureCounter::of_codes(&tx.keys, &source.user);
    let Some(device) = &source.device else {
        return Ok((unknown, false));
    };
    if !devices::is_known(tx, &source.user, device)? {
        return Ok((unknown, false));
    }
    let known = FailureCounter::of_codes_on(&tx.keys, &source.user, device);
    if known.blocked(tx)? == Some(LoginBlocked::LockedOut) {
        return Ok((unknown, false));
    }
    Ok((known, true))
}
