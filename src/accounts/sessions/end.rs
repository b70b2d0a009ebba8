//! The early end of sessions. The database stores the reason, so that the next request can show it.

use crate::db::{DbError, Tx};
use crate::store::sessions;
use crate::values::{OwnedSession, SessionIdHash, UserId};

/// The reason why a session was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    LoggedOut,
    PasswordChanged,
    /// A new login in the same browser.
    Replaced,
    /// The account had more sessions than allowed.
    TooMany,
    /// The owner ended the session from another one.
    EndedElsewhere,
    /// The owner used "This wasn't me".
    Undone,
    /// The refresh token of an API client was reused.
    RefreshReused,
    Locked,
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

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(reason, _)| *reason)
    }
}

/// Ends one session. Returns false if it had already ended or does not exist.
pub fn end(tx: &mut Tx<'_>, session: &OwnedSession, reason: EndReason) -> Result<bool, DbError> {
    let now = tx.now;
    Ok(sessions::end(tx, &session.user, &session.hash, reason.name(), now)?)
}

/// Ends every session of a user. Returns true if there was one.
pub fn end_all(tx: &mut Tx<'_>, user: &UserId, reason: EndReason) -> Result<bool, DbError> {
    let now = tx.now;
    Ok(sessions::end_all(tx, user, reason.name(), now)? > 0)
}

/// Ends every session of a user except for `except`. Returns true if there was one.
pub fn end_others(
    tx: &mut Tx<'_>,
    user: &UserId,
    except: Option<&SessionIdHash>,
    reason: EndReason,
) -> Result<bool, DbError> {
    let now = tx.now;
    Ok(sessions::end_others(tx, user, except, reason.name(), now)? > 0)
}
