//! Texts about the second step: the recovery codes that are left, and reasons to reject a code or a
//! change.

use std::fmt;
use std::time::Duration;

use super::waits::display_wait;
use crate::values::CodeError;

/// A reason to reject a code or a change of the second step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondStepReason {
    /// The typed text is no code.
    Code(CodeError),
    /// The code of an authenticator app is wrong, or its time is over.
    WrongCode,
    WrongRecoveryCode,
    /// The code of an authenticator app was used before.
    UsedCode,
    /// The server cannot compare codes of apps.
    CannotCheck,
    /// Codes of apps have to wait.
    CodesLimited(Duration),
    /// Codes of apps need a new password first.
    CodesLockedOut,
    /// The first code of a new app is wrong.
    WrongSetupCode,
    /// The setup of a new app took too long.
    SetupExpired,
    TooManyApps {
        limit: usize,
    },
    ChangesLimited(Duration),
    /// The user asked three times in 30 days. Contains the date of the next try.
    RecoveriesLimited {
        date: String,
    },
}

/// Returns the sentence that warns of few recovery codes.
pub fn few_codes_left(left: i64) -> String {
    match left {
        0 => "You have no recovery codes left.".to_owned(),
        1 => "Only 1 recovery code left.".to_owned(),
        left => format!("Only {left} recovery codes left."),
    }
}

impl From<CodeError> for SecondStepReason {
    fn from(error: CodeError) -> Self {
        Self::Code(error)
    }
}

impl fmt::Display for SecondStepReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(CodeError::Empty) => f.write_str("Enter a code"),
            Self::Code(CodeError::NoAppCode) | Self::WrongCode => f.write_str(
                "That code is wrong or has expired. Wait for the next one and try again.",
            ),
            Self::Code(CodeError::NoRecoveryCode) | Self::WrongRecoveryCode => f.write_str(
                "That recovery code is wrong or has already been used. Try another one.",
            ),
            Self::UsedCode => {
                f.write_str("That code has already been used. Wait for the next one and try again.")
            }
            Self::CannotCheck => f.write_str(
                "We can’t check codes from your app right now. Use a recovery code, or try again \
                 later.",
            ),
            Self::CodesLimited(wait) => write!(
                f,
                "Too many wrong codes. Try again in {}, or use a passkey or a recovery code.",
                display_wait(*wait)
            ),
            Self::CodesLockedOut => f.write_str(
                "Too many wrong codes. Use a passkey, a recovery code or a browser you’ve logged \
                 in with before, or reset your password.",
            ),
            Self::WrongSetupCode => f.write_str(
                "That code is wrong or has expired. Wait for the next one, and check that your \
                 phone sets its clock automatically.",
            ),
            Self::SetupExpired => f.write_str("That took too long. Scan the new QR code."),
            Self::TooManyApps { limit } => {
                write!(f, "You already have {limit} apps. Remove one first.")
            }
            Self::RecoveriesLimited { date } => {
                write!(f, "You’ve asked 3 times in 30 days. Try again on {date}.")
            }
            Self::ChangesLimited(wait) => write!(
                f,
                "You’ve changed your second step too many times. Try again in {}.",
                display_wait(*wait)
            ),
        }
    }
}
