//! Descriptions of audit events. They must be true for the owner and for an attacker, because the
//! server can't tell which of them acted.

use crate::values::Event;

/// Returns the title of an event. `was_mailed` is true if an email with an undo link was sent.
/// `None` is an event of a later version.
pub fn title(event: Option<Event>, was_mailed: bool) -> &'static str {
    match event {
        Some(Event::SignUpRequested) => "Sign-up attempt with your email address",
        Some(Event::AddressWanted) => "Another account tried to use your email address",
        Some(Event::AddressConfirmed) => "Account created",
        Some(Event::Imported) => "Account imported",
        Some(Event::ConfirmationRequested) => "Confirmation link requested again",
        Some(Event::LoggedIn) if was_mailed => "Logged in from a new device",
        Some(Event::LoggedIn) => "Logged in",
        Some(Event::LoginRejected) => "Failed login",
        Some(Event::LoggedOut) => "Logged out",
        Some(Event::ResetRequested) => "Password reset requested",
        Some(Event::PasswordReset) => "Password reset",
        Some(Event::PasswordRejected) => "Wrong password entered",
        Some(Event::PasswordChanged) => "Password changed",
        Some(Event::ProfileChanged) => "Profile changed",
        Some(Event::SessionEnded) => "Another device logged out",
        Some(Event::OtherSessionsEnded) => "All other devices logged out",
        Some(Event::AddressChangeRequested) => "Email address change requested",
        Some(Event::AddressChangeCancelled) => "Email address change cancelled",
        Some(Event::AddressChanged) => "Email address changed",
        Some(Event::Undone) => "Account secured with “This wasn’t me”",
        Some(Event::Exported) => "Data downloaded",
        Some(Event::TokenCreated) => "API token created",
        Some(Event::TokenRevoked) => "API token revoked",
        Some(Event::RefreshReused) => "App logged out: its login token was used twice",
        Some(Event::AccountLocked) => "Account locked by an administrator",
        Some(Event::AccountUnlocked) => "Account unlocked by an administrator",
        Some(Event::JoinedGroup) => "Added to a group",
        Some(Event::LeftGroup) => "Removed from a group",
        Some(Event::AppOpened) => "App opened",
        Some(Event::AppRejected) => "App not opened: no access",
        Some(Event::AppAdded) => "Authenticator app added",
        Some(Event::AppRemoved) => "Authenticator app removed",
        Some(Event::PasskeyAdded) => "Passkey added",
        Some(Event::PasskeyRemoved) => "Passkey removed",
        Some(Event::PasskeyRenamed) => "Passkey renamed",
        Some(Event::PasskeyCopied) => "Passkey rejected: a copy may exist",
        Some(Event::RecoveryRequested) => "Removal of second step requested",
        Some(Event::RecoveryStopped) => "Removal of second step stopped",
        Some(Event::BrowserTrusted) => "Browser trusted for 30 days",
        Some(Event::BrowsersForgotten) => "Trusted browsers forgotten",
        Some(Event::PasswordRemoved) => "Password removed",
        Some(Event::RecoveryCodesCreated) => "Recovery codes created",
        Some(Event::RecoveryCodeUsed) => "Recovery code used",
        Some(Event::SecondStepRejected) => "Wrong second step",
        Some(Event::SecondStepMissed) => "Correct password, second step not completed",
        Some(Event::SecondStepsRemoved) => "Second step removed",
        Some(Event::SessionsEndedByAdministrator) => "All devices logged out by an administrator",
        Some(Event::MadeAdministrator) => "Administrator rights granted",
        Some(Event::AdministratorRemoved) => "Administrator rights removed",
        Some(Event::AccountDeleted) => "Account deleted",
        None => "Other activity",
    }
}

/// Returns the sentences below the title of an event, if it needs any.
pub fn detail(event: Option<Event>, was_mailed: bool) -> Option<&'static str> {
    Some(match event? {
        // The rate limit may have suppressed the email. The same holds for a change of address.
        Event::SignUpRequested | Event::AddressWanted => {
            "Nothing was changed. We emailed you, unless we’d just sent you several emails."
        }
        Event::AddressConfirmed => "Your email address was confirmed.",
        Event::LoggedIn | Event::SecondStepRejected if was_mailed => "We emailed you about it.",
        // After an undo and while the account is locked, the right password is rejected too.
        Event::LoginRejected => {
            "The password was wrong, or the account was locked or needed a new password."
        }
        Event::ResetRequested => "We emailed you a link.",
        Event::PasswordReset => "Every device was logged out. We emailed you about it.",
        Event::PasswordRejected => "The current password was needed to continue.",
        Event::PasswordChanged
        | Event::TokenCreated
        | Event::AppAdded
        | Event::AppRemoved
        | Event::PasskeyAdded
        | Event::PasskeyRemoved
        | Event::PasskeyCopied
        | Event::PasswordRemoved
        | Event::RecoveryRequested
        | Event::RecoveryCodesCreated
        | Event::RecoveryCodeUsed
        | Event::SecondStepsRemoved => "We emailed you about it.",
        Event::SecondStepMissed => "If this wasn’t you, someone knows your password. Change it.",
        Event::AddressChangeRequested => {
            "We emailed your current address. We also emailed the new one, unless we’d just sent \
             it several emails."
        }
        Event::AddressChanged => "We emailed your earlier address.",
        Event::Undone => {
            "Every device was logged out and API tokens were revoked. We emailed a link to set a \
             new password."
        }
        Event::RefreshReused => "Someone may have a copy of the token. We emailed you about it.",
        Event::AccountLocked => "Every device was logged out.",
        _ => return None,
    })
}
