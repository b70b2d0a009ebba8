//! The operation: requests a change of the email address. The new address receives a confirmation
//! link, and the old one a security notice with an undo link.
//!
//! If the new address already has an account, only its owner learns this, by email. The response is
//! the same in both cases.

use crate::accounts::audit::{self, Event};
use crate::accounts::links::{self, Purpose};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::sign_in::NewSession;
use crate::accounts::throttle::{Limit, Limits, Wait};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::mail::{EmailKind, Outbox, Recipient, SecurityNotice, notify_with_undo};
use crate::store::users::{self, User};
use crate::values::{EmailAddress, UserId, partly_hidden};

/// Outcome of the request. A renewed session needs a new cookie.
#[derive(Debug)]
pub enum Outcome {
    Requested(Option<NewSession>),
    Refused(ChangeRejected, Option<NewSession>),
    SessionEnded,
}

/// Reason why the change was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeRejected {
    /// The account already has this email address.
    Same,
    /// The account is rate-limited. Its earlier link stays valid.
    TooOften(Wait),
}

pub async fn request_change(
    app: &App,
    actor: Actor,
    proof: Reauthentication,
    new: EmailAddress,
) -> Result<Outcome, Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (user_id, client) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, new.key())?;
        let Some(authorized) = reauthentication::authorize(db, &actor, &proof, now)? else {
            return Ok(Outcome::SessionEnded);
        };
        let (user, renewed) = (authorized.user, authorized.renewed);
        if user.email_key == new.key() {
            return Ok(Outcome::Refused(ChangeRejected::Same, renewed));
        }
        // Each request sends an email to an address of the user's choice.
        if let Err(wait) = limits.try_acquire(db, Limit::AddressChanges, &user.id, now)? {
            return Ok(Outcome::Refused(ChangeRejected::TooOften(wait), renewed));
        }
        begin(db, outbox, &limits, &actor, &user, &new, now)?;
        Ok(Outcome::Requested(renewed))
    };
    let outcome = app.write_evenly(work).await?;
    if matches!(outcome, Outcome::Requested(_)) {
        tracing::info!(event = Event::AddressChangeRequested.name(), user = user_id, client);
    }
    Ok(outcome)
}

/// Creates a link even if no email is sent, because the page shows the pending change. Taken, free
/// and rate-limited addresses must look alike.
fn begin(
    db: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    actor: &Actor,
    user: &User,
    new: &EmailAddress,
    now: Timestamp,
) -> Result<(), DbError> {
    let owner = users::by_email_key(db, new.key())?;
    if let Some(owner) = &owner {
        audit::record(db, Event::AddressWanted, &UserId(owner.id.clone()), &actor.client, now)?;
    }
    // This limit is lower than the one for all emails to the address. The remainder is reserved for
    // the owner, who may need a reset link or a confirmation link.
    if limits.check(db, Limit::MailsOfTrials, new.key(), now)? {
        let token = links::issue(db, Purpose::ChangeAddress, &user.id, new.as_str(), now)?.token;
        let (to, kind) = if let Some(owner) = &owner {
            (owner.into(), EmailKind::AddressInUse { name: owner.name.clone() })
        } else {
            let to = Recipient { email: new.as_str(), subject_id: Some(&user.id) };
            (to, EmailKind::ConfirmNewAddress { token })
        };
        outbox.enqueue(db, to, kind, now)?;
    } else {
        links::issue_without_email(db, Purpose::ChangeAddress, &user.id, new.as_str(), now)?;
        outbox.enqueue_decoy(db, now)?;
    }
    let to = partly_hidden(new.as_str());
    notify_with_undo(db, outbox, Event::AddressChangeRequested, user, &actor.client, now, |fact| {
        let SecurityNotice { name, at, device, undo } = fact;
        EmailKind::AddressChanging { name, at, device, to, undo }
    })
}
