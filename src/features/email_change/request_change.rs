//! The operation: asks for another address. A link goes to the new one; the old one is told at once and can undo it. Whether
//! the new one has an account is told to its owner alone: for whoever asks, everything is as always.

use crate::accounts::audit::{self, Event};
use crate::accounts::links::{self, Purpose};
use crate::accounts::reauthentication::{self, Actor, Proof};
use crate::accounts::sign_in::NewSession;
use crate::accounts::throttle::{Limit, Limits, Wait};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::mail::{Letter, Outbox, Recipient, Undoable, tell_undoable};
use crate::store::users::{self, User};
use crate::values::{EmailAddress, UserId, partly_hidden};

/// What the form did. A session that was renewed has another cookie.
#[derive(Debug)]
pub enum Outcome {
    /// The mails are on their way.
    Requested(Option<NewSession>),
    /// Nothing was changed.
    Refused(Refusal, Option<NewSession>),
    /// The session has ended meanwhile.
    SessionEnded,
}

/// Why nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is the account's address already.
    Same,
    /// This account has asked too often. The earlier link goes on working.
    TooOften(Wait),
    /// The address had many mails, whoever has it; when, is nobody's business. The same.
    ManyMails,
}

/// Asks for it.
pub async fn request_change(app: &App, actor: Actor, proof: Proof, new: EmailAddress) -> Result<Outcome, Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (user_id, client) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, new.key())?;
        let Some(entered) = reauthentication::enter(db, &actor, &proof, now)? else {
            return Ok(Outcome::SessionEnded);
        };
        let (user, renewed) = (entered.user, entered.renewed);
        if user.email_key == new.key() {
            return Ok(Outcome::Refused(Refusal::Same, renewed));
        }
        // Each request writes to an address that the asker picks.
        if let Err(wait) = limits.admit_or_wait(db, Limit::AddressChanges, &user.id, now)? {
            return Ok(Outcome::Refused(Refusal::TooOften(wait), renewed));
        }
        if !limits.admit(db, Limit::MailRequests, new.key(), now)? {
            return Ok(Outcome::Refused(Refusal::ManyMails, renewed));
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

/// Keeps the link, which says on the page what is asked for, also where nobody gets it: a taken address must look as a free
/// one does.
fn begin(
    db: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    actor: &Actor,
    user: &User,
    new: &EmailAddress,
    now: Timestamp,
) -> Result<(), DbError> {
    let change = links::issue(db, Purpose::ChangeAddress, &user.id, new.as_str(), now)?;
    let owner = users::by_email_key(db, new.key())?;
    let owner_id = owner.as_ref().map(|owner| UserId(owner.id.clone()));
    audit::record(db, Event::AddressWanted, owner_id.as_ref(), &actor.client, now)?;
    let (limit, to, letter) = if let Some(owner) = &owner {
        (Limit::MailsOfTrials, owner.into(), Letter::AddressInUse { name: owner.name.clone() })
    } else {
        let to = Recipient { email: new.as_str(), subject_id: Some(&user.id) };
        (Limit::Mails, to, Letter::ConfirmNewAddress { token: change.token })
    };
    if limits.admit(db, limit, new.key(), now)? {
        outbox.put(db, to, letter, now)?;
    } else {
        outbox.put_nothing(db, now)?;
    }
    let to = partly_hidden(new.as_str());
    tell_undoable(db, outbox, Event::AddressChangeRequested, user, &actor.client, now, |fact| {
        let Undoable { name, at, device, undo } = fact;
        Letter::AddressChanging { name, at, device, to, undo }
    })
}
