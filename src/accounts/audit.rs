//! What is written down of what happened, in the transaction in which it happened.

use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::tokens;
use crate::store::events::{self, NewEvent};
use crate::values::UserId;

/// Who sent a request, as far as that can be told. For people and for the log; nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address that the request came from.
    pub address: String,
    /// The browser, as it named itself: bounded, and printable.
    pub user_agent: String,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody signed up, with whatever address.
    SignUpRequested,
    /// An address was confirmed, and an account made.
    AddressConfirmed,
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
}

impl Event {
    /// What it is called, in the database and in the log alike.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignUpRequested => "sign_up_requested",
            Self::AddressConfirmed => "address_confirmed",
            Self::ConfirmationRequested => "confirmation_requested",
            Self::LoggedIn => "logged_in",
            Self::LogInRefused => "log_in_refused",
            Self::LoggedOut => "logged_out",
            Self::ResetRequested => "reset_requested",
            Self::PasswordReset => "password_reset",
        }
    }
}

/// Writes an event down, also when it concerns no account.
pub fn record(
    connection: &mut DbConnection,
    event: Event,
    user: Option<&UserId>,
    client: &Client,
    now: Timestamp,
) -> Result<(), DbError> {
    events::insert(
        connection,
        &NewEvent {
            id: &tokens::random_id(),
            happened_at: now.millis(),
            kind: event.name(),
            user_id: user.map(|user| user.0.as_str()),
            user_agent: &client.user_agent,
            client_address: &client.address,
        },
    )?;
    Ok(())
}
