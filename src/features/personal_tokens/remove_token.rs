//! The operation: revokes an API token. From the next request on, the token no longer works.
//!
//! Revoking needs no reauthentication, because it must be quick and can't harm another user.

use crate::accounts::audit::{self, Event};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::store::personal_tokens;

/// Outcome of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The user no longer has the token. It may have been missing before.
    Removed,
    SessionEnded,
}

/// Revokes the actor's token with the public id `id`.
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
