//! Messages that are shown once, at the top of the next page.

use serde::{Deserialize, Serialize};

use super::isolated;

/// A message that is shown once, at the top of the next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    EmailConfirmed,
    /// The browser that signed up confirmed the address, and is now logged in.
    EmailConfirmedHere,
    /// The browser is logged in to another account than the confirmed one.
    OtherEmailConfirmed,
    PasswordSaved,
    /// The browser is logged in to another account than the one with the new password.
    OtherPasswordSaved,
    LoggedOut,
    LogInFirst,
    EndedByPasswordChange,
    /// The user ended the session from another device.
    EndedElsewhere,
    /// The account had too many newer sessions.
    TooManySessions,
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
    /// Another link is on its way to the new email address of a pending change.
    NewAddressResent {
        new_email: String,
    },
    /// The pending change was cancelled. The account keeps `email`.
    AddressChangeCancelled {
        email: String,
    },
    AddressChanged,
    /// Only the spelling of the email address has changed.
    AddressRespelled {
        email: String,
    },
    /// The user used an undo link.
    Undone,
    /// An API token was created.
    TokenCreated,
    TokenRemoved,
    AccountDeleted,
}

impl Notice {
    /// Returns the notice for a browser that is sent from the login to a page of the account that
    /// it is logged in to. That is another account, because these changes leave no session behind.
    /// `None` if the notice only makes sense at the login.
    pub fn while_logged_in(&self) -> Option<Self> {
        match self {
            Self::EmailConfirmed | Self::OtherEmailConfirmed => Some(Self::OtherEmailConfirmed),
            Self::PasswordSaved | Self::OtherPasswordSaved => Some(Self::OtherPasswordSaved),
            _ => None,
        }
    }

    pub fn message(&self) -> String {
        let message = match self {
            Self::EmailConfirmed => "Your email address is confirmed. You can log in now.",
            Self::EmailConfirmedHere => "Your email address is confirmed, and you’re logged in.",
            Self::OtherEmailConfirmed => {
                "The email address is confirmed. You’re still logged in to this account. To use \
                 the other account, log out first."
            }
            Self::OtherPasswordSaved => {
                "The password of the other account has been changed, and its devices have been \
                 logged out. You’re still logged in to this account."
            }
            Self::PasswordSaved => {
                "Your password has been changed, and every device has been logged out. Log in \
                 with your new password."
            }
            Self::LoggedOut => "You’ve logged out.",
            Self::LogInFirst => "Log in to continue.",
            Self::EndedByPasswordChange => {
                "You were logged out because your password was changed. Log in to continue."
            }
            Self::EndedElsewhere => "You were logged out from another device. Log in to continue.",
            Self::TooManySessions => {
                "You were logged out because you’ve logged in on many other devices. Log in to \
                 continue."
            }
            Self::EndedByUndo => {
                "You were logged out because someone chose “This wasn’t me”. Reset your password \
                 to continue."
            }
            Self::EndedByAdministrator => "An administrator logged you out. Log in to continue.",
            Self::AccountLocked => {
                "You were logged out because an administrator locked this account."
            }
            Self::SessionEnded => "Your session has expired. Log in to continue.",
            Self::ProfileSaved => "Profile saved.",
            Self::PasswordChanged => {
                "Your password has been changed. Other devices are still logged in."
            }
            Self::PasswordChangedEverywhere => {
                "Your password has been changed. All other devices have been logged out."
            }
            Self::DeviceLoggedOut => "Device logged out.",
            Self::OtherDevicesLoggedOut => "All other devices have been logged out.",
            Self::ConfirmNewAddress => "Check your email: we’ve sent a link to your new address.",
            Self::NewAddressResent { new_email } => {
                return format!(
                    "We’ve sent a new link to {}. Earlier links no longer work.",
                    isolated(new_email)
                );
            }
            Self::AddressChangeCancelled { email } => {
                return format!(
                    "The change has been cancelled. Your email address is still {}.",
                    isolated(email)
                );
            }
            Self::AddressRespelled { email } => {
                return format!("Your email address is now written {}.", isolated(email));
            }
            Self::AddressChanged => {
                "Your email address has been changed. From now on, log in with the new one."
            }
            Self::Undone => {
                "Your account is secure, and every device has been logged out. To get back in, \
                 open the link we emailed you and set a new password."
            }
            Self::TokenCreated => "Token created. Copy it now: you won’t be able to see it again.",
            Self::TokenRemoved => "Token revoked. It no longer works.",
            Self::AccountDeleted => "Your account has been deleted.",
        };
        message.to_owned()
    }
}
