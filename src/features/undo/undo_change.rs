//! The operation: gives an account back to the owner. It trusts the reader of the email address
//! that the account had when the undo link was sent.
//!
//! One transaction restores that address, ends every session, deletes every API token and forgets
//! every known device. It restores the authenticator apps and recovery codes of the time at which
//! the link was sent. It invalidates all links except earlier undo links, blocks the password and
//! emails a reset link.
//!
//! An earlier undo link wins over a later one. Emails sent before an attack went to the owner, but
//! later ones may have gone to the attacker. `docs/security.md`, 19, explains the consequences.

use crate::accounts::audit;
use crate::accounts::authentication::factor_recovery::{self, RecoveryEnd};
use crate::accounts::authentication::factors;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::devices;
use crate::accounts::links::{self, LinkState, Purpose};
use crate::accounts::sessions::{self, EndReason};
use crate::accounts::users::change_email_address;
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::address::AddressTakenBack;
use crate::mail::emails::password::AccountSecured;
use crate::mail::{Recipient, enqueue};
use crate::notifications::authorize;
use crate::security::tokens;
use crate::store::links::Link;
use crate::store::users::{self, User};
use crate::store::{events, password_credentials, personal_tokens};
use crate::values::{ClientInfo, Event, Token, UserId, partly_hidden};

/// Effect of an undo that has not run yet.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The email address that gets the reset link.
    pub email: String,
    /// Effect of an undo on the email address of the account.
    pub address: AddressReturn,
    /// True if apps or recovery codes were added or removed since.
    pub restores_second_step: bool,
}

/// Effect of an undo on the email address of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressReturn {
    /// The account still has the address.
    Same,
    /// The account gets the address back.
    Returns,
    /// Another account has the address now, so the present one stays.
    Taken,
}

/// Status of an undo link.
#[derive(Clone, Debug)]
pub enum LinkStatus {
    Live(Preview),
    Used,
    /// The link is invalidated, expired or unknown.
    Unusable,
}

/// Outcome of an undo.
#[derive(Debug)]
pub enum Outcome {
    /// The account is secured. Contains the email address that the reset link was sent to.
    Undone(String),
    AlreadyUndone,
    /// The link is invalidated, expired or unknown.
    LinkUnusable,
    /// The request came from the activity page, and its session has ended in the meantime.
    SessionEnded,
}

/// Returns the status of an emailed link. Changes nothing.
pub async fn peek(app: &App, token: &Token) -> Result<LinkStatus, Failure> {
    let token_hash = tokens::hash_token(token);
    let query = move |tx: &mut Tx<'_>| {
        let state = links::peek(tx, Purpose::Undo, &token_hash)?;
        link_status(tx, state)
    };
    Ok(app.read(query).await?)
}

/// Returns the status of the undo link of an event on the activity page. `None` if the user has no
/// such event with an undo link.
pub async fn peek_event(
    app: &App,
    user: UserId,
    event: String,
) -> Result<Option<LinkStatus>, Failure> {
    let query = move |tx: &mut Tx<'_>| {
        let Some(link) = link_of_event(tx, &user, &event)? else {
            return Ok(None);
        };
        let state = links::peek_by_id(tx, Purpose::Undo, &user, &link)?;
        link_status(tx, state).map(Some)
    };
    Ok(app.read(query).await?)
}

/// Runs the undo of an emailed link. It needs no login, because the reader of the email is the
/// owner.
pub async fn undo_change(app: &App, token: &Token, client: ClientInfo) -> Result<Outcome, Failure> {
    let token_hash = tokens::hash_token(token);
    let work = move |tx: &mut Tx<'_>| {
        links::lock(tx, Purpose::Undo, &token_hash)?;
        let state = links::peek(tx, Purpose::Undo, &token_hash)?;
        undo(tx, state)
    };
    Ok(app.write(client, work).await?)
}

