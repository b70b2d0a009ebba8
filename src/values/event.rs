//! The kinds of audit events.

/// An audit event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A sign-up, also for an email address that already has an account.
    SignUpRequested,
    /// A pending sign-up was confirmed and became an account.
    AddressConfirmed,
    /// The operator imported the account from another system.
    Imported,
    /// A pending sign-up asked for another confirmation link.
    ConfirmationRequested,
    LoggedIn,
    /// A login failed. The credentials were wrong, the password was blocked, or the account was
    /// locked.
    LogInRefused,
    LoggedOut,
    ResetRequested,
    /// A new password was set with a reset link.
    PasswordReset,
    /// Reauthentication failed because of a wrong password.
    PasswordRefused,
    PasswordChanged,
    ProfileChanged,
    /// The user ended another of their sessions.
    SessionEnded,
    OtherSessionsEnded,
    AddressChangeRequested,
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
    SessionsEndedByAdministrator,
    MadeAdministrator,
    AdministratorRemoved,
    /// Appears only in the log, because the deletion removes all events of the account.
    AccountDeleted,
}

impl Event {
    const ALL: [(Self, &'static str); 28] = [
        (Self::SignUpRequested, "sign_up_requested"),
        (Self::AddressConfirmed, "address_confirmed"),
        (Self::Imported, "imported"),
        (Self::ConfirmationRequested, "confirmation_requested"),
        (Self::LoggedIn, "logged_in"),
        (Self::LogInRefused, "log_in_refused"),
        (Self::LoggedOut, "logged_out"),
        (Self::ResetRequested, "reset_requested"),
        (Self::PasswordReset, "password_reset"),
        (Self::PasswordRefused, "password_refused"),
        (Self::PasswordChanged, "password_changed"),
        (Self::ProfileChanged, "profile_changed"),
        (Self::SessionEnded, "session_ended"),
        (Self::OtherSessionsEnded, "other_sessions_ended"),
        (Self::AddressChangeRequested, "address_change_requested"),
        (Self::AddressWanted, "address_wanted"),
        (Self::AddressChanged, "address_changed"),
        (Self::Undone, "undone"),
        (Self::Exported, "exported"),
        (Self::TokenCreated, "token_created"),
        (Self::TokenRevoked, "token_revoked"),
        (Self::RefreshReused, "refresh_reused"),
        (Self::AccountLocked, "account_locked"),
        (Self::AccountUnlocked, "account_unlocked"),
        (Self::SessionsEndedByAdministrator, "sessions_ended_by_administrator"),
        (Self::MadeAdministrator, "made_administrator"),
        (Self::AdministratorRemoved, "administrator_removed"),
        (Self::AccountDeleted, "account_deleted"),
    ];

    /// Returns the name of the event in the database and in the log.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(event, _)| *event == self).map_or("", |(_, name)| name)
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(event, _)| *event)
    }
}
