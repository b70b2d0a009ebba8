//! The operation: requests a change of the email address. The new address receives a confirmation
//! link, and the old one a security notice with an undo link.
//!
//! If the new address already has an account, only its owner learns this, by email. The response is
//! the same in both cases.
//!
//! Another spelling of the same address needs no link, because both reach the same mailbox. It
//! takes effect at once.

use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::links::{self, Purpose};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::sessions::NewSession;
use crate::accounts::users::change_email_address;
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::address::{
    AddressChanged, AddressChanging, AddressInUse, ConfirmNewAddress,
};
use crate::mail::{Recipient, enqueue, enqueue_decoy};
use crate::notifications::{authorize, notify_with_undo};
use crate::store::users::{self, User};
use crate::values::{EmailAddress, Event, partly_hidden};

/// Outcome of the request. A renewed session needs a new cookie.
#[derive(Debug)]
pub enum Outcome {
    Requested(Option<NewSession>),
    /// Only the spelling was new. Contains the address as it is written now.
    Respelled(String, Option<NewSession>),
    Rejected(ChangeRejected, Option<NewSession>),
    SessionEnded,
}

/// Reason why the change was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeRejected {
    /// The account already has this email address, in this spelling.
    Same,
    /// The account is rate-limited. Its earlier link stays valid.
    RateLimited(Wait),
}

pub async fn request_change(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
    new: EmailAddress,
) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::Address(new.key()))?;
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok(Outcome::SessionEnded);
        };
        let (user, renewed) = (authorized.user, authorized.renewed);
        if user.email == new.as_str() {
            return Ok(Outcome::Rejected(ChangeRejected::Same, renewed));
        }
        // Each request sends an email, and the user chooses the address.
        if let Err(wait) = rate_limits::try_acquire(tx, Limit::AddressChanges, &user.id.0)? {
            return Ok(Outcome::Rejected(
                ChangeRejected::RateLimited(wait),
                renewed,
            ));
        }
        if user.email_key == new.key() {
            respell(tx, &user, new.as_str())?;
            return Ok(Outcome::Respelled(new.as_str().to_owned(), renewed));
        }
        begin(tx, &user, &new)?;
        Ok(Outcome::Requested(renewed))
    };
    Ok(app.write_evenly(client, work).await?)
}

/// The notice goes to the old spelling. Its undo link restores that spelling.
fn respell(tx: &mut Tx<'_>, user: &User, new: &str) -> Result<(), DbError> {
    change_email_address(tx, user, new)?;
    let to = partly_hidden(new);
    notify_with_undo(tx, Event::AddressChanged, user, |notice| AddressChanged {
        notice,
        to,
    })?;
    Ok(())
}

fn begin(tx: &mut Tx<'_>, user: &User, new: &EmailAddress) -> Result<(), DbError> {
    send_link(tx, user, new)?;
    let to = partly_hidden(new.as_str());
    notify_with_undo(tx, Event::AddressChangeRequested, user, |notice| {
        AddressChanging { notice, to }
    })?;
    Ok(())
}

/// Sends the confirmation link. Creates a link even if no email is sent, because the page shows the
/// pending change. Taken, free and rate-limited addresses must look alike.
pub(super) fn send_link(tx: &mut Tx<'_>, user: &User, new: &EmailAddress) -> Result<(), DbError> {
    let owner = users::by_email_key(tx, new.key())?;
    if let Some(owner) = &owner {
        audit::store(tx, Event::AddressWanted, &owner.id)?;
    }
    // This limit is lower than the one for all emails to the address. The remainder is reserved for
    // the owner, who may need a reset link or a confirmation link.
    if rate_limits::check(tx, Limit::EmailsByOthers, new.key())? {
        let token = links::issue(tx, Purpose::ChangeAddress, &user.id.0, new.as_str())?.token;
        if let Some(owner) = &owner {
            enqueue(
                tx,
                owner.into(),
                AddressInUse {
                    name: owner.name.clone(),
                },
            )?;
        } else {
            let recipient = Recipient {
                email: new.as_str(),
                subject_id: Some(&user.id.0),
            };
            enqueue(tx, recipient, ConfirmNewAddress { token })?;
        }
    } else {
        links::issue_without_email(tx, Purpose::ChangeAddress, &user.id.0, new.as_str())?;
        enqueue_decoy(tx)?;
    }
    Ok(())
}
