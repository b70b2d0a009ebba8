//! The kinds of audit events.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// An audit event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Event {
    /// A sign-up, also for an email address that already has an account.
    SignUpRequested,
    /// A confirmed sign-up or an accepted invitation became an account.
    AddressConfirmed,
    /// The operator imported the account from another system.
    Imported,
    /// The user asked for another confirmation link, for a pending sign-up or a pending change of
    /// address.
    ConfirmationRequested,
    LoggedIn,
    /// A login failed. The credentials were wrong, the password was blocked, or the account was
    /// locked.
    #[strum(to_string = "log_in_refused")]
    LoginRejected,
    LoggedOut,
    ResetRequested,
    /// A new password was set with a reset link.
    PasswordReset,
    /// Reauthentication failed because of a wrong password.
    #[strum(to_string = "password_refused")]
    PasswordRejected,
    PasswordChanged,
    ProfileChanged,
    /// The user ended another of their sessions.
    SessionEnded,
    OtherSessionsEnded,
    AddressChangeRequested,
    /// The user cancelled a pending change.
    AddressChangeCancelled,
    /// Another user asked to change to the email address of this account.
    AddressWanted,
    AddressChanged,
    /// The owner used "This wasn't me".
    Undone,
    Exported,
    TokenCreated,
    TokenRevoked,
    /// A refresh token was reused, which ended the session.
    RefreshReused,
    AccountLocked,
    AccountUnlocked,
    /// An authenticator app was added.
    AppAdded,
    AppRemoved,
    PasskeyAdded,
    PasskeyRemoved,
    PasskeyRenamed,
    /// A passkey was rejected, because a copy of it may exist.
    PasskeyCopied,
    /// The user removed the password and logs in with a passkey.
    PasswordRemoved,
    BrowserTrusted,
    /// A removal of the second step was requested.
    #[strum(to_string = "recovery_asked")]
    RecoveryRequested,
    RecoveryStopped,
    /// The user ended the trust in all browsers.
    BrowsersForgotten,
    #[strum(to_string = "recovery_codes_made")]
    RecoveryCodesCreated,
    RecoveryCodeUsed,
    /// A wrong second step, at a login or a reauthentication.
    #[strum(to_string = "second_step_refused")]
    SecondStepRejected,
    /// A login with the right password ended before the second step.
    SecondStepMissed,
    /// The operator removed every factor of the account, or the owner did after the wait.
    SecondStepsRemoved,
    SessionsEndedByAdministrator,
    MadeAdministrator,
    AdministratorRemoved,
    JoinedGroup,
    LeftGroup,
    /// A session opened a registered app for the first time.
    AppOpened,
    /// The user wanted to open a registered app without access to it.
    #[strum(to_string = "app_refused")]
    AppRejected,
    /// Appears only in the log, because the deletion removes all events of the account.
    AccountDeleted,
}

impl Event {
    /// Returns the name of the event in the database and in the log.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are stored, so a renamed variant must keep its own.
    #[test]
    fn stored_names_stay() {
        let names: Vec<&str> = Event::VARIANTS
            .iter()
            .map(|variant| variant.name())
            .collect();
        let stored = "sign_up_requested address_confirmed imported confirmation_requested \
            logged_in log_in_refused logged_out reset_requested password_reset \
            password_refused password_changed profile_changed session_ended \
            other_sessions_ended address_change_requested address_change_cancelled \
            address_wanted address_changed undone exported token_created token_revoked \
            refresh_reused account_locked account_unlocked app_added app_removed \
            passkey_added passkey_removed passkey_renamed passkey_copied password_removed \
            browser_trusted recovery_asked recovery_stopped \
            browsers_forgotten \
            recovery_codes_made recovery_code_used second_step_refused second_step_missed \
            second_steps_removed sessions_ended_by_administrator made_administrator \
            administrator_removed joined_group left_group app_opened app_refused account_deleted";
        assert_eq!(names.join(" "), stored);
        for variant in Event::VARIANTS {
            assert_eq!(Event::parse(variant.name()), Some(*variant));
        }
    }
}
