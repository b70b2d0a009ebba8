//! Login protection: decides if a password or a code may be compared, and counts failures.
//!
//! An attempt counts as a failure as soon as it begins ([`begin`]). Otherwise concurrent attempts
//! could exceed the limits. A right password takes the failure back ([`succeed`]). Email addresses
//! with and without an account are treated alike. The rule itself is in `policy`. What differs for
//! the second step is in `second_step`.

mod check;
mod counter;
mod network;
mod policy;
mod second_step;

use std::time::Duration;

use crate::clock::Timestamp;
use crate::values::{ClientNetwork, DeviceHash, UserId};

pub use check::{
    BeginOutcome, begin, cancel, known_device_blocked, reset_failures, succeed,
    unknown_devices_blocked,
};
pub use network::{begin_network_attempt, refund_network_attempt};
pub use policy::{MAX_FAILURES, MAX_WRONG_CODES};
pub use second_step::{
    AttemptKind, FactorAttempt, FactorAttemptOutcome, FactorSource, begin_factor_attempt,
    cancel_factor_attempt, codes_blocked, end_code_lockout, record_factor_success,
    reset_factor_failures,
};

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
    pub reaches_lockout: bool,
}

/// The reason why no password is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginBlocked {
    /// Too many consecutive failures. Contains the remaining wait.
    RetryAfter(Duration),
    /// Too many failures from this network, for any email addresses. Contains the remaining wait.
    NetworkLimited(Duration),
    /// Locked out after [`MAX_FAILURES`] consecutive failures, until a reset link sets a new
    /// password. A login from a known device turns the lockout into the longest wait.
    LockedOut,
}

impl LoginBlocked {
    /// Returns the remaining wait. Returns `None` for a lockout, which waiting does not end.
    pub fn remaining_wait(self) -> Option<Duration> {
        match self {
            Self::RetryAfter(wait) | Self::NetworkLimited(wait) => Some(wait),
            Self::LockedOut => None,
        }
    }

    /// Returns the value of `Retry-After`. It is a day for a lockout.
    pub fn wait(self) -> Duration {
        self.remaining_wait().unwrap_or(Duration::from_hours(24))
    }
}
