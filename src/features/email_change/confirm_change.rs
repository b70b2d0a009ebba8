//! The operation: gives the account its new email address. One transaction consumes the
//! confirmation link, changes the address and invalidates the user's other links. Undo links stay
//! valid. The old address receives a security notice with an undo link.

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

/// Status of a link for a logged-in user.
#[derive(Debug)]
pub enum LinkStatus {
    /// The link works for this email address.
    Live(String),
    /// The link is valid, but this email address has an account now.
    Taken(String),
    /// The link does not work, or belongs to another account.
    Dead,
}

#[derive(Debug)]
pub enum Outcome {
    Changed,
    Unusable(LinkStatus),
    SessionEnded,
}

/// Returns the status of a link and changes nothing. Only the account that requested the change may
/// confirm it. Otherwise the owner of a mistyped address could take over the account.
pub async fn look_at(app: &App, token: &Token, user: UserId) -> Result<LinkStatus, Failure> {
    let (token, now) = (tokens::hash_token(token), app.clock.now());
    Ok(app.db.read(move |db| Ok(find(db, &token, &user, now)?.0)).await?)
}

pub async fn confirm_change(app: &App, actor: Actor, token: &Token) -> Result<Outcome, Failure> {
    let (token, now, limits) = (tokens::hash_token(token), app.clock.now(), app.limits.clone());
    let (user_id, client) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        if let (dead @ LinkStatus::Dead, _) = find(db, &token, &actor.user, now)? {
            return Ok(Outcome::Unusable(dead));
        }
        // The link belongs to the actor, so this locks the actor as well as the new address.
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
        // `authorized.user` was read before the change. The notice therefore goes to the old
        // address, and its undo link restores that address.
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
