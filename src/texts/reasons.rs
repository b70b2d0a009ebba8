//! Reasons to reject what was sent in a form or in a JSON body. Each has a message for users, and a
//! code for API clients that stays the same when the message changes.

use std::fmt;
use std::time::Duration;

use super::waits::display_wait;
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
    /// This browser signed up with the address, and the login failed.
    ConfirmFirst {
        email: String,
    },
    NoCurrentPassword,
    WrongCurrentPassword,
    /// Too many wrong passwords. Contains the remaining wait, or `None` for a lockout.
    PasswordLimited(Option<Duration>),
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
    /// A cursor that this server did not send.
    MalformedCursor,
    /// A cursor of a profile that is no longer public.
    UnknownCursor,
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
            Self::EmailAddress(EmailAddressError::Malformed)
            | Self::MalformedCursor
            | Self::UnknownCursor => "malformed",
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
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmailAddress(error) => error.fmt(f),
            Self::Password(error) => error.fmt(f),
            Self::DisplayName(error) => error.fmt(f),
            Self::Handle(error) => error.fmt(f),
            Self::Bio(error) => error.fmt(f),
            Self::Label(error) => error.fmt(f),
            Self::Guessable(guessable) => {
                write!(
                    f,
                    "This password is easy to guess: {guessable}. Try three or four \
                           unrelated words"
                )
            }
            Self::NoPassword => f.write_str("Enter your password"),
            Self::WrongCredentials => f.write_str(
                "Email address or password is wrong. Try again, or set a new password if you've \
                 forgotten it.",
            ),
            Self::ConfirmFirst { email } => write!(
                f,
                "If you’ve just signed up, open the link we emailed to {email} to confirm your \
                 address, then log in."
            ),
            Self::NoCurrentPassword => f.write_str("Enter your current password"),
            Self::WrongCurrentPassword => f.write_str(
                "Current password is wrong. Try again, or set a new one if you've \
                             forgotten it",
            ),
            Self::PasswordLimited(None) => f.write_str(
                "Too many wrong passwords. Set a new one, or use a browser that you've \
                             used before",
            ),
            Self::PasswordLimited(Some(wait)) => try_again(f, "Too many wrong passwords", *wait),
            Self::SamePassword => f.write_str(
                "New password must be another one than the current \
                                               one",
            ),
            Self::SameEmailAddress => f.write_str("That is your email address already"),
            Self::AddressChangesLimited(wait) => write!(
                f,
                "You have asked for another address many times. The links that you have go on \
                 working; try again in {}",
                display_wait(*wait)
            ),
            Self::ProfileChangesLimited(wait) => try_again(
                f,
                "You’ve changed your profile too \
                                                               many times",
                *wait,
            ),
            Self::TooManyTokens => f.write_str(
                "You have as many access tokens as an account can have. Remove one \
                             first",
            ),
            Self::NoTokenLifetime => f.write_str("Choose how long the token works"),
            Self::NewTokensLimited(wait) => try_again(f, "You have made many access tokens", *wait),
            Self::ExportRunning => f.write_str(
                "A download is already running. Try again when it \
                                                has finished.",
            ),
            Self::ExportsLimited(wait) => try_again(
                f,
                "You have downloaded your data many \
                                                        times",
                *wait,
            ),
            Self::SignUpsLimited(wait) => try_again(
                f,
                "Many accounts were asked for from your \
                                                        network",
                *wait,
            ),
            Self::NetworkLimited(wait) => try_again(
                f,
                "There have been too many requests from \
                                                        your network",
                *wait,
            ),
            Self::MissingMember => f.write_str("This has to be there"),
            Self::WrongType => f.write_str("This is of another type"),
            Self::MalformedCursor => f.write_str("Send what 'next' said"),
            Self::UnknownCursor => f.write_str("Send what 'next' said, or nothing"),
            #[cfg(test)]
            Self::Sample(text) => f.write_str(text),
        }
    }
}

fn try_again(f: &mut fmt::Formatter<'_>, cause: &str, wait: Duration) -> fmt::Result {
    write!(f, "{cause}. Try again in {}", display_wait(wait))
}

impl fmt::Display for Guessable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breached => "it is in a list of stolen passwords",
            Self::ContainsPersonal => "it contains your name or address",
            Self::ContainsSite => "it contains the name of this site",
            Self::Common => "it is among the most used",
            Self::AlmostCommon => "it is close to one of the most used",
            Self::KeyRun => "it is a run of keys",
            Self::Sequence => "it is a run of letters or numbers",
            Self::Repeats => "it repeats itself",
            Self::RecentYear => "it has a recent year in it",
            Self::Date => "it is a date",
            Self::SingleWord => "it is a single word",
            Self::Name => "it is a name",
            Self::TooSimple => "it is too simple",
        })
    }
}

impl fmt::Display for EmailAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Enter your email address"),
            Self::TooLong => f.write_str("Email address must be 254 characters or fewer"),
            Self::NotAscii(character) => {
                write!(f, "Email address can't have {character} before the @")
            }
            Self::Malformed => {
                f.write_str("Enter an email address in the right form, like name@example.com")
            }
        }
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
                f.write_str("Name can't have line breaks or control characters")
            }
        }
    }
}

impl fmt::Display for HandleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherCharacters => f.write_str(
                "Handle can have small letters a to z, numbers and hyphens between them",
            ),
            Self::TooShort => f.write_str("Handle must be 3 characters or more"),
            Self::TooLong => f.write_str("Handle must be 30 characters or fewer"),
            Self::Taken => f.write_str("That handle is taken, choose another"),
            Self::Needed => f.write_str("Choose a handle: your profile's address is made of it"),
        }
    }
}

impl fmt::Display for BioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("Bio must be 300 characters or fewer"),
            Self::ControlCharacter => {
                f.write_str("Bio can't have tabs or other control characters")
            }
        }
    }
}

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Enter a name, so that you can tell it from others"),
            Self::TooLong => f.write_str("Name must be 60 characters or fewer"),
            Self::ControlCharacter => {
                f.write_str("Name can't have line breaks or control characters")
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
