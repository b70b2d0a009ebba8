//! The operation: gives an account back to the owner. The owner is the reader of the email address
//! that the account had when the undo link was sent.
//!
//! One transaction restores that address, ends every session, deletes every API token and forgets
//! every known device. It invalidates all links except earlier undo links, blocks the password and
//! emails a reset link.
//!
//! An earlier undo link wins over a later one. Emails sent before an attack went to the owner, but
//! later ones may have gone to the attacker. `docs/security.md`, 19, explains the consequences.

use crate::accounts::addresses;
use crate::accounts::audit::{self, ClientInfo, Event};
use crate::accounts::devices;
use crate::accounts::links::{self, Purpose, State};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::mail::{EmailKind, Outbox, Recipient};
use crate::security::tokens;
use crate::store::links::Link;
use crate::store::users::{self, User};
use crate::store::{events, password_credentials, personal_tokens};
use crate::values::{Token, UserId, partly_hidden};

/// Effect of an undo that has not run yet.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The email address that gets the reset link.
    pub email: String,
    /// Effect of an undo on the email address of the account.
    pub address: AddressReturn,
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
    Dead,
}

/// Outcome of an undo.
#[derive(Debug)]
pub enum Outcome {
    Undone {
        user: UserId,
        /// The email address that the reset link was sent to.
        email: String,
    },
    AlreadyUndone,
    /// The link is invalidated, expired or unknown.
    LinkUnusable,
    /// The request came from the activity page, and its session has ended in the meantime.
    SessionEnded,
}

/// Returns the status of an emailed link. Changes nothing.
pub async fn look_at(app: &App, token: &Token) -> Result<LinkStatus, Failure> {
    let (token, now) = (tokens::hash_token(token), app.clock.now());
    let query = move |db: &mut DbConnection| {
        let state = links::peek(db, Purpose::Undo, &token, now)?;
        link_status(db, state)
    };
    Ok(app.db.read(query).await?)
}

/// Returns the status of the undo link of an event on the activity page. `None` if the user has no
/// such event with an undo link.
pub async fn look_at_event(app: &App, user: UserId, event: String) -> Result<Option<LinkStatus>, Failure> {
    let now = app.clock.now();
    let query = move |db: &mut DbConnection| {
        let Some(link) = link_of_event(db, &user, &event)? else { return Ok(None) };
        let state = links::peek_at(db, Purpose::Undo, &user, &link, now)?;
        link_status(db, state).map(Some)
    };
    Ok(app.db.read(query).await?)
}

/// Runs the undo of an emailed link. It needs no login, because the reader of the email is the
/// owner.
pub async fn undo_change(app: &App, token: &Token, client: ClientInfo) -> Result<Outcome, Failure> {
    let (token, now) = (tokens::hash_token(token), app.clock.now());
    let client_address = client.address.clone();
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        links::take_turn(db, Purpose::Undo, &token)?;
        let state = links::peek(db, Purpose::Undo, &token, now)?;
        press(db, outbox, state, &client, now)
    };
    let outcome = app.write_with_mail(work).await?;
    log(&outcome, &client_address);
    Ok(outcome)
}

/// Runs the undo of an event on the activity page.
pub async fn undo_event(app: &App, actor: Actor, proof: Reauthentication, event: String) -> Result<Outcome, Failure> {
    let now = app.clock.now();
    let client_address = actor.client.address.clone();
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        let Some(link_id) = link_of_event(db, &actor.user, &event)? else { return Ok(Outcome::LinkUnusable) };
        if let State::Live(link) = links::peek_at(db, Purpose::Undo, &actor.user, &link_id, now)? {
            take_turn(db, &link.email_key)?;
        }
        take_turn(db, &actor.user.0)?;
        let state = links::peek_at(db, Purpose::Undo, &actor.user, &link_id, now)?;
        // Authorizes only for a live link, whose undo ends every session. Otherwise this could
        // renew a session that lives on, and the browser would not get its new id.
        if matches!(state, State::Live(_)) && reauthentication::authorize(db, &actor, &proof, now)?.is_none() {
            return Ok(Outcome::SessionEnded);
        }
        press(db, outbox, state, &actor.client, now)
    };
    let outcome = app.write_with_mail(work).await?;
    log(&outcome, &client_address);
    Ok(outcome)
}

fn log(outcome: &Outcome, client: &str) {
    if let Outcome::Undone { user, .. } = outcome {
        tracing::info!(event = Event::Undone.name(), user = user.0, client);
    }
}

fn link_of_event(db: &mut DbConnection, user: &UserId, event: &str) -> Result<Option<String>, DbError> {
    Ok(events::of_user(db, &user.0, event)?.and_then(|event| event.undo_link_id))
}

fn link_status(db: &mut DbConnection, state: State) -> Result<LinkStatus, DbError> {
    Ok(match state {
        State::Live(link) => match target(db, &link)? {
            Some((user, email)) => LinkStatus::Live(Preview { address: address_return(db, &link, &user)?, email }),
            None => LinkStatus::Dead,
        },
        State::Used(_) => LinkStatus::Used,
        State::Dead => LinkStatus::Dead,
    })
}

/// Returns the account and the email address that the undo restores.
fn target(db: &mut DbConnection, link: &Link) -> Result<Option<(User, String)>, DbError> {
    Ok(users::by_id(db, &link.subject_id)?.zip(link.email.clone()))
}

fn address_return(db: &mut DbConnection, link: &Link, user: &User) -> Result<AddressReturn, DbError> {
    Ok(if user.email_key == link.email_key {
        AddressReturn::Same
    } else if users::by_email_key(db, &link.email_key)?.is_some() {
        AddressReturn::Taken
    } else {
        AddressReturn::Returns
    })
}

fn press(
    db: &mut DbConnection,
    outbox: &Outbox,
    state: State,
    client: &ClientInfo,
    now: Timestamp,
) -> Result<Outcome, DbError> {
    let link = match state {
        State::Live(link) => link,
        State::Used(_) => return Ok(Outcome::AlreadyUndone),
        State::Dead => return Ok(Outcome::LinkUnusable),
    };
    let Some((user, email)) = target(db, &link)? else { return Ok(Outcome::LinkUnusable) };
    if !links::consume(db, &link, now)? {
        return Ok(Outcome::AlreadyUndone);
    }
    let id = UserId(user.id.clone());
    if address_return(db, &link, &user)? == AddressReturn::Returns {
        addresses::move_to(db, &user, &email)?;
        // `user` was read before the move, so this email goes to the replaced address. Its holder
        // may be the rightful owner.
        let to = partly_hidden(&email);
        let notice = EmailKind::AddressTakenBack { name: user.name.clone(), at: now.millis(), to };
        outbox.enqueue(db, (&user).into(), notice, now)?;
    }
    links::void_for_undo(db, &link, now)?;
    sign_out::end_all(db, &id, EndReason::Undone, now)?;
    personal_tokens::delete_all(db, &id.0)?;
    devices::forget(db, &id, None)?;
    let reset = links::issue(db, Purpose::Reset, &id.0, &email, now)?;
    password_credentials::block(db, &id.0, &reset.id, now.millis())?;
    let kind = EmailKind::AccountSecured { name: user.name, token: reset.token };
    outbox.enqueue(db, Recipient { email: &email, subject_id: Some(&id.0) }, kind, now)?;
    audit::record(db, Event::Undone, &id, client, now)?;
    Ok(Outcome::Undone { user: id, email })
}
