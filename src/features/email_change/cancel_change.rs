//! The operation: cancels a pending change of the email address. Its link stops working.

use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::links;
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::authorize;
use crate::values::Event;

#[derive(Debug)]
pub enum Outcome {
    /// Contains the email address that the account keeps.
    Cancelled(String),
    NothingPending,
    SessionEnded,
}

pub async fn cancel_change(app: &App, actor: Actor) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &Reauthentication::NotNeeded)? else {
            return Ok(Outcome::SessionEnded);
        };
        if links::pending_address(tx, &actor.user)?.is_none() {
            return Ok(Outcome::NothingPending);
        }
        links::cancel_change(tx, &actor.user)?;
        audit::record(tx, Event::AddressChangeCancelled, &actor.user)?;
        Ok(Outcome::Cancelled(authorized.user.email))
    };
    Ok(app.write(client, work).await?)
}
