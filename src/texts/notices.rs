//! Messages that are shown once, at the top of the next page.

use serde::{Deserialize, Serialize};

/// A message that is shown once, at the top of the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    EmailConfirmed,
    PasswordSaved,
    LoggedOut,
    LogInFirst,
    EndedByPasswordChange,
    /// The user ended the session from another device.
    EndedElsewhere,
    /// An undo link ended the session.
    EndedByUndo,
    EndedByAdministrator,
    /// The session ended because an administrator locked the account.
    AccountLocked,
    /// The session ended for another reason, such as expiry.
    SessionEnded,
    ProfileSaved,
    PasswordChanged,
    /// The password was changed, and all other sessions were ended.
    PasswordChangedEverywhere,
    DeviceLoggedOut,
    OtherDevicesLoggedOut,
    /// A confirmation link is on its way to the new email address.
    ConfirmNewAddress,
    AddressChanged,
    /// The user used an undo link.
    Undone,
    /// An API token was created.
    TokenCreated,
    TokenRemoved,
    AccountDeleted,
}

impl Notice {
    pub fn message(self) -> &'static str {
        match self {
            Self::EmailConfirmed => "Email address confirmed. You can log in now.",
            Self::PasswordSaved => {
                "New password saved, and every device is logged out. Log in with the new password."
            }
            Self::LoggedOut => "You're logged out.",
            Self::LogInFirst => "Log in to see that page.",
            Self::EndedByPasswordChange => {
                "You've been logged out because the password changed. Log in to go on."
            }
            Self::EndedElsewhere => {
                "You've been logged out because it was ended from another device. Log in to go on."
            }
            Self::EndedByUndo => {
                "You've been logged out because 'This was not me' was pressed. Set a new password \
                 to go on."
            }
            Self::EndedByAdministrator => {
                "You've been logged out by an administrator. Log in to go on."
            }
            Self::AccountLocked => {
                "You've been logged out because an administrator locked the account."
            }
            Self::ProfileSaved => "Profile saved.",
            Self::PasswordChanged => "New password saved. Other devices stay logged in.",
            Self::PasswordChangedEverywhere => {
                "New password saved, and every other device is logged out."
            }
            Self::DeviceLoggedOut => "That device is logged out.",
            Self::OtherDevicesLoggedOut => "Every other device is logged out.",
            Self::ConfirmNewAddress => {
                "Check your mail: open the link that we sent to the new address."
            }
            Self::AddressChanged => "Email address changed. From now on, log in with the new one.",
            Self::Undone => {
                "Done: every device is logged out. We sent you a mail with a link to set a new \
                 password; open it to get \
                back in."
            }
            Self::TokenCreated => "Access token made. Copy it now: it's shown only this once.",
            Self::TokenRemoved => "That access token is removed: it opens nothing any more.",
            Self::AccountDeleted => "Your account is deleted.",
            Self::SessionEnded => {
                "You've been logged out because the session ended. Log in to go on."
            }
        }
    }
}
