//! Why something that was typed can't be taken: in words for people, and as a code for programs.

use std::fmt::Display;

use super::{BioError, DisplayNameError, EmailAddressError, HandleError, LabelError, PasswordError};

/// A refusal of a value. `Display` is a sentence for whoever typed it.
pub trait Reason: Display {
    /// Its code in the API: it stays what it is, whatever becomes of the words.
    fn code(&self) -> &'static str;
}

/// Words of a page alone.
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
