//! The operation: removes an authenticator app. After the last one, the password alone is enough to
//! log in.

use crate::accounts::authentication::factors;
use crate::accounts::authentication::reauthentication::{Actor, Authorized, Reauthentication};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::sessions::NewSession;
use crate::app::{App, Failure};
use crate::db::{DbError, Tx};
use crate::mail::emails::second_step::SecondStepRemoved;
use crate::notifications::{authorize, notify_with_undo};
use crate::store::totp_credentials::{self, TotpCredential};
use crate::values::{Event, UserId};

/// Outcome of a removal.
#[derive(Debug)]
pub enum Outcome {
    Removed,
    /// The user has no such app.
    Unknown,
    RateLimited(Wait),
    SessionEnded,
}

/// An app to remove.
#[derive(Debug)]
pub struct FoundApp {
    pub name: String,
    /// True if the account has no other factor.
    pub is_last: bool,
}

/// Returns a user's app. `None` if there is no such app.
pub async fn find_app(app: &App, user: UserId, id: String) -> Result<Option<FoundApp>, Failure> {
    let find = move |tx: &mut Tx<'_>| {
        let apps = totp_credentials::live(tx, &user)?;
        Ok(found(&apps, &id))
    };
    Ok(app.read(find).await?)
}

/// Removes the app. The second value is the renewed session, if the session was renewed.
pub async fn remove_app(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
    id: String,
) -> Result<(Outcome, Option<NewSession>), Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok((Outcome::SessionEnded, None));
        };
        let outcome = remove(tx, &authorized, &id)?;
        Ok((outcome, authorized.renewed))
    };
    Ok(app.write(client, work).await?)
}

fn remove(tx: &mut Tx<'_>, authorized: &Authorized, id: &str) -> Result<Outcome, DbError> {
    let user = &authorized.user;
    let Some(app) = found(&totp_credentials::live(tx, &user.id)?, id) else {
        return Ok(Outcome::Unknown);
    };
    if let Err(wait) = rate_limits::try_acquire(tx, Limit::FactorChanges, &user.id.0)? {
        return Ok(Outcome::RateLimited(wait));
    }
    let removed_at = notify_with_undo(tx, Event::AppRemoved, user, |notice| SecondStepRemoved {
        notice,
        factor: app.name,
        was_last: app.is_last,
    })?;
    totp_credentials::remove(tx, &user.id, id, removed_at)?;
    factors::after_removal(tx, &user.id, removed_at)?;
    Ok(Outcome::Removed)
}

fn found(apps: &[TotpCredential], id: &str) -> Option<FoundApp> {
    let app = apps.iter().find(|app| app.id == id)?;
    Some(FoundApp {
        name: app.name.clone(),
        is_last: apps.len() == 1,
    })
}
