//! Login protection: decides if a password may be compared, and counts failures. Every counter is
//! stored in the database under a keyed hash. All nodes share it, and a restart loses nothing.
//! Email addresses with and without an account are treated alike. The rule itself is in `policy`.

mod policy;

use std::time::Duration;

use self::policy::{LockoutPolicy, LoginFailures};
use super::devices;
use super::rate_limits::{self, Limit, Wait};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::security::keys::Keys;
use crate::store::throttles;
use crate::values::{ClientNetwork, DeviceHash, UserId};

/// A login attempt for an email address, with or without an account.
#[derive(Clone, Debug)]
pub struct LoginAttempt {
    /// The email address in the form used for comparison. `None` if the typed text is no email
    /// address.
    pub email_key: Option<String>,
    pub device_kind: DeviceKind,
    /// The client's network. `None` if rate limits do not count the client.
    pub network: Option<ClientNetwork>,
    /// The time at which the attempt was counted.
    pub at: Timestamp,
}

/// The kind of device that an attempt comes from. It selects the failure counter.
#[derive(Clone, Debug)]
pub enum DeviceKind {
    /// An unknown device or an API client. All of them share one counter for each email address.
    Unknown,
    /// A known device, or the browser of a recent password reset. It has a counter of its own.
    Known { user: UserId, device: DeviceHash },
}

/// The failure count of an attempt that may proceed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailureCount {
    /// Number of consecutive failures, including this attempt.
    pub consecutive: u32,
    /// True if this attempt reaches the maximum. The lockout begins unless the password is right.
    pub is_last: bool,
}

/// A failure counter, its policy, and the time for which it is stored.
struct FailureCounter {
    key: String,
    policy: LockoutPolicy,
    kept_for: Duration,
}

/// The reason why no password is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginBlocked {
    /// Too many consecutive failures. Contains the remaining wait.
    RetryAfter(Duration),
    /// Too many failures from this network, for any email addresses. Contains the remaining wait.
    NetworkLimited(Duration),
    /// Locked out after 100 consecutive failures, until a new password is set. A login from a known
    /// device turns the lockout into the longest wait.
    LockedOut,
}

impl LoginBlocked {
    /// Returns the time after which another attempt may succeed. Waiting does not end a lockout, so
    /// the result is then a day.
    pub fn wait(self) -> Duration {
        match self {
            Self::RetryAfter(wait) | Self::NetworkLimited(wait) => wait,
            Self::LockedOut => Duration::from_hours(24),
        }
    }
}

/// Counts an attempt as a failure, or returns why no password may be compared.
/// [`record_success`] corrects the count if the password is right. The caller has
/// locked the email address and the network.
pub fn begin_attempt(tx: &mut Tx<'_>, attempt: &LoginAttempt) -> Result<Result<FailureCount, LoginBlocked>, DbError> {
    if !tx.has_limits {
        return Ok(Ok(FailureCount::default()));
    }
    let counter = counter_of(&tx.keys, attempt);
    let asked = match &counter {
        Some(counter) => match counter.ask(tx)? {
            Ok(asked) => Some(asked),
            Err(blocked) => return Ok(Err(blocked)),
        },
        // Text that is no email address belongs to no account. It needs no failure counter.
        None => None,
    };
    // A known device has a counter of its own. Failures of an attacker in the same network must
    // not block it.
    if let (DeviceKind::Unknown, Some(network)) = (&attempt.device_kind, &attempt.network)
        && let Err(Wait(wait)) = rate_limits::try_acquire(tx, Limit::WrongPasswords, &network.to_string())?
    {
        return Ok(Err(LoginBlocked::NetworkLimited(wait)));
    }
    let Some((counter, (consecutive, next))) = counter.zip(asked) else { return Ok(Ok(FailureCount::default())) };
    counter.keep(tx, next)?;
    Ok(Ok(FailureCount { consecutive, is_last: counter.policy.max() == Some(consecutive) }))
}

