//! Reasons to reject a typed value, each with a message for users and a code for API clients.

use std::fmt::Display;

use super::{BioError, DisplayNameError, EmailAddressError, HandleError, LabelError, PasswordError};

/// A reason to reject a value. `Display` is a sentence for the user.
pub trait Reason: Display {
    /// Returns the code for the API. It stays the same when the message changes.
    fn code(&self) -> &'static str;
}

/// A message of a page, which has no code of its own.
impl Reason for &str {
    fn code(&self) -> &'static str {
        "invalid"
    }
}

impl Reason for EmailAddressError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::TooLong => "too_long",
            Self::NotAscii(_) => "not_ascii",
            Self::Malformed => "malformed",
        }
    }
}

impl Reason for PasswordError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
        }
    }
}

impl Reason for DisplayNameError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::ControlCharacter => "control_character",
        }
    }
}

impl Reason for LabelError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::TooLong => "too_long",
            Self::ControlCharacter => "control_character",
        }
    }
}

impl Reason for BioError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::ControlCharacter => "control_character",
        }
    }
}

impl Reason for HandleError {
    fn code(&self) -> &'static str {
        match self {
            Self::OtherCharacters => "other_characters",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Taken => "taken",
            Self::Needed => "needed",
        }
    }
}
