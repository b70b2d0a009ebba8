//! The operation: revokes an API token. From the next request on, the token no longer works.
//!
//! Revoking needs no reauthentication, because it must be quick and can't harm another user.

use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::authorize;
use crate::store::personal_tokens;
use crate::values::Event;

/// Outcome of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The user no longer has the token. It may have been missing before.
    Removed,
    SessionEnded,
}

/// Revokes the actor's token with the public id `id`.
pub async fn remove_token(app: &App, actor: Actor, id: String) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        if authorize(tx, &actor, &Reauthentication::NotNeeded)?.is_none() {
            return Ok(Outcome::SessionEnded);
        }
        if personal_tokens::delete(tx, &actor.user, &id)? {
            audit::record(tx, Event::TokenRevoked, &actor.user)?;
        }
        Ok(Outcome::Removed)
    };
    Ok(app.write(client, work).await?)
}
