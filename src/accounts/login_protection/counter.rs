//! A counter of consecutive failures. It is stored under a keyed hash, so that the database reveals
//! no email address. All nodes share it, and a restart loses nothing.

use super::policy::{
    CODE_ON_KNOWN_DEVICE, CODE_ON_UNKNOWN_DEVICE, KNOWN_DEVICE, LockoutPolicy, LoginFailures,
    UNKNOWN_DEVICE,
};
use super::{DeviceKind, FailureCount, LoginAttempt, LoginBlocked};
use crate::db::{DbError, Tx};
use crate::security::keys::Keys;
use crate::store::login_failures::{self, StoredFailures};
use crate::values::{DeviceHash, UserId};

pub struct FailureCounter {
    key: String,
    policy: LockoutPolicy,
}

/// The state of a counter for a further attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterState {
    Open(LoginFailures),
    Blocked(LoginBlocked),
}

impl FailureCounter {
    /// Returns the counter of an attempt. `None` if the typed text is no email address.
    pub fn of(keys: &Keys, attempt: &LoginAttempt) -> Option<Self> {
        let email_key = attempt.email_key.as_ref()?;
        Some(match &attempt.device_kind {
            DeviceKind::Unknown => Self::of_unknown_devices(keys, email_key),
            DeviceKind::Known { user, device } => Self::of_known_device(keys, user, device),
        })
    }

    pub fn of_unknown_devices(keys: &Keys, email_key: &str) -> Self {
        Self {
            key: keys.counter_key("guess", email_key),
            policy: UNKNOWN_DEVICE,
        }
    }

    pub fn of_known_device(keys: &Keys, user: &UserId, device: &DeviceHash) -> Self {
        let subject = format!("{} {}", user.0, device.0);
        Self {
            key: keys.counter_key("known_guess", &subject),
            policy: KNOWN_DEVICE,
        }
    }

    /// Returns the counter of codes for a user, from unknown devices and API clients.
    pub fn of_codes(keys: &Keys, user: &UserId) -> Self {
        Self {
            key: keys.counter_key("code", &user.0),
            policy: CODE_ON_UNKNOWN_DEVICE,
        }
    }

    pub fn of_codes_on(keys: &Keys, user: &UserId, device: &DeviceHash) -> Self {
        let subject = format!("{} {}", user.0, device.0);
        Self {
            key: keys.counter_key("known_code", &subject),
            policy: CODE_ON_KNOWN_DEVICE,
        }
    }

    /// Returns why an attempt is blocked now. Changes nothing.
    pub fn blocked(&self, tx: &mut Tx<'_>) -> Result<Option<LoginBlocked>, DbError> {
        let failures = self.load(tx)?;
        Ok(self.policy.blocks(failures, tx.now))
    }

    /// Returns the failures until now, or the reason why an attempt is blocked. Corrects a stored
    /// time in the future, so that the wait ends.
    pub fn check(&self, tx: &mut Tx<'_>) -> Result<CounterState, DbError> {
        let failures = self.load(tx)?;
        let Some(blocked) = self.policy.blocks(failures, tx.now) else {
            return Ok(CounterState::Open(failures));
        };
        if failures.last_at == tx.now && matches!(blocked, LoginBlocked::RetryAfter(_)) {
            self.save(tx, failures)?;
        }
        Ok(CounterState::Blocked(blocked))
    }

    /// Counts a failure after those that [`check`](Self::check) returned.
    pub fn add(&self, tx: &mut Tx<'_>, failures: LoginFailures) -> Result<FailureCount, DbError> {
        let consecutive = failures.consecutive.saturating_add(1);
        let failures = LoginFailures {
            consecutive,
            last_at: tx.now,
        };
        self.save(tx, failures)?;
        Ok(FailureCount {
            consecutive,
            reaches_lockout: self.policy.is_lockout(consecutive),
        })
    }

    /// Subtracts `count` failures. Returns the number of remaining failures.
    pub fn subtract(&self, tx: &mut Tx<'_>, count: u32) -> Result<u32, DbError> {
        let failures = self.load(tx)?;
        let consecutive = failures.consecutive.saturating_sub(count);
        if consecutive == 0 {
            self.reset(tx)?;
        } else {
            self.save(
                tx,
                LoginFailures {
                    consecutive,
                    ..failures
                },
            )?;
        }
        Ok(consecutive)
    }

    /// Turns a lockout into the longest wait, which begins now.
    pub fn end_lockout(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        let failures = LoginFailures {
            consecutive: self.policy.last_before_lockout(),
            last_at: tx.now,
        };
        self.save(tx, failures)
    }

    pub fn reset(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        Ok(login_failures::delete(tx, &self.key)?)
    }

