//! The rule for wrong passwords: a back-off that doubles, and then a lockout. It depends only on
//! the number of consecutive failures and the time of the last one. NIST SP 800-63B-4 §3.2.2 allows
//! at most 100 consecutive failures.

use std::time::Duration;

use super::LoginBlocked;
use crate::accounts::devices;
use crate::clock::Timestamp;

/// Number of consecutive failures that lock out unknown devices.
pub const MAX_FAILURES: u32 = 100;

/// Number of consecutive wrong codes after which no code of an app is compared on unknown devices.
pub const MAX_WRONG_CODES: u32 = 50;
/// Number of consecutive wrong codes after which a known device counts as unknown (NIST SP
/// 800-63B-4 §3.2.2 allows 100).
const MAX_WRONG_CODES_ON_DEVICE: u32 = 100;

/// The longest wait. The owner never waits longer on a known device.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

#[derive(Clone, Copy, Debug)]
pub struct LockoutPolicy {
    /// Number of failures without a wait.
    free: u32,
    /// Number of failures that cause a lockout, if any.
    max: Option<u32>,
    /// Time for which failures are stored after the last one.
    pub stored_for: Duration,
}

/// The policy for unknown devices and API clients. Its counter is stored as long as a device stays
/// known, so that a patient attacker gains no attempts.
pub const UNKNOWN_DEVICE: LockoutPolicy = LockoutPolicy {
    free: 5,
    max: Some(MAX_FAILURES),
    stored_for: devices::KEEP,
};
/// The policy for a known device. Only the owner has its cookie, so an attacker's failures do not
/// count here.
pub const KNOWN_DEVICE: LockoutPolicy = LockoutPolicy {
    free: 10,
    max: None,
    stored_for: Duration::from_hours(24),
};

/// The policy for codes of the second step, from unknown devices and API clients. Six digits are
/// easier to guess than a password, so fewer attempts are allowed.
pub const CODE_ON_UNKNOWN_DEVICE: LockoutPolicy = LockoutPolicy {
    free: 5,
    max: Some(MAX_WRONG_CODES),
    stored_for: devices::KEEP,
};
/// The policy for codes of the second step from a known device.
pub const CODE_ON_KNOWN_DEVICE: LockoutPolicy = LockoutPolicy {
    free: 10,
    max: Some(MAX_WRONG_CODES_ON_DEVICE),
    stored_for: devices::KEEP,
};

/// Consecutive failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginFailures {
    pub consecutive: u32,
    pub last_at: Timestamp,
}

impl LoginFailures {
    pub const NONE: Self = Self {
        consecutive: 0,
        last_at: Timestamp::from_millis(0),
    };
}

impl LockoutPolicy {
    /// Returns the reason to block an attempt at `now`, if there is one.
    pub fn blocks(self, failures: LoginFailures, now: Timestamp) -> Option<LoginBlocked> {
        if self.is_lockout(failures.consecutive) {
            return Some(LoginBlocked::LockedOut);
        }
        let until = failures.last_at + self.back_off(failures.consecutive);
        (now < until).then(|| LoginBlocked::RetryAfter(until.since(now)))
    }

    pub fn is_lockout(self, consecutive: u32) -> bool {
        self.max.is_some_and(|max| consecutive >= max)
    }

    /// Returns the number of failures one short of the lockout.
    pub fn last_before_lockout(self) -> u32 {
        self.max.map_or(0, |max| max.saturating_sub(1))
    }

