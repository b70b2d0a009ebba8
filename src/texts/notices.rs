//! Messages that are shown once, at the top of the next page.

use serde::{Deserialize, Serialize};

use super::administration::{ActionRejected, action_title};
use super::second_step::few_codes_left;
use super::{isolated, owned_parts};
use crate::values::AdminVerb;

/// The kind of a notice. Its heading and its colours follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    Information,
    Success,
    Warning,
}

/// A message that is shown once, at the top of the next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    EmailConfirmed,
    /// The browser that signed up confirmed the address, and is now logged in.
    EmailConfirmedHere,
    /// The browser is logged in to `account`, not to the one whose address was confirmed.
    OtherEmailConfirmed {
        email: String,
        account: String,
    },
    /// An invited user created the account.
    AccountCreated,
    PasswordSaved,
    /// The browser is logged in to `account`, not to the one with the new password.
    OtherPasswordSaved {
        email: String,
        account: String,
    },
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
    /// The session ended because the account got a second step.
    EndedBySecondStep,
    /// The session ended because every factor of the account was removed.
    EndedBySecondStepRemoval,
    /// The second step came too late. The user must log in again.
    SecondStepExpired,
    /// The login used a recovery code.
    RecoveryCodeUsed {
        left: i64,
    },
    /// The login used an app, and few recovery codes are left.
    FewRecoveryCodes {
        left: i64,
    },
    AppAdded,
    AppRemoved,
    PasskeyAdded,
    PasskeyRenamed,
    /// The password manager may still offer the removed passkey.
    PasskeyRemoved,
    PasswordRemoved,
    BrowsersForgotten,
    /// A removal of the second step was requested. It can happen on this date.
    RecoveryRequested {
        date: String,
    },
    SecondStepKept,
    /// The second step was removed after the wait.
    SecondStepRemoved,
    /// The operator requires a second step, and the account has none.
    SecondStepRequired,
    /// The session ended because the passkey that opened it was removed.
    EndedByPasskeyRemoval,
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
    /// An administrator did this to another account, a sign-up, an invitation or a group.
    AdminAction(AdminVerb),
    ActionRejected(ActionRejected),
    /// The user removed an app from all sessions.
    AppRemovedEverywhere,
    /// The app needs a login with a second step, and the account has none.
    SecondStepNeeded {
        app: String,
    },
    /// The group can’t be deleted, because an app is open to it.
    GroupInUse {
        app: String,
    },
    /// The form of a download was sent twice, so the browser may have dropped the file.
    DownloadDropped,
}

impl NoticeKind {
    pub fn heading(self) -> &'static str {
        match self {
            Self::Information => "Information",
            Self::Success => "Success",
            Self::Warning => "Important",
        }
    }

    /// Returns the class of the notice in the stylesheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Success => "success",
            Self::Warning => "warning",
        }
    }
}

impl Notice {
    /// Returns the notice for a browser that is already logged in to `account`. The notice is about
    /// a change to the account of `email`, which is another account. Returns `None` if the notice
    /// only makes sense at the login.
    pub fn while_logged_in(&self, email: &str, account: &str) -> Option<Self> {
        let (email, account) = (email.to_owned(), account.to_owned());
        match self {
            Self::EmailConfirmed => Some(Self::OtherEmailConfirmed { email, account }),
            Self::PasswordSaved => Some(Self::OtherPasswordSaved { email, account }),
            Self::OtherEmailConfirmed { .. } | Self::OtherPasswordSaved { .. } => {
                Some(self.clone())
            }
            _ => None,
        }
    }

