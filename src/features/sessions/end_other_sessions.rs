//! The operation: ends every session except the current one. Known devices stay known, so that the
//! next login there sends no security notice.

use crate::accounts::audit::{self, Event};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::sign_in::NewSession;
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::DbConnection;

/// Outcome of ending the other sessions.
#[derive(Debug)]
pub enum Outcome {
    Ended {
        /// The current session, if the browser needs a new cookie for it.
        renewed: Option<NewSession>,
    },
    /// The current session has ended in the meantime.
    SessionEnded,
}

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