/// Corrects the counts after a right password. Attempts admitted after this one still count.
///
/// A login from a known device does not reset the counter of unknown devices. Otherwise an
/// attacker could see when the owner logs in. It only turns a lockout into the longest wait.
///
/// Other failures of the network still count. Otherwise an attacker with one valid account
/// could make unlimited attempts.
pub fn record_success(tx: &mut Tx<'_>, attempt: &LoginAttempt, failure_count: FailureCount) -> Result<(), DbError> {
    if !tx.has_limits {
        return Ok(());
    }
    let goes_on = match counter_of(&tx.keys, attempt) {
        Some(counter) => counter.subtract(tx, failure_count.consecutive)?,
        None => false,
    };
    match (&attempt.email_key, &attempt.device_kind) {
        (Some(email_key), DeviceKind::Unknown) if !goes_on => reset_failures(tx, email_key)?,
        (Some(email_key), DeviceKind::Known { .. }) => end_lockout(tx, email_key, attempt.at)?,
        _ => {}
    }
    refund_network(tx, attempt)
}

/// Turns a lockout of unknown devices into the longest wait. The owner is notified again if
/// another lockout follows.
fn end_lockout(tx: &mut Tx<'_>, email_key: &str, now: Timestamp) -> Result<(), DbError> {
    let counter = unknown_devices_counter(&tx.keys, email_key);
    if counter.blocked(tx)? != Some(LoginBlocked::LockedOut) {
        return Ok(());
    }
    let failures = LoginFailures::last_before_lockout(counter.policy, now);
    counter.keep(tx, failures)?;
    rate_limits::reset(tx, Limit::LockoutNotices, email_key)
}

/// Removes an attempt that was not compared because the hasher was busy.
pub fn cancel_attempt(tx: &mut Tx<'_>, attempt: &LoginAttempt) -> Result<(), DbError> {
    if !tx.has_limits {
        return Ok(());
    }
    if let Some(counter) = counter_of(&tx.keys, attempt) {
        counter.subtract(tx, 1)?;
    }
    refund_network(tx, attempt)
}

/// Treats a browser like a known device for a day, but only for login protection. The user has
/// just set a new password in it with a reset link. The owner must be able to log in even
/// during an attack. For everything else the browser is unknown (`docs/security.md`, 13, 30).
pub fn trust(tx: &mut Tx<'_>, user: &UserId, device: &DeviceHash) -> Result<(), DbError> {
    let (key, until) = (trust_key(&tx.keys, user, device), tx.now + Duration::from_hours(24));
    Ok(throttles::keep(tx, &key, &until.millis().to_string(), until.millis())?)
}

/// Returns true while [`trust`] applies to this browser.
pub fn is_trusted(tx: &mut Tx<'_>, user: &UserId, device: &DeviceHash) -> Result<bool, DbError> {
    let key = trust_key(&tx.keys, user, device);
    let until = throttles::history(tx, &key)?;
    Ok(until.and_then(|until| until.parse().ok()).is_some_and(|until: i64| until > tx.now.millis()))
}

fn trust_key(keys: &Keys, user: &UserId, device: &DeviceHash) -> String {
    keys.throttle_key("trusted", &format!("{} {}", user.0, device.0))
}

/// Resets the counter of unknown devices for an email address. The owner is notified again if
/// another lockout follows.
pub fn reset_failures(tx: &mut Tx<'_>, email_key: &str) -> Result<(), DbError> {
    let key = failure_key(&tx.keys, email_key);
    throttles::delete(tx, &key)?;
    rate_limits::reset(tx, Limit::LockoutNotices, email_key)
}

/// Returns why attempts of unknown devices for an email address are blocked.
pub fn unknown_devices_blocked(tx: &mut Tx<'_>, email_key: &str) -> Result<Option<LoginBlocked>, DbError> {
    unknown_devices_counter(&tx.keys, email_key).blocked(tx)
}

/// Returns why attempts of this known device are blocked.
pub fn known_device_blocked(
    tx: &mut Tx<'_>,
    user: &UserId,
    device: &DeviceHash,
) -> Result<Option<LoginBlocked>, DbError> {
    known_device_counter(&tx.keys, user, device).blocked(tx)
}

fn refund_network(tx: &mut Tx<'_>, attempt: &LoginAttempt) -> Result<(), DbError> {
    match (&attempt.device_kind, &attempt.network) {
        (DeviceKind::Unknown, Some(network)) => {
            rate_limits::refund(tx, Limit::WrongPasswords, &network.to_string(), attempt.at)
        }
        _ => Ok(()),
    }
}

