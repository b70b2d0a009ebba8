//! How a program's session goes on: each exchange makes the refresh token of before worthless. Requests side by side may
//! bring the same one within 30 seconds and get the same next one; whoever brings one later has a copy, or sent it to
//! somebody who has: the session ends (RFC 9700 §4.14.2).

use std::time::Duration;

use super::sign_in;
use super::sign_out::{self, EndReason};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::sessions::{self, ProgramSession};
use crate::store::users::{self, User};
use crate::values::OwnedSession;

/// How long the last refresh token still gets the same answer.
const GRACE: Duration = Duration::from_secs(30);

/// What a refresh token can come to.
#[derive(Debug)]
pub enum Exchange {
    /// The session goes on with the token of this generation.
    Next {
        /// The session.
        session: ProgramSession,
        /// Of its next token.
        generation: i64,
    },
    /// The token had been exchanged before: the session of this user has ended now.
    Reused(User),
    /// There is no such session, or no more.
    Ended,
}

/// Exchanges the refresh token of a session, in the turn of its user.
pub fn exchange(
    connection: &mut DbConnection,
    owned: &OwnedSession,
    generation: i64,
    now: Timestamp,
) -> Result<Exchange, DbError> {
    let Some(user) = users::by_id(connection, &owned.user.0)? else { return Ok(Exchange::Ended) };
    let found = sessions::of_program(connection, &user.id, &owned.hash.0)?;
    let Some(session) = found.filter(|found| sign_in::is_open(&found.session, &user, now)) else {
        return Ok(Exchange::Ended);
    };
    let present = session.refresh_generation;
    if generation == present {
        sessions::refresh(connection, &owned.user.0, &owned.hash.0, present + 1, now.millis())?;
        return Ok(Exchange::Next { session, generation: present + 1 });
    }
    let is_last = generation.checked_add(1) == Some(present);
    if is_last && session.refreshed_at.is_some_and(|at| at > (now - GRACE).millis()) {
        return Ok(Exchange::Next { session, generation: present });
    }
    // A later one than the present was never made, unless the database was set back: its owner logs in anew, too.
    sign_out::end(connection, owned, EndReason::RefreshReused, now)?;
    Ok(Exchange::Reused(user))
}
