//! How sessions end before their time, and why: the row keeps the reason, so that the next request can say it.

use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::sessions;
use crate::values::{OwnedSession, SessionIdHash, UserId};

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
    /// Its owner ended it in another browser.
    EndedElsewhere,
    /// 'This was not me' was pressed.
    Undone,
    /// A program's refresh token was used twice.
    RefreshReused,
    /// The account was locked.
    Locked,
    /// An administrator ended it.
    EndedByAdministrator,
}

impl EndReason {
    const ALL: [(Self, &'static str); 9] = [
        (Self::LoggedOut, "logged_out"),
        (Self::PasswordChanged, "password_changed"),
        (Self::Replaced, "replaced"),
        (Self::TooMany, "too_many"),
        (Self::EndedElsewhere, "ended_elsewhere"),
        (Self::Undone, "undone"),
        (Self::RefreshReused, "refresh_reused"),
        (Self::Locked, "locked"),
        (Self::EndedByAdministrator, "ended_by_administrator"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("", |(_, name)| name)
    }

    /// The reason that a row keeps.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(reason, _)| *reason)
    }
}

/// Ends one session; tells whether it was ended now.
pub fn end(
    connection: &mut DbConnection,
    session: &OwnedSession,
    reason: EndReason,
    now: Timestamp,
) -> Result<bool, DbError> {
    Ok(sessions::end(connection, &session.user.0, &session.hash.0, reason.name(), now.millis())?)
}

/// Ends every session of a user. Returns true if there was one.
pub fn end_all(
    connection: &mut DbConnection,
    user: &UserId,
    reason: EndReason,
    now: Timestamp,
) -> Result<bool, DbError> {
    Ok(sessions::end_all(connection, &user.0, reason.name(), now.millis())? > 0)
}

/// Ends every session of a user but the one that asks, if a session does. Returns true if there was another one.
pub fn end_others(
    connection: &mut DbConnection,
    user: &UserId,
    except: Option<&SessionIdHash>,
    reason: EndReason,
    now: Timestamp,
) -> Result<bool, DbError> {
    let except = except.map_or("", |except| &except.0);
    Ok(sessions::end_others(connection, &user.0, except, reason.name(), now.millis())? > 0)
}
