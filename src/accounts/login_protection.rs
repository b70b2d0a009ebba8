//! Login protection: decides if a password may be compared, and counts failures. Every counter is
//! stored in the database under a keyed hash. All nodes share it, and a restart loses nothing.
//! Email addresses with and without an account are treated alike. The rule itself is in `policy`.

mod policy;

use std::time::Duration;

use self::policy::{LockoutPolicy, LoginFailures};
use super::devices;

use super::throttle::{Limit, Limits, Wait};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
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

impl Limits {
    /// Counts an attempt as a failure, or returns why no password may be compared.
    /// [`Limits::record_success`] corrects the count if the password is right. The caller has
    /// locked the email address and the network.
    pub fn begin_attempt(
        &self,
        connection: &mut DbConnection,
        attempt: &LoginAttempt,
        now: Timestamp,
    ) -> Result<Result<FailureCount, LoginBlocked>, DbError> {
        if !self.on {
            return Ok(Ok(FailureCount::default()));
        }
        let counter = self.counter_of(attempt);
        let asked = match &counter {
            Some(counter) => match counter.ask(connection, now)? {
                Ok(asked) => Some(asked),
                Err(blocked) => return Ok(Err(blocked)),
            },
            // Text that is no email address belongs to no account. It needs no failure counter.
            None => None,
        };
        // A known device has a counter of its own. Failures of an attacker in the same network must
        // not block it.
        if let (DeviceKind::Unknown, Some(network)) = (&attempt.device_kind, &attempt.network)
            && let Err(Wait(wait)) = self.try_acquire(connection, Limit::WrongPasswords, &network.to_string(), now)?
        {
            return Ok(Err(LoginBlocked::NetworkLimited(wait)));
        }
        let Some((counter, (consecutive, next))) = counter.zip(asked) else { return Ok(Ok(FailureCount::default())) };
        counter.keep(connection, next)?;
        Ok(Ok(FailureCount { consecutive, is_last: counter.policy.max() == Some(consecutive) }))
    }

    /// Corrects the counts after a right password. Attempts admitted after this one still count.
    ///
    /// A login from a known device does not reset the counter of unknown devices. Otherwise an
    /// attacker could see when the owner logs in. It only turns a lockout into the longest wait.
    ///
    /// Other failures of the network still count. Otherwise an attacker with one valid account
    /// could make unlimited attempts.
    pub fn record_success(
        &self,
        connection: &mut DbConnection,
        attempt: &LoginAttempt,
        failure_count: FailureCount,
        attempted_at: Timestamp,
    ) -> Result<(), DbError> {
        if !self.on {
            return Ok(());
        }
        let goes_on = match self.counter_of(attempt) {
            Some(counter) => counter.subtract(connection, failure_count.consecutive)?,
            None => false,
        };
        match (&attempt.email_key, &attempt.device_kind) {
            (Some(email_key), DeviceKind::Unknown) if !goes_on => self.reset_failures(connection, email_key)?,
            (Some(email_key), DeviceKind::Known { .. }) => self.end_lockout(connection, email_key, attempted_at)?,
            _ => {}
        }
        self.refund_network(connection, attempt, attempted_at)
    }

    /// Turns a lockout of unknown devices into the longest wait. The owner is notified again if
    /// another lockout follows.
    fn end_lockout(&self, connection: &mut DbConnection, email_key: &str, now: Timestamp) -> Result<(), DbError> {
        let counter = self.unknown_devices_counter(email_key);
        if counter.blocked(connection, now)? != Some(LoginBlocked::LockedOut) {
            return Ok(());
        }
        counter.keep(connection, LoginFailures::last_before_lockout(counter.policy, now))?;
        self.forget(connection, Limit::OffNotices, email_key)
    }

    /// Removes an attempt that was not compared because the hasher was busy.
    pub fn cancel_attempt(
        &self,
        connection: &mut DbConnection,
        attempt: &LoginAttempt,
        attempted_at: Timestamp,
    ) -> Result<(), DbError> {
        if !self.on {
            return Ok(());
        }
        if let Some(counter) = self.counter_of(attempt) {
            counter.subtract(connection, 1)?;
        }
        self.refund_network(connection, attempt, attempted_at)
    }

    /// Treats a browser like a known device for a day, but only for login protection. The user has
    /// just set a new password in it with a reset link. The owner must be able to log in even
    /// during an attack. For everything else the browser is unknown (`docs/security.md`, 13, 30).
    pub fn trust(
        &self,
        connection: &mut DbConnection,
        user: &UserId,
        device: &DeviceHash,
        now: Timestamp,
    ) -> Result<(), DbError> {
        let (key, until) = (self.trust_key(user, device), now + Duration::from_hours(24));
        Ok(throttles::keep(connection, &key, &until.millis().to_string(), until.millis())?)
    }

    /// Returns true while [`Limits::trust`] applies to this browser.
    pub fn is_trusted(
        &self,
        connection: &mut DbConnection,
        user: &UserId,
        device: &DeviceHash,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        let until = throttles::history(connection, &self.trust_key(user, device))?;
        Ok(until.and_then(|until| until.parse().ok()).is_some_and(|until: i64| until > now.millis()))
    }

    fn trust_key(&self, user: &UserId, device: &DeviceHash) -> String {
        self.keys.throttle_key("trusted", &format!("{} {}", user.0, device.0))
    }

