//! The operation: logs one device out, from another one or from itself. Pressed again, or by many at once, it is ended and
//! written down once.

use crate::accounts::audit::{self, Event};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::sign_in::NewSession;
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::store::sessions;
use crate::values::{OwnedSession, SessionIdHash};

/// What the button did.
#[derive(Debug)]
pub enum Outcome {
    /// The session has ended, now or before.
    Ended {
        /// What this browser is to be given, if its own session has another id now.
        renewed: Option<NewSession>,
    },
    /// It was the session that asked: this is a log-out.
    LoggedOut,
    /// The person has no such session.
    Unknown,
    /// The session that asked has ended meanwhile.
    SessionEnded,
}

/// Ends the actor's session that pages call `handle`.
pub async fn end_session(app: &App, actor: Actor, proof: Reauthentication, handle: String) -> Result<Outcome, Failure> {
    let now = app.clock.now();
    let (user, client_address) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection| {
        // Looked for before the password renews anything: what is unknown changes nothing at all.
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
        // Under the hash that it has now: a password given in it, by whoever, may have renewed it in this very moment.
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
