//! The operation: renames a passkey.

use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::authorize;
use crate::store::passkeys;
use crate::values::{Event, Label};

/// Outcome of a new name.
#[derive(Debug)]
pub enum Outcome {
    /// The passkey has this name now.
    Renamed,
    /// The user has no such passkey.
    Unknown,
    RateLimited(Wait),
    SessionEnded,
}

/// Renames a passkey. A name is for its owner only, so this needs no reauthentication.
pub async fn rename_passkey(
    app: &App,
    actor: Actor,
    id: String,
    name: Label,
) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &Reauthentication::NotNeeded)? else {
            return Ok(Outcome::SessionEnded);
        };
        let user = &authorized.user.id;
        let live = passkeys::live(tx, user)?;
        let Some(passkey) = live.iter().find(|passkey| passkey.id == id) else {
            return Ok(Outcome::Unknown);
        };
        // A request that changes nothing writes no event.
        if passkey.name == name.as_str() {
            return Ok(Outcome::Renamed);
        }
        if let Err(wait) = rate_limits::try_acquire(tx, Limit::ProfileChanges, &user.0)? {
            return Ok(Outcome::RateLimited(wait));
        }
        passkeys::rename(tx, user, &id, name.as_str())?;
        audit::record(tx, Event::PasskeyRenamed, user)?;
        Ok(Outcome::Renamed)
    };
    Ok(app.write(client, work).await?)
}