fn failure_key(keys: &Keys, email_key: &str) -> String {
    keys.throttle_key("guess", email_key)
}

fn counter_of(keys: &Keys, attempt: &LoginAttempt) -> Option<FailureCounter> {
    let email_key = attempt.email_key.as_ref()?;
    Some(match &attempt.device_kind {
        DeviceKind::Unknown => unknown_devices_counter(keys, email_key),
        DeviceKind::Known { user, device } => known_device_counter(keys, user, device),
    })
}

/// Returns the counter for an email address, with or without an account. It is stored as long
/// as a device stays known, so that a patient attacker gains no attempts.
fn unknown_devices_counter(keys: &Keys, email_key: &str) -> FailureCounter {
    FailureCounter { key: failure_key(keys, email_key), policy: policy::UNKNOWN_DEVICE, kept_for: devices::KEEP }
}

fn known_device_counter(keys: &Keys, user: &UserId, device: &DeviceHash) -> FailureCounter {
    FailureCounter {
        key: keys.throttle_key("known_guess", &format!("{} {}", user.0, device.0)),
        policy: policy::KNOWN_DEVICE,
        kept_for: Duration::from_hours(24),
    }
}

/// A rejection, and a corrected state to store if the time of the last attempt was in the future.
type Rejected = (LoginBlocked, Option<LoginFailures>);

impl FailureCounter {
    /// Applies the policy without counting the attempt. Stores a corrected state if there is one.
    fn ask(&self, tx: &mut Tx<'_>) -> Result<Result<(u32, LoginFailures), LoginBlocked>, DbError> {
        let (blocked, corrected) = match self.judge(tx)? {
            Ok(asked) => return Ok(Ok(asked)),
            Err(rejected) => rejected,
        };
        if let Some(corrected) = corrected {
            self.keep(tx, corrected)?;
        }
        Ok(Err(blocked))
    }

    /// Returns why an attempt would be blocked now. Changes nothing.
    fn blocked(&self, tx: &mut Tx<'_>) -> Result<Option<LoginBlocked>, DbError> {
        Ok(self.judge(tx)?.err().map(|(blocked, _)| blocked))
    }

    /// Applies the policy to the stored state. Changes nothing.
    fn judge(&self, tx: &mut Tx<'_>) -> Result<Result<(u32, LoginFailures), Rejected>, DbError> {
        let state = match read(throttles::history(tx, &self.key)?) {
            Ok(state) => state,
            Err(blocked) => return Ok(Err((blocked, None))),
        };
        let (answer, next) = LoginFailures::ask(self.policy, state, tx.now);
        Ok(match answer {
            policy::Decision::Allow(consecutive) => Ok((consecutive, next)),
            policy::Decision::LockedOut => Err((LoginBlocked::LockedOut, None)),
            policy::Decision::RetryAfter(wait) => {
                Err((LoginBlocked::RetryAfter(wait), Some(next).filter(|_| Some(next) != state)))
            }
        })
    }

    /// Subtracts `count` attempts. Returns true if any are left.
    fn subtract(&self, tx: &mut Tx<'_>, count: u32) -> Result<bool, DbError> {
        let kept = read(throttles::history(tx, &self.key)?).ok().flatten();
        let left = kept.and_then(|failures| failures.after(count));
        match left {
            Some(left) => self.keep(tx, left)?,
            None => throttles::delete(tx, &self.key)?,
        }
        Ok(left.is_some())
    }

    fn keep(&self, tx: &mut Tx<'_>, failures: LoginFailures) -> Result<(), DbError> {
        let forgotten_at = failures.last_at() + self.kept_for;
        Ok(throttles::keep(tx, &self.key, &failures.write(), forgotten_at.millis())?)
    }
}

/// Parses a stored state. A state that cannot be parsed blocks the attempt (ASVS 16.5.3).
fn read(kept: Option<String>) -> Result<Option<LoginFailures>, LoginBlocked> {
    kept.map(|text| LoginFailures::read(&text).ok_or(LoginBlocked::RetryAfter(policy::LONGEST_WAIT))).transpose()
}
