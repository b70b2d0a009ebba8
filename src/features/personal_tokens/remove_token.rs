//! The operation: takes a personal access token away; with the next request it opens nothing. It asks for no password: it
//! must be quick, and whoever presses can only lose something of their own.

use crate::accounts::audit::{self, Event};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::store::personal_tokens;

/// What the button did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The person has no such token, since now or since before.
    Removed,
    /// The session has ended meanwhile.
    SessionEnded,
}

/// Removes the actor's token that pages call `id`.
pub async fn remove_token(app: &App, actor: Actor, id: String) -> Result<Outcome, Failure> {
    let now = app.clock.now();
    let (user, client) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection| {
        if reauthentication::authorize(db, &actor, &Reauthentication::NotNeeded, now)?.is_none() {
            return Ok((Outcome::SessionEnded, false));
        }
        let was_there = personal_tokens::delete(db, &actor.user.0, &id)?;
        if was_there {
            audit::record(db, Event::TokenRevoked, &actor.user, &actor.client, now)?;
        }
        Ok((Outcome::Removed, was_there))
    };
    let (outcome, was_there) = app.db.write(work).await?;
    if was_there {
        tracing::info!(event = Event::TokenRevoked.name(), user, client);
    }
    Ok(outcome)
}
