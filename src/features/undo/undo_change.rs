//! The operation: gives an account back to whoever reads the mail of the address that it had when the link was written. One
//! transaction puts that address back, ends every session, removes every personal access token, forgets every browser, voids
//! every link that came after, keeps the password from opening anything, and mails a link to set a new one.
//!
//! An earlier link wins over a later one: the mails before a stranger came in went to the owner, those after it may not.
//! What that means is in `docs/security.md`, 19.

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

/// What pressing the button will do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The address that gets the link for a new password.
    pub email: String,
    /// What becomes of the account's address.
    pub address: AddressReturn,
}

/// What becomes of the account's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressReturn {
    /// It is the same now.
    Same,
    /// It goes back.
    Returns,
    /// It can't: another account has the earlier one by now.
    Taken,
}

/// How a link stands.
#[derive(Clone, Debug)]
pub enum LinkStatus {
    /// It works.
    Live(Preview),
    /// It was pressed.
    Used,
    /// Void, past its end, or unknown.
    Dead,
}

/// What pressing did.
#[derive(Debug)]
pub enum Outcome {
    /// Done. The link for a new password went to this address.
    Undone {
        /// The account.
        user: UserId,
        /// Where the link went.
        email: String,
    },
    /// It was done before.
    AlreadyUndone,
    /// The link does not work, or no longer.
    LinkUnusable,
    /// Pressed on the activity page, and the session has ended meanwhile.
    SessionEnded,
}

/// Looks at a mailed link and changes nothing.
pub async fn look_at(app: &App, token: &Token) -> Result<LinkStatus, Failure> {
    let (token, now) = (tokens::hash_token(token), app.clock.now());
    let query = move |db: &mut DbConnection| {
        let state = links::peek(db, Purpose::Undo, &token, now)?;
        link_status(db, state)
    };
    Ok(app.db.read(query).await?)
}

/// The same for something that happened to a person, by its id on the activity page; `None` if there is no such thing.
pub async fn look_at_event(app: &App, user: UserId, event: String) -> Result<Option<LinkStatus>, Failure> {
    let now = app.clock.now();
    let query = move |db: &mut DbConnection| {
        let Some(link) = link_of_event(db, &user, &event)? else { return Ok(None) };
        let state = links::peek_at(db, Purpose::Undo, &user, &link, now)?;
        link_status(db, state).map(Some)
    };
    Ok(app.db.read(query).await?)
}

/// Presses the button of a mailed link. Nobody needs to be logged in: who reads the mail is the owner.
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

/// Presses it on the activity page.
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
        // Only who can press is let in: it renews a session that then goes on.
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

/// The account and the address that it goes back to.
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
        // The user was read before: the address that the account had until now is told. Its owner may have been the right one.
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
