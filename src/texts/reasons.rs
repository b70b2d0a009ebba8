//! Reasons to reject what was sent in a form or in a JSON body. Each has a message for users, and a
//! code for API clients that stays the same when the message changes.

use std::fmt;
use std::time::Duration;

use super::waits::display_wait;
use super::{isolated, owned_parts};
use crate::values::{
    BioError, DisplayNameError, EmailAddressError, Guessable, HandleError, LabelError,
    PasswordError,
};

/// A reason to reject a value or a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    EmailAddress(EmailAddressError),
    Password(PasswordError),
    DisplayName(DisplayNameError),
    Handle(HandleError),
    Bio(BioError),
    Label(LabelError),
    Guessable(Guessable),
    /// A login form without a password.
    NoPassword,
    WrongCredentials,
    /// Logins with this address have to wait.
    LoginPaused(Duration),
    /// Logins with this address from unknown devices need a new password first.
    LoginLockedOut,
    /// This browser signed up with the address, and the login failed.
    ConfirmFirst {
        email: String,
    },
    NoCurrentPassword,
    WrongCurrentPassword,
    /// Too many wrong passwords for this account. Contains the remaining wait.
    PasswordLimited(Duration),
    /// Too many wrong passwords from the client's network. Contains the remaining wait.
    PasswordNetworkLimited(Duration),
    /// Too many wrong passwords. Waiting does not help.
    PasswordLockedOut,
    /// The new password is the current one.
    SamePassword,
    /// The new email address is the current one.
    SameEmailAddress,
    AddressChangesLimited(Duration),
    ProfileChangesLimited(Duration),
    TooManyTokens,
    NoTokenLifetime,
    NewTokensLimited(Duration),
    ExportRunning,
    ExportsLimited(Duration),
    SignUpsLimited(Duration),
    /// Too many requests from the client's network.
    NetworkLimited(Duration),
    /// A member that a JSON body must have.
    MissingMember,
    /// A member of another type.
    WrongType,
    /// A cursor that this server did not send, or whose row is gone.
    Cursor,
    /// Text for the samples of pages.
    #[cfg(test)]
    Sample(&'static str),
}

