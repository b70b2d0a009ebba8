//! The operation: ends one session, from another device or from its own. Repeated or concurrent
//! requests end it once and record one audit event.

use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::sessions::{self, EndReason, NewSession};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::authorize;
use crate::store::sessions::by_handle;
use crate::values::{Event, OwnedSession};

/// Outcome of ending a session.
#[derive(Debug)]
pub enum Outcome {
    /// The session has ended, now or earlier.
    Ended {
        /// The current session, if the browser needs a new cookie for it.
        renewed: Option<NewSession>,
    },
    /// The ended session is the current one.
    LoggedOut,
    /// The user has no such session.
    Unknown,
    /// The current session has ended in the meantime.
    SessionEnded,
}

/// Ends the actor's session with the public handle `handle`.
pub async fn end_session(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
    handle: String,
) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        // Checks the handle before `authorize` can renew the session. An unknown handle must not
        // change anything.
        let Some(hash) = by_handle(tx, &actor.user, &handle)? else {
            return Ok(Outcome::Unknown);
        };
        let is_own = actor.by.session() == Some(&hash);
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok(Outcome::SessionEnded);
        };
        let (outcome, reason, event) = if is_own {
            (Outcome::LoggedOut, EndReason::LoggedOut, Event::LoggedOut)
        } else {
            (
                Outcome::Ended {
                    renewed: authorized.renewed,
                },
                EndReason::EndedElsewhere,
                Event::SessionEnded,
            )
        };
        // Reads the hash again. A reauthentication, in this request or in another one, may have
        // just renewed the session.
        let Some(hash) = by_handle(tx, &actor.user, &handle)? else {
            return Ok(outcome);
        };
        let session = OwnedSession {
            user: actor.user.clone(),
            hash,
        };
        if sessions::end(tx, &session, reason)? {
            audit::record(tx, event, &actor.user)?;
        }
        Ok(outcome)
    };
    Ok(app.write(client, work).await?)
}
