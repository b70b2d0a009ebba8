//! Who may give a password now: which rows of wrong guesses there are, and when one ends. Each is kept under a keyed hash of what
//! decides the request, the same for addresses with and without an account, in the database, so that all nodes share it and
//! a restart forgets nothing. The rule itself is in `failures`.

mod policy;

use std::time::Duration;

use self::policy::{LockoutPolicy, LoginFailures};
use super::devices;

use super::throttle::{Limit, Limits, Wait};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::throttles;
use crate::values::{ClientNetwork, DeviceHash, UserId};

/// A password that somebody is about to give for an address, whether or not it has an account.
#[derive(Clone, Debug)]
pub struct LoginAttempt {
    /// As addresses are compared; none if what was typed is no address.
    pub email_key: Option<String>,
    /// From which browser.
    pub device_kind: DeviceKind,
    /// From which network, if that can be told.
    pub network: Option<ClientNetwork>,
}

/// From which browser a password is given.
#[derive(Clone, Debug)]
pub enum DeviceKind {
    /// One that the account was not used in before, or a program: the row is that of everybody else's.
    Unknown,
    /// One that it was: it has a row of its own.
    Known {
        /// The account.
        user: UserId,
        /// The browser.
        device: DeviceHash,
    },
}

/// A guess that was let through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailureCount {
    /// As the how-many-th wrong one in a row it counts, should it be wrong.
    pub consecutive: u32,
    /// Whether it is the last one there is.
    pub is_last: bool,
}

/// A row of guesses: under what it is kept, for how long, and its rule.
struct FailureCounter {
    key: String,
    policy: LockoutPolicy,
    kept_for: Duration,
}

/// Why no password is compared now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginBlocked {
    /// Too many were wrong: not before this has passed.
    RetryAfter(Duration),
    /// Too many were wrong from this network, for whichever addresses: not before this has passed.
    NetworkLimited(Duration),
    /// Locked out after 100 consecutive failures, until a new password is set. A login from a known
    /// device turns the lockout into the longest wait.
    LockedOut,
}

impl LoginBlocked {
    /// How long to wait before it is worth another try: where waiting alone does not help, a day.
    pub fn wait(self) -> Duration {
        match self {
            Self::RetryAfter(wait) | Self::NetworkLimited(wait) => wait,
            Self::LockedOut => Duration::from_hours(24),
        }
    }
}

impl Limits {
    /// Whether a password may be compared, for whoever gives it; if so, it counts as wrong until it turns out right. In the
    /// turns of the address and of the network.
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
            // What is no address is nobody's: there is nothing to guess.
            None => None,
        };
        // A browser that is known has a row of its own, which strangers at the same network must not fill.
        if let (DeviceKind::Unknown, Some(network)) = (&attempt.device_kind, &attempt.network)
            && let Err(Wait(wait)) = self.try_acquire(connection, Limit::WrongPasswords, &network.to_string(), now)?
        {
            return Ok(Err(LoginBlocked::NetworkLimited(wait)));
        }
        let Some((counter, (consecutive, next))) = counter.zip(asked) else { return Ok(Ok(FailureCount::default())) };
        counter.keep(connection, next)?;
        Ok(Ok(FailureCount { consecutive, is_last: counter.policy.max() == Some(consecutive) }))
    }

    /// It was right: the counter of its own kind of device is reset, but for attempts admitted after it. The counter of
    /// unknown devices stays as it is after a login from a known one, or an attacker could see when the owner logs in;
    /// only a lockout becomes the longest wait. Wrong passwords of the network stay counted: a successful login must not
    /// open the door for the next thirty.
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

    /// Turns a lockout of unknown devices into the longest wait. The next lockout is another one, of which the owner is
    /// notified again.
    fn end_lockout(&self, connection: &mut DbConnection, email_key: &str, now: Timestamp) -> Result<(), DbError> {
        let counter = self.unknown_devices_counter(email_key);
        if counter.blocked(connection, now)? != Some(LoginBlocked::LockedOut) {
            return Ok(());
        }
        counter.keep(connection, LoginFailures::last_before_lockout(counter.policy, now))?;
        self.forget(connection, Limit::OffNotices, email_key)
    }

    /// It was not compared: there was no room for it.
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

    /// Lets a browser in which a user has set a new password by a mailed link count as known for a day: it is its owner's, who
    /// must get in whatever strangers do. In all else it is new (`docs/security.md`, 13).
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

    /// Whether it does.
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

    /// Ends the row of strangers' guesses for an address, and with it what was told of its end: the next end is another one.
    pub fn reset_failures(&self, connection: &mut DbConnection, email_key: &str) -> Result<(), DbError> {
        throttles::delete(connection, &self.failure_key(email_key))?;
        self.forget(connection, Limit::OffNotices, email_key)
    }

    /// What keeps strangers from guessing for an address at `now`, as they would be told.
    pub fn unknown_devices_blocked(
        &self,
        connection: &mut DbConnection,
        email_key: &str,
        now: Timestamp,
    ) -> Result<Option<LoginBlocked>, DbError> {
        self.unknown_devices_counter(email_key).blocked(connection, now)
    }

    /// What keeps this known browser of a user from guessing at `now`.
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

    /// Kept as long as a browser is known, so that whoever is patient gets no more; the same for an address that nobody has.
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

/// A refusal, and what is to be kept instead where the row's time was ahead.
type Rejected = (LoginBlocked, Option<LoginFailures>);

impl FailureCounter {
    /// Asks the rule; counts nothing.
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

    /// What it would be told now; nothing is counted or set right.
    fn blocked(&self, connection: &mut DbConnection, now: Timestamp) -> Result<Option<LoginBlocked>, DbError> {
        Ok(self.judge(connection, now)?.err().map(|(blocked, _)| blocked))
    }

    /// What the rule says of the row as it is kept.
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

    /// Keeps what is left without so many; tells whether something is.
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

/// What is kept of a row. One that can't be read lets nothing through (ASVS 16.5.3).
fn read(kept: Option<String>) -> Result<Option<LoginFailures>, LoginBlocked> {
    kept.map(|text| LoginFailures::read(&text).ok_or(LoginBlocked::RetryAfter(policy::LONGEST_WAIT))).transpose()
}
