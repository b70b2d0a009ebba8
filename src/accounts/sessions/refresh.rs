//! Exchange of refresh tokens. Each exchange invalidates the previous token. Concurrent requests
//! may present the same token within 30 seconds and get the same next token. A later reuse means
//! that the token was copied, so the session ends (RFC 9700 §4.14.2).

use super::policy::{REFRESH_GRACE, is_open};
use super::{EndReason, end};
use crate::db::{DbError, Tx};
use crate::store::sessions::{self, ProgramSession};
use crate::store::users::{self, User};
use crate::values::OwnedSession;

/// Outcome of an exchange.
#[derive(Debug)]
pub enum Exchange {
    /// The session continues with the refresh token of this generation.
    Next {
        session: ProgramSession,
        generation: i64,
    },
    /// The token had been exchanged before. The session of this user has ended.
    Reused(User),
    /// The session has ended or does not exist.
    Ended,
}

/// Exchanges the refresh token of a session. The caller has locked the user.
pub fn exchange(
    tx: &mut Tx<'_>,
    owned: &OwnedSession,
    generation: i64,
) -> Result<Exchange, DbError> {
    let now = tx.now;
    let Some(user) = users::by_id(tx, &owned.user)? else {
        return Ok(Exchange::Ended);
    };
    let found = sessions::of_program(tx, &user.id, &owned.hash)?;
    let Some(session) = found.filter(|found| is_open(&found.session, &user, now)) else {
        return Ok(Exchange::Ended);
    };
    let present = session.refresh_generation;
    if generation == present {
        sessions::set_refresh_generation(tx, &owned.user, &owned.hash, present + 1, now)?;
        return Ok(Exchange::Next {
            session,
            generation: present + 1,
        });
    }
    let is_last = generation.checked_add(1) == Some(present);
    if is_last
        && session
            .refreshed_at
            .is_some_and(|at| at.is_recent(REFRESH_GRACE, now))
    {
        return Ok(Exchange::Next {
            session,
            generation: present,
        });
    }
    // A generation above the current one exists only if the database was restored from a backup.
    // The owner must then log in again, too.
    end(tx, owned, EndReason::RefreshReused)?;
    Ok(Exchange::Reused(user))
}
