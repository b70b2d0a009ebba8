//! Reasons to reject what was sent in a form or in a JSON body. Each has a message for users, and a
//! code for API clients that stays the same when the message changes.

use std::fmt;
use std::time::Duration;

use super::apps::SettingError;
use super::labelled::LabelReason;
use super::passkeys::PasskeyReason;
use super::second_step::SecondStepReason;
use super::waits::display_wait;
use super::{isolated, owned_parts};
use crate::values::{
    BioError, CodeError, DisplayNameError, EmailAddressError, Guessable, HandleError, LabelError,
    PasswordError, SignUpRejected,
};

/// A reason to reject a value or a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    EmailAddress(EmailAddressError),
    Password(PasswordError),
    DisplayName(DisplayNameError),
    Handle(HandleError),
    Bio(BioError),
    Label(LabelReason),
    SecondStep(SecondStepReason),
    Passkey(PasskeyReason),
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
    LastAdministrator,
    /// Contains the entry that is no email address.
    NotAnAddress(String),
    /// A form that adds a member without an email address.
    NoMember,
    /// An error came up after some of the invitations.
    NotAllInvited,
    GroupName,
    GroupNameTaken,
    NoAddresses,
    TooManyAddresses,
    TooManyTokens,
    NoTokenLifetime,
    NewTokensLimited(Duration),
    ExportRunning,
    ExportsLimited(Duration),
    SignUpsLimited(Duration),
    SignUp(SignUpRejected),
    AppSetting(SettingError),
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
    /// Returns the reason for an entry that must be an email address and is none.
    pub fn not_an_address(typed: &str) -> Self {
        Self::NotAnAddress(typed.chars().take(100).collect())
    }

    /// Returns the code for the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmailAddress(EmailAddressError::Empty)
            | Self::Password(PasswordError::Empty)
            | Self::Label(LabelReason(_, LabelError::Empty))
            | Self::SecondStep(SecondStepReason::Code(CodeError::Empty))
            | Self::NoPassword
            | Self::MissingMember => "missing",
            Self::EmailAddress(EmailAddressError::TooLong)
            | Self::Password(PasswordError::TooLong)
            | Self::DisplayName(DisplayNameError::TooLong)
            | Self::Handle(HandleError::TooLong)
            | Self::Bio(BioError::TooLong)
            | Self::Label(LabelReason(_, LabelError::TooLong)) => "too_long",
            Self::Password(PasswordError::TooShort) | Self::Handle(HandleError::TooShort) => {
                "too_short"
            }
            Self::EmailAddress(EmailAddressError::NotAscii(_)) => "not_ascii",
            Self::EmailAddress(EmailAddressError::Invisible(_))
            | Self::DisplayName(DisplayNameError::Invisible)
            | Self::Bio(BioError::Invisible) => "invisible",
            Self::DisplayName(DisplayNameError::Direction)
            | Self::Bio(BioError::Direction)
            | Self::Label(LabelReason(_, LabelError::Direction)) => "direction_character",
            Self::EmailAddress(EmailAddressError::Malformed | EmailAddressError::WideAt)
            | Self::Cursor => "malformed",
            Self::DisplayName(DisplayNameError::ControlCharacter)
            | Self::Bio(BioError::ControlCharacter)
            | Self::Label(LabelReason(_, LabelError::ControlCharacter)) => "control_character",
            Self::Handle(HandleError::OtherCharacters) => "other_characters",
            Self::Handle(HandleError::Taken)
            | Self::AppSetting(SettingError::IdTaken | SettingError::OriginTaken(_)) => "taken",
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
            Self::Label(reason) => reason.fmt(f),
            Self::AppSetting(error) => error.fmt(f),
            Self::Guessable(guessable) => guessable.fmt(f),
            Self::SecondStep(reason) => reason.fmt(f),
            Self::Passkey(reason) => reason.fmt(f),
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
            Self::NotAnAddress(line) => {
                write!(f, "This isn’t an email address: {}", isolated(line))
            }
            Self::NotAllInvited => f.write_str(
                "Something went wrong after some invitations. Try again with these addresses.",
            ),
            Self::GroupName => f.write_str(
                "Enter 2 to 32 lowercase letters, digits or hyphens, beginning with a letter. \
                 “everyone” is reserved.",
            ),
            Self::GroupNameTaken => f.write_str("A group has this name already"),
            Self::NoMember => f.write_str("Enter the user’s email address"),
            Self::NoAddresses => f.write_str("Enter at least one email address"),
            Self::TooManyAddresses => f.write_str("Enter at most 100 email addresses"),
            Self::LastAdministrator => f.write_str(
                "You’re the last administrator. Ask the operator to make another one first, with \
                 “vestibule user make-admin”.",
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
            Self::SignUp(rejected) => rejected.fmt(f),
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
    LabelReason => Label,
    SecondStepReason => SecondStep,
    PasskeyReason => Passkey,
    SignUpRejected => SignUp,
    SettingError => AppSetting,
    Guessable => Guessable,
}

impl From<CodeError> for Reason {
    fn from(error: CodeError) -> Self {
        SecondStepReason::from(error).into()
    }
}
