//! What is written down of what happened, in the transaction in which it happened.

use super::links::NewLink;
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::tokens;
use crate::store::events::{self, NewEvent};
use crate::values::{ClientNetwork, UserId};

/// Events of one account that are kept. Older ones go, but for those that can still be undone.
pub const EVENT_LIMIT: i64 = 10_000;

/// Who sent a request, as far as that can be told. For people, for the log, and for limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// The address that the request came from.
    pub address: String,
    /// The browser, as it named itself: bounded, and printable.
    pub user_agent: String,
    /// Whose requests are counted together; none where that would be everybody's behind a proxy that is not named.
    pub network: Option<ClientNetwork>,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody signed up, with whatever address.
    SignUpRequested,
    /// An address was confirmed, and an account made.
    AddressConfirmed,
    /// The operator brought an account here from another system.
    Imported,
    /// Somebody asked for a confirmation link again.
    ConfirmationRequested,
    /// A login with the right password.
    LoggedIn,
    /// A login with a wrong address or password, or before the address was confirmed.
    LogInRefused,
    /// A session was ended by its owner.
    LoggedOut,
    /// Somebody asked for a link to set a new password.
    ResetRequested,
    /// A new password was set by such a link.
    PasswordReset,
    /// A signed-in person gave a wrong password where it is asked for again.
    PasswordRefused,
    /// A signed-in person changed the password.
    PasswordChanged,
    /// A signed-in person changed name, handle or whether others see them.
    ProfileChanged,
    /// A signed-in person logged another session out.
    SessionEnded,
    /// A signed-in person logged out everywhere else.
    OtherSessionsEnded,
    /// A signed-in person asked for another address.
    AddressChangeRequested,
    /// Somebody asked for an address that this account has, or that nobody has.
    AddressWanted,
    /// The new address was confirmed and is the account's.
    AddressChanged,
    /// 'This was not me' was pressed.
    Undone,
    /// A signed-in person took a copy of everything that is kept.
    Exported,
    /// A signed-in person made a personal access token.
    TokenCreated,
    /// A personal access token was removed by its owner.
    TokenRevoked,
    /// A refresh token was used again: the session ended.
    RefreshReused,
    /// An administrator locked the account.
    AccountLocked,
    /// An administrator let its owner in again.
    AccountUnlocked,
    /// An administrator logged every device out.
    SessionsEndedByAdministrator,
    /// The operator let its owner look after other people's accounts.
    MadeAdministrator,
    /// The operator took that away.
    AdministratorRemoved,
    /// A signed-in person deleted the account. Only the log says so: nothing else is kept of it.
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

    /// What it is called, in the database and in the log alike.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(event, _)| *event == self).map_or("", |(_, name)| name)
    }

    /// The event that a row names.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(event, _)| *event)
    }
}

/// Writes an event of an account down. What concerns no account is in the log alone: requests for made-up addresses must
/// not fill the disk.
pub fn record(
    connection: &mut DbConnection,
    event: Event,
    user: &UserId,
    client: &ClientInfo,
    now: Timestamp,
) -> Result<(), DbError> {
    insert(connection, event, user, client, None, now)
}

/// Writes down what a person may want to undo, with the link that does it.
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
