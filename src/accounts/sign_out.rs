//! How sessions end before their time, and why: the row keeps the reason, so that the next request can say it.

use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::sessions;
use crate::values::{SessionIdHash, UserId};

/// Why a session was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its owner logged out.
    LoggedOut,
    /// The password changed.
    PasswordChanged,
    /// The same browser logged in anew.
    Replaced,
    /// The account had more than it may.
    TooMany,
}

impl EndReason {
    const ALL: [(Self, &'static str); 4] = [
        (Self::LoggedOut, "logged_out"),
        (Self::PasswordChanged, "password_changed"),
        (Self::Replaced, "replaced"),
        (Self::TooMany, "too_many"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("", |(_, name)| name)
    }

    /// The reason that a row keeps.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(reason, _)| *reason)
    }
}

/// Ends one session; tells whose it was, unless it had ended before.
pub fn end(
    connection: &mut DbConnection,
    session: &SessionIdHash,
    reason: EndReason,
    now: Timestamp,
) -> Result<Option<UserId>, DbError> {
    Ok(sessions::end(connection, &session.0, reason.name(), now.millis())?.map(UserId))
}

/// Ends every session of a user.
pub fn end_all(connection: &mut DbConnection, user: &UserId, reason: EndReason, now: Timestamp) -> Result<(), DbError> {
    Ok(sessions::end_all(connection, &user.0, reason.name(), now.millis())?)
}