    /// Resets the counter of unknown devices for an email address. The owner is notified again if
    /// another lockout follows.
    pub fn reset_failures(&self, connection: &mut DbConnection, email_key: &str) -> Result<(), DbError> {
        throttles::delete(connection, &self.failure_key(email_key))?;
        self.forget(connection, Limit::OffNotices, email_key)
    }

    /// Returns why attempts of unknown devices for an email address are blocked at `now`.
    pub fn unknown_devices_blocked(
        &self,
        connection: &mut DbConnection,
        email_key: &str,
        now: Timestamp,
    ) -> Result<Option<LoginBlocked>, DbError> {
        self.unknown_devices_counter(email_key).blocked(connection, now)
    }

    /// Returns why attempts of this known device are blocked at `now`.
    pub fn known_device_blocked(
        &self,
        connection: &mut DbConnection,
        user: &UserId,
        device: &DeviceHash,
        now: Timestamp,
    ) -> Result<Option<LoginBlocked>, DbError> {
        self.known_device_counter(user, device).blocked(connection, now)
    }

    fn refund_network(
        &self,
        connection: &mut DbConnection,
        attempt: &LoginAttempt,
        time: Timestamp,
    ) -> Result<(), DbError> {
        match (&attempt.device_kind, &attempt.network) {
            (DeviceKind::Unknown, Some(network)) => {
                self.take_back(connection, Limit::WrongPasswords, &network.to_string(), time)
            }
            _ => Ok(()),
        }
    }

    fn failure_key(&self, email_key: &str) -> String {
        self.keys.throttle_key("guess", email_key)
    }

    fn counter_of(&self, attempt: &LoginAttempt) -> Option<FailureCounter> {
        let email_key = attempt.email_key.as_ref()?;
        Some(match &attempt.device_kind {
            DeviceKind::Unknown => self.unknown_devices_counter(email_key),
            DeviceKind::Known { user, device } => self.known_device_counter(user, device),
        })
    }

    /// Returns the counter for an email address, with or without an account. It is stored as long
    /// as a device stays known, so that a patient attacker gains no attempts.
    fn unknown_devices_counter(&self, email_key: &str) -> FailureCounter {
        FailureCounter { key: self.failure_key(email_key), policy: policy::UNKNOWN_DEVICE, kept_for: devices::KEEP }
    }

    fn known_device_counter(&self, user: &UserId, device: &DeviceHash) -> FailureCounter {
        FailureCounter {
            key: self.keys.throttle_key("known_guess", &format!("{} {}", user.0, device.0)),
            policy: policy::KNOWN_DEVICE,
            kept_for: Duration::from_hours(24),
        }
    }
}

/// A rejection, and a corrected state to store if the time of the last attempt was in the future.
type Rejected = (LoginBlocked, Option<LoginFailures>);

impl FailureCounter {
    /// Applies the policy without counting the attempt. Stores a corrected state if there is one.
    fn ask(
        &self,
        connection: &mut DbConnection,
        now: Timestamp,
    ) -> Result<Result<(u32, LoginFailures), LoginBlocked>, DbError> {
        let (blocked, corrected) = match self.judge(connection, now)? {
            Ok(asked) => return Ok(Ok(asked)),
            Err(rejected) => rejected,
        };
        if let Some(corrected) = corrected {
            self.keep(connection, corrected)?;
        }
        Ok(Err(blocked))
    }

    /// Returns why an attempt would be blocked at `now`. Changes nothing.
    fn blocked(&self, connection: &mut DbConnection, now: Timestamp) -> Result<Option<LoginBlocked>, DbError> {
        Ok(self.judge(connection, now)?.err().map(|(blocked, _)| blocked))
    }

    /// Applies the policy to the stored state. Changes nothing.
    fn judge(
        &self,
        connection: &mut DbConnection,
        now: Timestamp,
    ) -> Result<Result<(u32, LoginFailures), Rejected>, DbError> {
        let state = match read(throttles::history(connection, &self.key)?) {
            Ok(state) => state,
            Err(blocked) => return Ok(Err((blocked, None))),
        };
        let (answer, next) = LoginFailures::ask(self.policy, state, now);
        Ok(match answer {
            policy::Decision::Allow(consecutive) => Ok((consecutive, next)),
            policy::Decision::LockedOut => Err((LoginBlocked::LockedOut, None)),
            policy::Decision::RetryAfter(wait) => {
                Err((LoginBlocked::RetryAfter(wait), Some(next).filter(|_| Some(next) != state)))
            }
        })
    }

    /// Subtracts `count` attempts. Returns true if any are left.
    fn subtract(&self, connection: &mut DbConnection, count: u32) -> Result<bool, DbError> {
        let kept = read(throttles::history(connection, &self.key)?).ok().flatten();
        let left = kept.and_then(|failures| failures.after(count));
        match left {
            Some(left) => self.keep(connection, left)?,
            None => throttles::delete(connection, &self.key)?,
        }
        Ok(left.is_some())
    }

    fn keep(&self, connection: &mut DbConnection, failures: LoginFailures) -> Result<(), DbError> {
        let forgotten_at = failures.last_at() + self.kept_for;
        Ok(throttles::keep(connection, &self.key, &failures.write(), forgotten_at.millis())?)
    }
}

/// Parses a stored state. A state that cannot be parsed blocks the attempt (ASVS 16.5.3).
fn read(kept: Option<String>) -> Result<Option<LoginFailures>, LoginBlocked> {
    kept.map(|text| LoginFailures::read(&text).ok_or(LoginBlocked::RetryAfter(policy::LONGEST_WAIT))).transpose()
}
