//! Reasons to reject a passkey or a change of passkeys.

use std::fmt;

use crate::values::PasskeyError;

/// A reason to reject a passkey or a change of passkeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyReason {
    /// At a login without a password.
    RejectedAtLogin,
    /// At a second step or a reauthentication.
    Rejected,
    /// The form has no password and no passkey, and the account has no password.
    Missing,
    /// The page was open too long, or the response was sent before.
    Expired,
    /// A login without a password needs a passkey that verifies the user.
    PinNeeded,
    /// A reauthentication without the password needs a passkey that verifies the user.
    PasswordNeeded,
    /// A copy of the passkey may exist.
    Copied,
    /// The new passkey could not be added.
    NotAdded,
    TooMany {
        limit: usize,
    },
}

impl From<PasskeyError> for PasskeyReason {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Expired => Self::Expired,
            PasskeyError::Rejected => Self::Rejected,
        }
    }
}

impl fmt::Display for PasskeyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RejectedAtLogin => {
                "That passkey didn’t work. Try again, or log in with your password."
            }
            Self::Rejected => "That passkey didn’t work. Try again, or use another way.",
            Self::Missing => "Use your passkey to continue.",
            Self::Expired => "That took too long. Choose your passkey again.",
            Self::PinNeeded => {
                "This key needs a PIN to log you in on its own. Log in with your password and use \
                 the key as your second step."
            }
            Self::PasswordNeeded => {
                "This key needs a PIN to stand for your password. Enter your password, too."
            }
            Self::Copied => {
                "We couldn’t accept this passkey, because a copy of it may exist. We’ve emailed \
                 you. Try again."
            }
            Self::NotAdded => "This passkey couldn’t be added. Try again, or use another device.",
            Self::TooMany { limit } => {
                return write!(f, "You already have {limit} passkeys. Remove one first.");
            }
        })
    }
}