    /// Returns 1, 2, 4 … seconds once the free failures are used up, at most [`LONGEST_WAIT`].
    fn back_off(self, consecutive: u32) -> Duration {
        match consecutive.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(doublings) => {
                Duration::from_secs(1_u64.checked_shl(doublings).unwrap_or(u64::MAX))
                    .min(LONGEST_WAIT)
            }
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
    fn waits_double_to_a_quarter_of_an_hour() {
        for (policy, free) in [
            (UNKNOWN_DEVICE, 5),
            (KNOWN_DEVICE, 10),
            (CODE_ON_UNKNOWN_DEVICE, 5),
            (CODE_ON_KNOWN_DEVICE, 10),
        ] {
            let (mut failures, mut now, mut waits) = (LoginFailures::NONE, 0, Vec::new());
            for _ in 0..free + 13 {
                match policy.blocks(failures, at(now)) {
                    Some(LoginBlocked::RetryAfter(wait)) => {
                        waits.push(wait.as_secs());
                        now += wait.as_secs();
                        assert_eq!(
                            policy.blocks(failures, at(now)),
                            None,
                            "the wait is long enough"
                        );
                    }
                    Some(blocked) => panic!("too early: {blocked:?}"),
                    None => {}
                }
                failures = LoginFailures {
                    consecutive: failures.consecutive + 1,
                    last_at: at(now),
                };
            }
            assert_eq!(
                waits,
                [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
            );
        }
    }

    #[test]
    fn time_does_not_end_a_lockout() {
        let failures = |consecutive| LoginFailures {
            consecutive,
            last_at: at(0),
        };
        let in_400_days = at(400 * 24 * 3600);
        assert_eq!(UNKNOWN_DEVICE.blocks(failures(99), in_400_days), None);
        assert_eq!(
            UNKNOWN_DEVICE.blocks(failures(100), in_400_days),
            Some(LoginBlocked::LockedOut)
        );
        assert_eq!(
            UNKNOWN_DEVICE.blocks(failures(u32::MAX), in_400_days),
            Some(LoginBlocked::LockedOut)
        );
        for (policy, max) in [(CODE_ON_UNKNOWN_DEVICE, 50), (CODE_ON_KNOWN_DEVICE, 100)] {
            assert_eq!(policy.blocks(failures(max - 1), in_400_days), None);
            assert_eq!(
                policy.blocks(failures(max), in_400_days),
                Some(LoginBlocked::LockedOut)
            );
        }
        assert_eq!(KNOWN_DEVICE.blocks(failures(u32::MAX), in_400_days), None);
        assert_eq!(UNKNOWN_DEVICE.last_before_lockout(), 99);
    }

    proptest! {
        /// No sequence of attempts exceeds the maximum, and no wait exceeds the longest. An attempt
        /// after the returned wait is allowed.
        #[test]
        fn no_sequence_exceeds_the_policy(
            steps in prop::collection::vec((0_u64..2_000, prop::bool::weighted(0.02)), 1..400),
            kind in 0_usize..4,
        ) {
            let policy = [
                UNKNOWN_DEVICE,
                KNOWN_DEVICE,
                CODE_ON_UNKNOWN_DEVICE,
                CODE_ON_KNOWN_DEVICE,
            ][kind];
            let (mut failures, mut now) = (LoginFailures::NONE, 0);
            for (gap, is_right) in steps {
                now += gap;
                match policy.blocks(failures, at(now)) {
                    None => {
                        let consecutive = failures.consecutive + 1;
                        prop_assert!(consecutive <= policy.free || gap > 0 || consecutive == 1);
                        prop_assert!(policy.max.is_none_or(|max| consecutive <= max));
                        failures = LoginFailures { consecutive, last_at: at(now) };
                        if is_right {
                            failures = LoginFailures::NONE;
                        }
                    }
                    Some(LoginBlocked::RetryAfter(wait)) => {
                        prop_assert!(!wait.is_zero() && wait <= LONGEST_WAIT);
                        prop_assert!(failures.consecutive >= policy.free);
                        prop_assert_eq!(policy.blocks(failures, at(now) + wait), None);
                    }
                    Some(blocked) => {
                        prop_assert_eq!(blocked, LoginBlocked::LockedOut);
                        prop_assert_eq!(Some(failures.consecutive), policy.max);
                    }
                }
            }
        }
    }
}
