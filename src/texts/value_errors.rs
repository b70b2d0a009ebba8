//! Error messages for values that a user typed.

use std::fmt;

use crate::values::{
    BioError, DisplayNameError, EmailAddressError, Guessable, HandleError, PasswordError,
};

impl fmt::Display for Guessable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breached => {
                "That password has appeared in a data breach, so it isn’t safe to use. Choose a \
                 different one."
            }
            Self::ContainsPersonal => {
                "That password is too easy to guess: it contains your name or email address. Try \
                 three or four random words."
            }
            Self::ContainsSite => {
                "That password is too easy to guess: it contains the name of this site. Try three \
                 or four random words."
            }
            Self::Common => {
                "That password is too easy to guess: it’s one of the most common. Try three or \
                 four random words."
            }
            Self::AlmostCommon => {
                "That password is too easy to guess: it’s very similar to a common password. Try \
                 three or four random words."
            }
            Self::KeyRun => {
                "That password is too easy to guess: it’s a keyboard pattern. Try three or four \
                 random words."
            }
            Self::Sequence => {
                "That password is too easy to guess: it’s a simple sequence, like abc or 123. Try \
                 three or four random words."
            }
            Self::Repeats => {
                "That password is too easy to guess: it repeats the same characters. Try three or \
                 four random words."
            }
            Self::RecentYear => {
                "That password is too easy to guess: it contains a recent year. Try three or four \
                 random words."
            }
            Self::Date => {
                "That password is too easy to guess: it’s a date. Try three or four random words."
            }
            Self::SingleWord => {
                "That password is too easy to guess: it’s a single word. Try three or four random \
                 words."
            }
            Self::Name => {
                "That password is too easy to guess: it’s a name. Try three or four random words."
            }
            Self::TooSimple => {
                "That password is too easy to guess. Try three or four random words."
            }
        })
    }
}

impl fmt::Display for EmailAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Enter your email address"),
            Self::TooLong => f.write_str("Email address must be 254 characters or fewer"),
            Self::NotAscii(character) => {
                write!(f, "The part before the @ can’t contain {character}")
            }
            Self::Invisible(character) => match name_of_invisible(*character) {
                Some(name) => write!(
                    f,
                    "Your email address contains an invisible character ({name}). Delete it, or \
                     type the address again."
                ),
                None => f.write_str(
                    "Your email address contains an invisible character. Delete it, or type the \
                     address again.",
                ),
            },
            Self::WideAt => f.write_str("Use a plain @ in your email address instead of ＠"),
            Self::Malformed => {
                f.write_str("Enter an email address in the correct format, like name@example.com")
            }
        }
    }
}

/// Returns the common name of an invisible character, because a printed one can't be seen.
fn name_of_invisible(character: char) -> Option<&'static str> {
    match character {
        '\u{200b}' => Some("zero-width space"),
        '\u{200c}' => Some("zero-width non-joiner"),
        '\u{200d}' => Some("zero-width joiner"),
        '\u{2060}' => Some("word joiner"),
        '\u{a0}' => Some("no-break space"),
        '\u{ad}' => Some("soft hyphen"),
        '\u{feff}' => Some("byte order mark"),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some("text direction mark")
        }
        _ => None,
    }
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Enter a password"),
            Self::TooShort => f.write_str("Password must be 8 characters or more"),
            Self::TooLong => f.write_str("Password must be 256 characters or fewer"),
        }
    }
}

impl fmt::Display for DisplayNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("Name must be 100 characters or fewer"),
            Self::ControlCharacter => {
                f.write_str("Name can’t contain line breaks or control characters")
            }
            Self::Direction => {
                f.write_str("Name can’t contain characters that change the direction of text")
            }
            Self::Invisible => f.write_str(
                "Your name must contain something visible. Type a name, or leave the field empty.",
            ),
        }
    }
}

impl fmt::Display for HandleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherCharacters => f.write_str(
                "Use only lowercase letters, numbers and hyphens. A hyphen can’t be first or last.",
            ),
            Self::TooShort => f.write_str("Handle must be 3 characters or more"),
            Self::TooLong => f.write_str("Handle must be 30 characters or fewer"),
            Self::Taken => f.write_str("That handle is already taken. Choose another."),
            Self::Needed => f.write_str("Choose a handle before you make your profile public"),
        }
    }
}

impl fmt::Display for BioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("Bio must be 300 characters or fewer"),
            Self::ControlCharacter => f.write_str("Bio can’t contain tabs or control characters"),
            Self::Direction => {
                f.write_str("Bio can’t contain characters that change the direction of text")
            }
            Self::Invisible => f.write_str(
                "Your bio must contain something visible. Type a few words, or leave the field \
                 empty.",
            ),
        }
    }
}
