//! Audit events. Each is stored in the transaction of the change that it describes.

use super::links::NewLink;
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::tokens;
use crate::store::events::{self, NewEvent};
use crate::values::{ClientNetwork, UserId};

/// Number of events stored per account. Older ones are deleted unless their undo link still works.
pub const EVENT_LIMIT: i64 = 10_000;

/// The client of a request, for display, logs and rate limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// The IP address as text. Empty if it is unknown.
    pub address: String,
    /// The User-Agent header, cut to a maximum length. Contains only printable ASCII.
    pub user_agent: String,
    /// The network by which rate limits count requests. `None` if limits are off. Also `None` if
    /// the address may be that of a proxy which is not configured, because all clients would then
    /// count as one.
    pub network: Option<ClientNetwork>,
}

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

/// Stores an event of an account. Events without an account appear only in the log. Otherwise
/// requests for made-up email addresses could fill the disk.
pub fn record(
    connection: &mut DbConnection,
    event: Event,
    user: &UserId,
    client: &ClientInfo,
    now: Timestamp,
) -> Result<(), DbError> {
    insert(connection, event, user, client, None, now)
}

/// Stores an event together with the link that undoes it.
pub fn record_undoable(
    connection: &mut DbConnection,
    event: Event,
    user: &UserId,
    client: &ClientInfo,
    undo: &NewLink,
    now: Timestamp,
) -> Result<(), DbError> {
    insert(connection, event, user, client, Some(&undo.id), now)
}

fn insert(
    connection: &mut DbConnection,
    event: Event,
    user: &UserId,
    client: &ClientInfo,
    undo_link_id: Option<&str>,
    now: Timestamp,
) -> Result<(), DbError> {
    events::insert(
        connection,
        &NewEvent {
            id: &tokens::random_id(),
            happened_at: now.millis(),
            kind: event.name(),
            user_id: &user.0,
            user_agent: &client.user_agent,
            client_address: &client.address,
            undo_link_id,
        },
    )?;
    Ok(events::keep_newest(connection, &user.0, EVENT_LIMIT, now.millis())?)
}
