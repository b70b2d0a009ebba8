//! The operation: logs every device out but the one that asks. Browsers that the account was used in stay known: to be
//! logged out is no reason to be told of as new.

use crate::accounts::audit::{self, Event};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::sign_in::NewSession;
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::DbConnection;

/// What the button did.
#[derive(Debug)]
pub enum Outcome {
    /// No other session lives.
    Ended {
        /// What this browser is to be given, if its own session has another id now.
        renewed: Option<NewSession>,
    },
    /// The session that asked has ended meanwhile.
    SessionEnded,
}

/// Ends all of the actor's sessions but the present one.
pub async fn end_other_sessions(app: &App, actor: Actor, proof: Reauthentication) -> Result<Outcome, Failure> {
    let now = app.clock.now();
    let (user, client_address) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection| {
        let Some(authorized) = reauthentication::authorize(db, &actor, &proof, now)? else {
            return Ok((Outcome::SessionEnded, false));
        };
        let ended = sign_out::end_others(db, &actor.user, authorized.by.session(), EndReason::EndedElsewhere, now)?;
        if ended {
            audit::record(db, Event::OtherSessionsEnded, &actor.user, &actor.client, now)?;
        }
        Ok((Outcome::Ended { renewed: authorized.renewed }, ended))
    };
    let (outcome, has_changed) = app.db.write(work).await?;
    if has_changed {
        tracing::info!(event = Event::OtherSessionsEnded.name(), user, client = client_address);
    }
    Ok(outcome)
}
