//! The operation: gives the account its new email address. One transaction consumes the
//! confirmation link, changes the address and invalidates the user's other links. Undo links stay
//! valid. The old address receives a security notice with an undo link.

use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::links::{self, LinkState, Purpose};
use crate::accounts::login_protection;
use crate::accounts::users::change_email_address;
use crate::app::{App, Failure};
use crate::db::{DbError, Tx};
use crate::mail::emails::address::AddressChanged;
use crate::notifications::{authorize, notify_with_undo};
use crate::security::tokens;
use crate::store::links::Link;
use crate::store::users;
use crate::values::{Event, Token, TokenHash, UserId, partly_hidden};

/// Status of a link for a logged-in user.
#[derive(Debug)]
pub enum LinkStatus {
    /// The link works for this email address.
    Live(String),
    /// The link is valid, but this email address has an account now.
    Taken(String),
    /// The link does not work, or belongs to another account.
    Unusable,
}

#[derive(Debug)]
pub enum Outcome {
    Changed,
    LinkUnusable(LinkStatus),
    SessionEnded,
}

/// Returns the status of a link and changes nothing. Only the account that requested the change may
/// confirm it. Otherwise the owner of a mistyped address could take over the account.
pub async fn peek(app: &App, token: &Token, user: UserId) -> Result<LinkStatus, Failure> {
    let token_hash = tokens::hash_token(token);
    Ok(app
        .read(move |tx| Ok(find(tx, &token_hash, &user)?.0))
        .await?)
}

pub async fn confirm_change(app: &App, actor: Actor, token: &Token) -> Result<Outcome, Failure> {
    let (token, client) = (tokens::hash_token(token), actor.client.clone());
    let work = move |tx: &mut Tx<'_>| {
        if let (unusable @ LinkStatus::Unusable, _) = find(tx, &token, &actor.user)? {
            return Ok(Outcome::LinkUnusable(unusable));
        }
        // The link belongs to the actor, so this locks the actor as well as the new address.
        links::lock(tx, Purpose::ChangeAddress, &token)?;
        let Some(authorized) = authorize(tx, &actor, &Reauthentication::NotNeeded)? else {
            return Ok(Outcome::SessionEnded);
        };
        let (link, email) = match find(tx, &token, &actor.user)? {
            (LinkStatus::Live(email), Some(link)) => (link, email),
            (link_status, _) => return Ok(Outcome::LinkUnusable(link_status)),
        };
        if !links::consume(tx, &link)? {
            return Ok(Outcome::LinkUnusable(LinkStatus::Unusable));
        }
        change_email_address(tx, &authorized.user, &email)?;
        login_protection::reset_failures(tx, &link.email_key)?;
        links::invalidate_all(tx, &actor.user.0)?;
        // `authorized.user` was read before the change. The notice therefore goes to the old
        // address, and its undo link restores that address.
        let to = partly_hidden(&email);
        notify_with_undo(tx, Event::AddressChanged, &authorized.user, |notice| {
            AddressChanged { notice, to }
        })?;
        Ok(Outcome::Changed)
    };
    Ok(app.write(client, work).await?)
}

fn find(
    tx: &mut Tx<'_>,
    token: &TokenHash,
    user: &UserId,
) -> Result<(LinkStatus, Option<Link>), DbError> {
    let LinkState::Live(link) = links::peek(tx, Purpose::ChangeAddress, token)? else {
        return Ok((LinkStatus::Unusable, None));
    };
    let Some(email) = link.email.clone().filter(|_| link.subject_id == user.0) else {
        return Ok((LinkStatus::Unusable, None));
    };
    let link_status = match users::by_email_key(tx, &link.email_key)? {
        Some(_) => LinkStatus::Taken(email),
        None => LinkStatus::Live(email),
    };
    Ok((link_status, Some(link)))
}