    /// Returns the stored failures. A time in the future comes from a node whose clock is ahead. It
    /// must not prolong the wait, so it counts as now.
    pub fn load(&self, tx: &mut Tx<'_>) -> Result<LoginFailures, DbError> {
        let Some(stored) = login_failures::find(tx, &self.key)? else {
            return Ok(LoginFailures::NONE);
        };
        Ok(LoginFailures {
            // The table contains no negative numbers.
            consecutive: u32::try_from(stored.consecutive).unwrap_or(u32::MAX),
            last_at: stored.last_at.min(tx.now),
        })
    }

    fn save(&self, tx: &mut Tx<'_>, failures: LoginFailures) -> Result<(), DbError> {
        let stored = StoredFailures {
            consecutive: i32::try_from(failures.consecutive).unwrap_or(i32::MAX),
            last_at: failures.last_at,
        };
        let expires_at = failures.last_at + self.policy.stored_for;
        Ok(login_failures::save(tx, &self.key, stored, expires_at)?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::clock::Timestamp;
    use crate::config::{DatabaseUrl, Secret};
    use crate::db::{Db, TxContext};
    use crate::values::ClientInfo;

    struct Fixture {
        db: Db,
        keys: Arc<Keys>,
        _folder: tempfile::TempDir,
    }

    impl Fixture {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let url = DatabaseUrl::Sqlite(folder.path().join("test.db"));
            let keys = Keys::derive(&[Secret::from_random([1; 32])]).expect("one secret");
            Self {
                db: Db::open(&url, Duration::ZERO).expect("opens"),
                keys: Arc::new(keys),
                _folder: folder,
            }
        }

        /// Runs `work` at a time in seconds, with the counter of an unknown device.
        async fn at<T: Send + 'static>(
            &self,
            seconds: u64,
            work: fn(&FailureCounter, &mut Tx<'_>) -> Result<T, DbError>,
        ) -> T {
            let context = TxContext {
                now: Timestamp::from_millis(0) + Duration::from_secs(seconds),
                client: ClientInfo::hidden(),
                keys: Arc::clone(&self.keys),
                has_limits: true,
                email_queued: Arc::default(),
            };
            let counter = FailureCounter::of_unknown_devices(&self.keys, "ada@example.org");
            let done = self
                .db
                .write(move |db| context.run(db, |tx| work(&counter, tx)))
                .await;
            done.expect("the database works").0
        }
    }

    fn add(counter: &FailureCounter, tx: &mut Tx<'_>) -> Result<FailureCount, DbError> {
        let failures = counter.load(tx)?;
        counter.add(tx, failures)
    }

    #[actix_web::test]
    async fn clock_that_was_ahead_prolongs_no_wait() {
        let fixture = Fixture::new();
        for count in 1..=5 {
            assert_eq!(fixture.at(10_000, add).await.consecutive, count);
        }
        let wait = LoginBlocked::RetryAfter(Duration::from_secs(1));
        assert_eq!(fixture.at(0, FailureCounter::blocked).await, Some(wait));
        let blocked = CounterState::Blocked(wait);
        assert_eq!(fixture.at(5, FailureCounter::check).await, blocked);
        let open = CounterState::Open(LoginFailures {
            consecutive: 5,
            last_at: Timestamp::from_millis(5_000),
        });
        assert_eq!(fixture.at(6, FailureCounter::check).await, open);
    }

    #[actix_web::test]
    async fn success_takes_back_failures_up_to_its_own() {
        let fixture = Fixture::new();
        for _ in 0..5 {
            fixture.at(0, add).await;
        }
        assert_eq!(
            fixture.at(0, |counter, tx| counter.subtract(tx, 2)).await,
            3
        );
        assert_eq!(
            fixture.at(0, add).await,
            FailureCount {
                consecutive: 4,
                reaches_lockout: false
            }
        );
        assert_eq!(
            fixture.at(0, |counter, tx| counter.subtract(tx, 9)).await,
            0
        );
        assert_eq!(
            fixture.at(0, FailureCounter::load).await,
            LoginFailures::NONE
        );
    }

    #[actix_web::test]
    async fn hundredth_failure_is_the_last() {
        let fixture = Fixture::new();
        for count in 1..=100 {
            let expected = FailureCount {
                consecutive: count,
                reaches_lockout: count == 100,
            };
            assert_eq!(fixture.at(0, add).await, expected);
        }
        assert_eq!(
            fixture.at(0, FailureCounter::blocked).await,
            Some(LoginBlocked::LockedOut)
        );
        fixture.at(0, FailureCounter::end_lockout).await;
        let longest = Some(LoginBlocked::RetryAfter(Duration::from_mins(15)));
        assert_eq!(fixture.at(0, FailureCounter::blocked).await, longest);
    }
}
