//! The rule for wrong passwords. It depends only on the number of consecutive failures and the time
//! of the last one. NIST SP 800-63B-4 §3.2.2 allows at most 100 consecutive failures, with waits
//! between them. The parent module stores the state.

use std::time::Duration;

use crate::clock::Timestamp;

/// The longest wait. The owner never waits longer on a known device.
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// Number of failures without a wait, and the maximum number of failures.
#[derive(Clone, Copy, Debug)]
pub struct LockoutPolicy {
    free: u32,
    max: Option<u32>,
}

/// The policy for unknown devices and API clients.
pub const UNKNOWN_DEVICE: LockoutPolicy = LockoutPolicy { free: 5, max: Some(100) };
/// The policy for a known device. Only the owner has its cookie, so an attacker's failures do not
/// count here.
pub const KNOWN_DEVICE: LockoutPolicy = LockoutPolicy { free: 10, max: None };

/// Number of consecutive failures. An attempt counts as soon as it is admitted. A right password
/// removes the attempts up to its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginFailures {
    consecutive: u32,
    last_at: Timestamp,
}

/// The decision about an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The password may be compared. Contains the number of consecutive failures, including this
    /// attempt.
    Allow(u32),
    /// No password may be compared before this time has passed.
    RetryAfter(Duration),
    /// No password may be compared. Waiting does not change that.
    LockedOut,
}

impl LoginFailures {
    /// Applies the policy to an attempt at `now`. Returns the decision and the state to store.
    pub fn ask(rule: LockoutPolicy, state: Option<Self>, now: Timestamp) -> (Decision, Self) {
        let Some(failures) = state else { return (Decision::Allow(1), Self { consecutive: 1, last_at: now }) };
        if rule.max.is_some_and(|max| failures.consecutive >= max) {
            return (Decision::LockedOut, failures);
        }
        // The node that admitted the last attempt may have a clock that is ahead. This must not
        // prolong the wait.
        let failures = Self { last_at: failures.last_at.min(now), ..failures };
        let until = failures.last_at + rule.wait_after(failures.consecutive);
        if now < until {
            return (Decision::RetryAfter(until.since(now)), failures);
        }
        let consecutive = failures.consecutive.saturating_add(1);
        (Decision::Allow(consecutive), Self { consecutive, last_at: now })
    }

    /// Subtracts `count` attempts: those up to a right password, or one that was not compared.
    /// Returns `None` if none is left.
    ///
    /// Attempts admitted after a success still count. Otherwise a client that knows the password
    /// could run unlimited comparisons in parallel.
    pub fn after(self, count: u32) -> Option<Self> {
        let consecutive = self.consecutive.checked_sub(count).filter(|left| *left > 0)?;
        Some(Self { consecutive, ..self })
    }

    /// Returns a state one failure short of the lockout. The longest wait begins at `now`.
    pub fn last_before_lockout(rule: LockoutPolicy, now: Timestamp) -> Self {
        Self { consecutive: rule.max.map_or(0, |max| max.saturating_sub(1)), last_at: now }
    }

    /// Returns the time at which the last attempt was admitted.
    pub fn last_at(self) -> Timestamp {
        self.last_at
    }

    /// Returns the state as text for the database.
    pub fn write(self) -> String {
        format!("{} {}", self.consecutive, self.last_at.millis())
    }

    /// Parses the text that [`LoginFailures::write`] returned.
    pub fn read(text: &str) -> Option<Self> {
        let (consecutive, last_at) = text.split_once(' ')?;
        Some(Self { consecutive: consecutive.parse().ok()?, last_at: Timestamp::from_millis(last_at.parse().ok()?) })
    }
}

impl LockoutPolicy {
    /// Returns the maximum number of consecutive failures, or `None` if there is no maximum.
    pub const fn max(self) -> Option<u32> {
        self.max
    }

