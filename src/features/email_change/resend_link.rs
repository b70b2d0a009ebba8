//! The operation: sends the link of a pending change again. The password was given for the change,
//! so it is not needed for another link to the same address.

use super::request_change::send_link;
use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::links::pending_address;
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::notifications::authorize;
use crate::values::{EmailAddress, Event, UserId};

#[derive(Debug)]
pub enum Outcome {
    /// Contains the new email address.
    Resent(String),
    NothingPending,
    /// The account is rate-limited. Its earlier link stays valid.
    RateLimited(Wait),
    SessionEnded,
}

pub async fn resend_link(app: &App, actor: Actor) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(new) = find(tx, &actor.user)? else {
            return Ok(Outcome::NothingPending);
        };
        tx.lock(LockKey::Address(new.key()))?;
        let Some(authorized) = authorize(tx, &actor, &Reauthentication::NotNeeded)? else {
            return Ok(Outcome::SessionEnded);
        };
        // Another request may have ended the change before the locks.
        if find(tx, &actor.user)?.as_ref() != Some(&new) {
            return Ok(Outcome::NothingPending);
        }
        if let Err(wait) = rate_limits::try_acquire(tx, Limit::AddressChanges, &actor.user.0)? {
            return Ok(Outcome::RateLimited(wait));
        }
        send_link(tx, &authorized.user, &new)?;
        audit::record(tx, Event::ConfirmationRequested, &actor.user)?;
        Ok(Outcome::Resent(new.as_str().to_owned()))
    };
    Ok(app.write_evenly(client, work).await?)
}

fn find(tx: &mut Tx<'_>, user: &UserId) -> Result<Option<EmailAddress>, DbError> {
    Ok(pending_address(tx, user)?.and_then(|email| EmailAddress::parse(&email).ok()))
}
