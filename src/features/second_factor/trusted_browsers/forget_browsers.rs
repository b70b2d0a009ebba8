//! The operation: ends the trust in all browsers of an account. They ask for the second step again.

use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::{audit, devices};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::authorize;
use crate::values::Event;

/// Outcome of the request.
#[derive(Debug)]
pub enum Outcome {
    Forgotten,
    SessionEnded,
}

/// Forgets the trusted browsers. This only makes logins safer, so it needs no reauthentication.
pub async fn forget_browsers(app: &App, actor: Actor) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &Reauthentication::NotNeeded)? else {
            return Ok(Outcome::SessionEnded);
        };
        let user = &authorized.user.id;
        if devices::count_trusted(tx, user)? > 0 {
            devices::end_trust(tx, user)?;
            audit::record(tx, Event::BrowsersForgotten, user)?;
        }
        Ok(Outcome::Forgotten)
    };
    Ok(app.write(client, work).await?)
}