impl Reason {
    /// Returns the code for the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmailAddress(EmailAddressError::Empty)
            | Self::Password(PasswordError::Empty)
            | Self::Label(LabelError::Empty)
            | Self::NoPassword
            | Self::MissingMember => "missing",
            Self::EmailAddress(EmailAddressError::TooLong)
            | Self::Password(PasswordError::TooLong)
            | Self::DisplayName(DisplayNameError::TooLong)
            | Self::Handle(HandleError::TooLong)
            | Self::Bio(BioError::TooLong)
            | Self::Label(LabelError::TooLong) => "too_long",
            Self::Password(PasswordError::TooShort) | Self::Handle(HandleError::TooShort) => {
                "too_short"
            }
            Self::EmailAddress(EmailAddressError::NotAscii(_)) => "not_ascii",
            Self::EmailAddress(EmailAddressError::Invisible(_))
            | Self::DisplayName(DisplayNameError::Invisible)
            | Self::Bio(BioError::Invisible) => "invisible",
            Self::DisplayName(DisplayNameError::Direction)
            | Self::Bio(BioError::Direction)
            | Self::Label(LabelError::Direction) => "direction_character",
            Self::EmailAddress(EmailAddressError::Malformed | EmailAddressError::WideAt)
            | Self::Cursor => "malformed",
            Self::DisplayName(DisplayNameError::ControlCharacter)
            | Self::Bio(BioError::ControlCharacter)
            | Self::Label(LabelError::ControlCharacter) => "control_character",
            Self::Handle(HandleError::OtherCharacters) => "other_characters",
            Self::Handle(HandleError::Taken) => "taken",
            Self::Handle(HandleError::Needed) => "needed",
            Self::Guessable(_) => "guessable",
            Self::WrongType => "wrong_type",
            // Only pages give these reasons.
            _ => "invalid",
        }
    }

    /// Returns the parts of the message.
    pub fn parts(&self) -> Vec<(String, bool)> {
        owned_parts(&self.to_string())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmailAddress(error) => error.fmt(f),
            Self::Password(error) => error.fmt(f),
            Self::DisplayName(error) => error.fmt(f),
            Self::Handle(error) => error.fmt(f),
            Self::Bio(error) => error.fmt(f),
            Self::Label(LabelError::Empty) => f.write_str("Enter a name for this token"),
            Self::Label(error) => error.fmt(f),
            Self::Guessable(guessable) => guessable.fmt(f),
            Self::NoPassword => f.write_str("Enter your password"),
            Self::WrongCredentials => f.write_str(
                "That email address or password isn’t right. Check both and try again, or reset \
                 your password.",
            ),
            Self::LoginPaused(wait) => write!(
                f,
                "To protect this account, logging in is paused. Try again in {}, or reset your \
                 password.",
                display_wait(*wait)
            ),
            Self::LoginLockedOut => f.write_str(
                "There have been too many wrong passwords, so you can’t log in from this browser \
                 for now. Reset your password, or use a browser you’ve logged in with before.",
            ),
            Self::ConfirmFirst { email } => write!(
                f,
                "If you’ve just signed up, open the link we emailed to {} to confirm your \
                 address, then log in.",
                isolated(email)
            ),
            Self::NoCurrentPassword => f.write_str("Enter your current password"),
            Self::WrongCurrentPassword => f.write_str(
                "Your current password isn’t right. Try again, or reset it if you’ve forgotten it.",
            ),
            Self::PasswordLimited(wait) => write!(
                f,
                "There have been too many wrong passwords. Try again in {}, or reset your \
                 password.",
                display_wait(*wait)
            ),
            Self::PasswordNetworkLimited(wait) => write!(
                f,
                "There have been too many wrong passwords from your network. Try again in {}.",
                display_wait(*wait)
            ),
            Self::PasswordLockedOut => f.write_str(
                "There have been too many wrong passwords. Reset your password, or use a browser \
                 you’ve logged in with before.",
            ),
            Self::SamePassword => {
                f.write_str("Your new password must be different from your current one")
            }
            Self::SameEmailAddress => f.write_str("That’s already your email address"),
            Self::AddressChangesLimited(wait) => write!(
                f,
                "You’ve asked to change your address too many times. Links we’ve sent still work. \
                 Try again in {}.",
                display_wait(*wait)
            ),
            Self::ProfileChangesLimited(wait) => write!(
                f,
                "You’ve changed your profile too many times. Try again in {}.",
                display_wait(*wait)
            ),
            Self::TooManyTokens => {
                f.write_str("You’ve reached the limit for tokens. Revoke one first.")
            }
            Self::NoTokenLifetime => f.write_str("Choose when the token expires"),
            Self::NewTokensLimited(wait) => write!(
                f,
                "You’ve created too many tokens. Try again in {}.",
                display_wait(*wait)
            ),
            Self::ExportRunning => {
                f.write_str("A download is already running. Try again when it has finished.")
            }
            Self::ExportsLimited(wait) => write!(
                f,
                "You’ve downloaded your data too many times. Try again in {}.",
                display_wait(*wait)
            ),
            Self::SignUpsLimited(wait) => write!(
                f,
                "There have been too many sign-ups from your network. Try again in {}.",
                display_wait(*wait)
            ),
            Self::NetworkLimited(wait) => write!(
                f,
                "There have been too many requests from your network. Try again in {}.",
                display_wait(*wait)
            ),
            Self::MissingMember => f.write_str("This field is required"),
            Self::WrongType => f.write_str("This field has the wrong type"),
            Self::Cursor => {
                f.write_str("Send the value of “next” from the previous page, or nothing")
            }
            #[cfg(test)]
            Self::Sample(text) => f.write_str(text),
        }
    }
}

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

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Enter a name"),
            Self::TooLong => f.write_str("Name must be 60 characters or fewer"),
            Self::ControlCharacter => {
                f.write_str("Name can’t contain line breaks or control characters")
            }
            Self::Direction => {
                f.write_str("Name can’t contain characters that change the direction of text")
            }
        }
    }
}

macro_rules! reasons {
    ($($error:ident => $reason:ident,)*) => {$(
        impl From<$error> for Reason {
            fn from(error: $error) -> Self {
                Self::$reason(error)
            }
        }
    )*};
}

reasons! {
    EmailAddressError => EmailAddress,
    PasswordError => Password,
    DisplayNameError => DisplayName,
    HandleError => Handle,
    BioError => Bio,
    LabelError => Label,
    Guessable => Guessable,
}