/// Runs the undo of an event on the activity page.
pub async fn undo_event(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
    event: String,
) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(link_id) = link_of_event(tx, &actor.user, &event)? else {
            return Ok(Outcome::LinkUnusable);
        };
        if let LinkState::Live(link) = links::peek_by_id(tx, Purpose::Undo, &actor.user, &link_id)?
        {
            tx.lock(LockKey::Address(&link.email_key))?;
        }
        tx.lock(LockKey::User(&actor.user.0))?;
        let state = links::peek_by_id(tx, Purpose::Undo, &actor.user, &link_id)?;
        // Authorizes only for a live link, whose undo ends every session. Otherwise this could
        // renew a session that lives on, and the browser would not get its new id.
        let is_live = matches!(state, LinkState::Live(_));
        if is_live && authorize(tx, &actor, &reauthentication)?.is_none() {
            return Ok(Outcome::SessionEnded);
        }
        undo(tx, state)
    };
    Ok(app.write(client, work).await?)
}

fn link_of_event(tx: &mut Tx<'_>, user: &UserId, event: &str) -> Result<Option<String>, DbError> {
    Ok(events::of_user(tx, user, event)?.and_then(|event| event.undo_link_id))
}

fn link_status(tx: &mut Tx<'_>, state: LinkState) -> Result<LinkStatus, DbError> {
    Ok(match state {
        LinkState::Live(link) => match account_and_email_of(tx, &link)? {
            Some((user, email)) => LinkStatus::Live(Preview {
                restores_second_step: factors::have_changed_since(tx, &user.id, link.created_at)?,
                address: address_return(tx, &link, &user)?,
                email,
            }),
            None => LinkStatus::Unusable,
        },
        LinkState::Used(_) => LinkStatus::Used,
        LinkState::Unusable => LinkStatus::Unusable,
    })
}

/// Returns the account of a link, and the email address that the undo restores. `None` if the
/// account was deleted.
fn account_and_email_of(tx: &mut Tx<'_>, link: &Link) -> Result<Option<(User, String)>, DbError> {
    Ok(users::by_id(tx, &UserId(link.subject_id.clone()))?.zip(link.email.clone()))
}

fn address_return(tx: &mut Tx<'_>, link: &Link, user: &User) -> Result<AddressReturn, DbError> {
    let owner = users::by_email_key(tx, &link.email_key)?;
    Ok(if link.email.as_ref() == Some(&user.email) {
        AddressReturn::Same
    } else if owner.is_some_and(|owner| owner.id != user.id) {
        AddressReturn::Taken
    } else {
        AddressReturn::Returns
    })
}

fn undo(tx: &mut Tx<'_>, state: LinkState) -> Result<Outcome, DbError> {
    let link = match state {
        LinkState::Live(link) => link,
        LinkState::Used(_) => return Ok(Outcome::AlreadyUndone),
        LinkState::Unusable => return Ok(Outcome::LinkUnusable),
    };
    let Some((user, email)) = account_and_email_of(tx, &link)? else {
        return Ok(Outcome::LinkUnusable);
    };
    if !links::consume(tx, &link)? {
        return Ok(Outcome::AlreadyUndone);
    }
    let now = tx.now;
    if address_return(tx, &link, &user)? == AddressReturn::Returns {
        change_email_address(tx, &user, &email)?;
        if user.email_key != link.email_key {
            notify_replaced(tx, &user, &email)?;
        }
    }
    links::invalidate_for_undo(tx, &link)?;
    sessions::end_all(tx, &user.id, EndReason::Undone)?;
    personal_tokens::delete_all(tx, &user.id)?;
    devices::forget(tx, &user.id, None)?;
    factor_recovery::stop(tx, &user.id, RecoveryEnd::Undone)?;
    factors::restore(tx, &user.id, link.created_at)?;
    let reset = links::issue(tx, Purpose::Reset, &user.id.0, &email)?;
    password_credentials::block(tx, &user.id, &reset.id, now)?;
    let recipient = Recipient {
        email: &email,
        subject_id: Some(&user.id.0),
    };
    enqueue(
        tx,
        recipient,
        AccountSecured {
            name: user.name,
            token: reset.token,
        },
    )?;
    audit::record(tx, Event::Undone, &user.id)?;
    Ok(Outcome::Undone(email))
}

/// Sends an email to the replaced address, which is still in `user`. Its holder may be the rightful
/// owner.
fn notify_replaced(tx: &mut Tx<'_>, user: &User, email: &str) -> Result<(), DbError> {
    let email = AddressTakenBack {
        name: user.name.clone(),
        at: tx.now,
        to: partly_hidden(email),
    };
    enqueue(tx, user.into(), email)
}
