//! The early end of sessions. The database stores the reason, so that the next request can show it.

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::db::{DbError, Tx};
use crate::store::sessions;
use crate::values::{OwnedSession, SessionIdHash, UserId};

/// The reason why a session was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
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
    /// The account got its first factor.
    SecondStepAdded,
    /// The passkey that opened the session was removed.
    PasskeyRemoved,
    /// The operator removed the second step.
    SecondStepsRemoved,
}

impl EndReason {
    fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// Ends one session. Returns false if it had already ended or does not exist.
pub fn end(tx: &mut Tx<'_>, session: &OwnedSession, reason: EndReason) -> Result<bool, DbError> {
    let now = tx.now;
    Ok(sessions::end(
        tx,
        &session.user,
        &session.hash,
        reason.name(),
        now,
    )?)
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

/// Ends the sessions that a removed passkey opened, except for `except`.
pub fn end_of_passkey(
    tx: &mut Tx<'_>,
    user: &UserId,
    passkey: &str,
    except: Option<&SessionIdHash>,
) -> Result<(), DbError> {
    let end = (EndReason::PasskeyRemoved.name(), tx.now);
    Ok(sessions::end_of_passkey(tx, user, passkey, except, end)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are stored, so a renamed variant must keep its own.
    #[test]
    fn stored_names_stay() {
        let names: Vec<&str> = EndReason::VARIANTS
            .iter()
            .map(|variant| variant.name())
            .collect();
        let stored = "logged_out password_changed replaced too_many ended_elsewhere undone \
            refresh_reused locked ended_by_administrator \
            second_step_added passkey_removed second_steps_removed";
        assert_eq!(names.join(" "), stored);
        for variant in EndReason::VARIANTS {
            assert_eq!(EndReason::parse(variant.name()), Some(*variant));
        }
    }
}