    /// Returns 1, 2, 4 … seconds once the free failures are used up, at most [`LONGEST_WAIT`].
    fn wait_after(self, consecutive: u32) -> Duration {
        match consecutive.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(doublings) => Duration::from_secs(1_u64.checked_shl(doublings).unwrap_or(u64::MAX)).min(LONGEST_WAIT),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(0) + Duration::from_secs(seconds)
    }

    #[test]
    fn five_are_free_and_then_the_waits_double_to_a_quarter_of_an_hour() {
        for (rule, free) in [(UNKNOWN_DEVICE, 5), (KNOWN_DEVICE, 10)] {
            let (mut state, mut now, mut waits) = (None, 0, Vec::new());
            for _ in 0..free + 13 {
                loop {
                    let (answer, next) = LoginFailures::ask(rule, state, at(now));
                    state = Some(next);
                    match answer {
                        Decision::Allow(_) => break,
                        Decision::RetryAfter(wait) => {
                            waits.push(wait.as_secs());
                            now += wait.as_secs();
                        }
                        Decision::LockedOut => panic!("too early"),
                    }
                }
            }
            assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        }
    }

    #[test]
    fn a_clock_that_was_ahead_makes_no_wait_longer() {
        let ahead = |consecutive| Some(LoginFailures { consecutive, last_at: at(10_000) });
        let (answer, kept) = LoginFailures::ask(UNKNOWN_DEVICE, ahead(5), at(0));
        assert_eq!(answer, Decision::RetryAfter(Duration::from_secs(1)));
        assert_eq!(LoginFailures::ask(UNKNOWN_DEVICE, Some(kept), at(1)).0, Decision::Allow(6), "and it ends");
        assert_eq!(
            LoginFailures::ask(UNKNOWN_DEVICE, ahead(2), at(0)).0,
            Decision::Allow(3),
            "what is free stays free"
        );
    }

    #[test]
    fn a_right_one_ends_the_row_up_to_itself() {
        let five = LoginFailures { consecutive: 5, last_at: at(0) };
        assert_eq!(five.after(2), Some(LoginFailures { consecutive: 3, ..five }), "three were let through after it");
        assert_eq!((five.after(5), five.after(9)), (None, None));
    }

    proptest! {
        /// No sequence of attempts exceeds the maximum, and no wait exceeds the longest. An attempt
        /// after the returned wait is admitted. Every state can be written and read back.
        #[test]
        fn no_row_is_longer_than_it_may_be(
            steps in prop::collection::vec((0_u64..2_000, prop::bool::weighted(0.02)), 1..400), is_known: bool,
        ) {
            let rule = if is_known { KNOWN_DEVICE } else { UNKNOWN_DEVICE };
            let (mut state, mut now, mut row) = (None, 0, 0_u32);
            for (gap, is_right) in steps {
                now += gap;
                let (answer, next) = LoginFailures::ask(rule, state, at(now));
                prop_assert_eq!(LoginFailures::read(&next.write()), Some(next));
                match answer {
                    Decision::Allow(consecutive) => {
                        row += 1;
                        prop_assert_eq!(consecutive, row);
                        prop_assert!(row <= rule.free || gap > 0 || row == 1);
                        prop_assert!(rule.max.is_none_or(|max| row <= max));
                        state = Some(next).filter(|_| !is_right);
                        if is_right {
                            row = 0;
                        }
                    }
                    Decision::RetryAfter(wait) => {
                        prop_assert!(!wait.is_zero() && wait <= LONGEST_WAIT && row >= rule.free);
                        prop_assert_eq!(Some(next), state, "a refusal counts nothing");
                        let (later, _) = LoginFailures::ask(rule, state, at(now) + wait);
                        prop_assert_eq!(later, Decision::Allow(row + 1));
                    }
                    Decision::LockedOut => {
                        prop_assert_eq!(Some(row), rule.max);
                        let (later, _) = LoginFailures::ask(rule, state, at(now + 400 * 24 * 3600));
                        prop_assert_eq!(later, Decision::LockedOut, "time does not end it");
                    }
                }
            }
        }
    }
}