    pub fn kind(&self) -> NoticeKind {
        match self {
            Self::LoggedOut
            | Self::LogInFirst
            | Self::SessionEnded
            | Self::SecondStepExpired
            | Self::EndedBySecondStep
            | Self::EndedByPasskeyRemoval
            | Self::EndedByPasswordChange
            | Self::EndedElsewhere
            | Self::TooManySessions
            | Self::ConfirmNewAddress
            | Self::NewAddressResent { .. }
            | Self::AccountDeleted
            | Self::DownloadDropped => NoticeKind::Information,
            Self::EmailConfirmed
            | Self::AccountCreated
            | Self::AdminAction(_)
            | Self::EmailConfirmedHere
            | Self::AppRemovedEverywhere
            | Self::PasswordSaved
            | Self::ProfileSaved
            | Self::PasswordChanged
            | Self::PasswordChangedEverywhere
            | Self::DeviceLoggedOut
            | Self::OtherDevicesLoggedOut
            | Self::AddressChangeCancelled { .. }
            | Self::AddressChanged
            | Self::AddressRespelled { .. }
            | Self::Undone
            | Self::TokenCreated
            | Self::TokenRemoved
            | Self::AppAdded
            | Self::AppRemoved
            | Self::PasskeyAdded
            | Self::PasskeyRenamed
            | Self::PasskeyRemoved
            | Self::PasswordRemoved
            | Self::BrowsersForgotten
            | Self::RecoveryRequested { .. }
            | Self::SecondStepKept
            | Self::SecondStepRemoved => NoticeKind::Success,
            Self::OtherEmailConfirmed { .. }
            | Self::OtherPasswordSaved { .. }
            | Self::EndedByUndo
            | Self::EndedBySecondStepRemoval
            | Self::SecondStepRequired
            | Self::RecoveryCodeUsed { .. }
            | Self::FewRecoveryCodes { .. }
            | Self::EndedByAdministrator
            | Self::ActionRejected(_)
            | Self::GroupInUse { .. }
            | Self::SecondStepNeeded { .. }
            | Self::AccountLocked => NoticeKind::Warning,
        }
    }

    /// Returns the parts of the message.
    pub fn parts(&self) -> Vec<(String, bool)> {
        owned_parts(&self.message())
    }

    #[expect(clippy::too_many_lines, reason = "a line for each notice")]
    fn message(&self) -> String {
        let message = match self {
            Self::EmailConfirmed => "Your email address is confirmed. You can log in now.",
            Self::AccountCreated => "Your account is ready. You can log in now.",
            Self::EmailConfirmedHere => "Your email address is confirmed, and you’re logged in.",
            Self::OtherEmailConfirmed { email, account } => {
                return format!(
                    "{} is confirmed. You’re logged in as {}. To use the other account, log out \
                     first.",
                    isolated(email),
                    isolated(account)
                );
            }
            Self::OtherPasswordSaved { email, account } => {
                return format!(
                    "The password for {} has been changed, and its devices have been logged out. \
                     You’re still logged in as {}.",
                    isolated(email),
                    isolated(account)
                );
            }
            Self::PasswordSaved => {
                "Your password has been changed, and every device has been logged out. Log in \
                 with your new password."
            }
            Self::AppRemovedEverywhere => {
                "The app is closed on all your devices until you open it again."
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
            Self::EndedBySecondStep => {
                "You were logged out because a second step was added to your account. Log in to \
                 continue."
            }
            Self::EndedBySecondStepRemoval => {
                "You were logged out because your second step was removed. Log in to continue."
            }
            Self::SecondStepExpired => "That took too long. Log in again.",
            Self::RecoveryCodeUsed { left: 0 } => {
                "You used your last recovery code. Create new codes on the Security page."
            }
            Self::RecoveryCodeUsed { left } => {
                return format!("You used a recovery code. You have {left} left.");
            }
            Self::FewRecoveryCodes { left } => {
                let few = few_codes_left(*left);
                return format!("{few} Create new codes on the Security page.");
            }
            Self::AppAdded => "Authenticator app added.",
            Self::AppRemoved => "Authenticator app removed.",
            Self::PasskeyAdded => "Passkey added.",
            Self::PasskeyRenamed => "Passkey renamed.",
            Self::PasskeyRemoved => {
                "Passkey removed. If your device or password manager still offers it, delete it \
                 there, too."
            }
            Self::RecoveryRequested { date } => {
                return format!(
                    "You can remove your second step from {date} on. We’ve emailed you."
                );
            }
            Self::SecondStepKept => "Your second step stays on.",
            Self::SecondStepRemoved => "Second step removed. Log in, then add a new one.",
            Self::SecondStepRequired => "A second step is required here. Add one to continue.",
            Self::BrowsersForgotten => {
                "Trusted browsers forgotten. Each will ask for your second step again."
            }
            Self::PasswordRemoved => "Password removed. From now on, log in with a passkey.",
            Self::EndedByPasskeyRemoval => {
                "You were logged out because the passkey you used was removed. Log in to continue."
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
            Self::AdminAction(verb) => return format!("{}.", action_title(Some(*verb))),
            Self::ActionRejected(rejected) => rejected.message(),
            Self::SecondStepNeeded { app } => {
                return format!(
                    "{} needs a second step. Add one here, then open it again.",
                    isolated(app)
                );
            }
            Self::GroupInUse { app } => {
                return format!(
                    "The app {} is open to this group. Remove the group from the app first.",
                    isolated(app)
                );
            }
            Self::DownloadDropped => {
                "If your download hasn’t started, choose “Download your data” again."
            }
        };
        message.to_owned()
    }
}
