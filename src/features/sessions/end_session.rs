//! The operation: ends one session, from another device or from its own. Repeated or concurrent
//! requests end it once and record one audit event.

use crate::accounts::audit::{self, Event};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::sign_in::NewSession;
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::store::sessions;
use crate::values::{OwnedSession, SessionIdHash};

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
pub async fn end_session(app: &App, actor: Actor, proof: Reauthentication, handle: String) -> Result<Outcome, Failure> {
    let now = app.clock.now();
    let (user, client_address) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection| {
        // Checks the handle before `authorize` can renew the session. An unknown handle must not
        // change anything.
        let Some(id_hash) = sessions::by_handle(db, &actor.user.0, &handle)? else {
            return Ok((Outcome::Unknown, None));
        };
        let is_own = actor.by.session() == Some(&SessionIdHash(id_hash));
        let Some(authorized) = reauthentication::authorize(db, &actor, &proof, now)? else {
            return Ok((Outcome::SessionEnded, None));
        };
        let (outcome, reason, event) = if is_own {
            (Outcome::LoggedOut, EndReason::LoggedOut, Event::LoggedOut)
        } else {
            (Outcome::Ended { renewed: authorized.renewed }, EndReason::EndedElsewhere, Event::SessionEnded)
        };
        // Reads the hash again. A reauthentication, in this request or in another one, may have
        // just renewed the session.
        let Some(id_hash) = sessions::by_handle(db, &actor.user.0, &handle)? else { return Ok((outcome, None)) };
        let session = OwnedSession { user: actor.user.clone(), hash: SessionIdHash(id_hash) };
        if !sign_out::end(db, &session, reason, now)? {
            return Ok((outcome, None));
        }
        audit::record(db, event, &actor.user, &actor.client, now)?;
        Ok((outcome, Some(event)))
    };
    let (outcome, happened) = app.db.write(work).await?;
    if let Some(event) = happened {
        tracing::info!(event = event.name(), user, client = client_address);
    }
    Ok(outcome)
}
