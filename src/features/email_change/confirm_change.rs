//! The operation: makes the new address the account's. One transaction uses the link up, switches, voids what went to the old
//! address, and tells that one, which can take it back.

use crate::accounts::addresses;
use crate::accounts::audit::Event;
use crate::accounts::links::{self, Purpose, State};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::mail::{EmailKind, Outbox, SecurityNotice, notify_with_undo};
use crate::security::tokens;
use crate::store::links::Link;
use crate::store::users;
use crate::values::{Token, TokenHash, UserId, partly_hidden};

/// How a link stands for a signed-in person.
#[derive(Debug)]
pub enum LinkStatus {
    /// It works, for this address.
    Live(String),
    /// It works, but the address has an account of its own by now.
    Taken(String),
    /// It does not work, or not for this account.
    Dead,
}

/// What the click did.
#[derive(Debug)]
pub enum Outcome {
    /// The address is the account's.
    Changed,
    /// The link can't do it: see [`LinkStatus`].
    Unusable(LinkStatus),
    /// The session has ended meanwhile.
    SessionEnded,
}

/// Looks at a link and changes nothing. Only who asked for the change may confirm it: an address that was mistyped must not
/// hand the account to a stranger.
pub async fn look_at(app: &App, token: &Token, user: UserId) -> Result<LinkStatus, Failure> {
    let (token, now) = (tokens::hash_token(token), app.clock.now());
    Ok(app.db.read(move |db| Ok(find(db, &token, &user, now)?.0)).await?)
}

/// Uses a link.
pub async fn confirm_change(app: &App, actor: Actor, token: &Token) -> Result<Outcome, Failure> {
    let (token, now, limits) = (tokens::hash_token(token), app.clock.now(), app.limits.clone());
    let (user_id, client) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        if let (dead @ LinkStatus::Dead, _) = find(db, &token, &actor.user, now)? {
            return Ok(Outcome::Unusable(dead));
        }
        // It is the actor's own link, so this is the actor's turn, too.
        links::take_turn(db, Purpose::ChangeAddress, &token)?;
        let Some(authorized) = reauthentication::authorize(db, &actor, &Reauthentication::NotNeeded, now)? else {
            return Ok(Outcome::SessionEnded);
        };
        let (link, email) = match find(db, &token, &actor.user, now)? {
            (LinkStatus::Live(email), Some(link)) => (link, email),
            (link_status, _) => return Ok(Outcome::Unusable(link_status)),
        };
        if !links::consume(db, &link, now)? {
            return Ok(Outcome::Unusable(LinkStatus::Dead));
        }
        addresses::move_to(db, &authorized.user, &email)?;
        limits.reset_failures(db, &link.email_key)?;
        links::void_all(db, &actor.user.0, now)?;
        // The user was read before the switch: it is the old address that is told, and that the undo gives back.
        notify_with_undo(db, outbox, Event::AddressChanged, &authorized.user, &actor.client, now, |fact| {
            let SecurityNotice { name, at, device, undo } = fact;
            EmailKind::AddressChanged { name, at, device, to: partly_hidden(&email), undo }
        })?;
        Ok(Outcome::Changed)
    };
    let outcome = app.write_with_mail(work).await?;
    if matches!(outcome, Outcome::Changed) {
        tracing::info!(event = Event::AddressChanged.name(), user = user_id, client);
    }
    Ok(outcome)
}

fn find(
    db: &mut DbConnection,
    token: &TokenHash,
    user: &UserId,
    now: Timestamp,
) -> Result<(LinkStatus, Option<Link>), DbError> {
    let State::Live(link) = links::peek(db, Purpose::ChangeAddress, token, now)? else {
        return Ok((LinkStatus::Dead, None));
    };
    let Some(email) = link.email.clone().filter(|_| link.subject_id == user.0) else {
        return Ok((LinkStatus::Dead, None));
    };
    let link_status = match users::by_email_key(db, &link.email_key)? {
        Some(_) => LinkStatus::Taken(email),
        None => LinkStatus::Live(email),
    };
    Ok((link_status, Some(link)))
}
