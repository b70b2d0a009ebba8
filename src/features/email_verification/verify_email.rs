//! The operation: turns a pending sign-up into an account. One transaction consumes the
//! confirmation link, creates the user with the stored or the chosen password, and records the
//! event.

use crate::accounts::audit::{self, ClientInfo, Event};
use crate::accounts::devices;
use crate::accounts::links::{self, Purpose, State};
use crate::accounts::new_users;
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::tokens;
use crate::store::links::Link;
use crate::store::outbox;
use crate::store::pending_signups::{self, PendingSignup};
use crate::store::users;
use crate::values::{DeviceId, Token, TokenHash, UserId};

/// Status of a confirmation link.
pub enum LinkStatus {
    /// The link works for this pending sign-up.
    Waiting(Box<(Link, PendingSignup)>),
    /// The link was used, and its email address has an account.
    AlreadyConfirmed,
    /// The link is unknown, expired or invalidated, or its sign-up or account no longer exists.
    Dead,
}

#[derive(Debug)]
pub enum Outcome {
    Confirmed { user: UserId, email: String },
    AlreadyConfirmed,
    LinkUnusable,
}

/// Returns the status of a link. Changes nothing, because programs that scan emails open links too.
pub async fn look_at(app: &App, token: &Token) -> Result<LinkStatus, Failure> {
    let (token, now) = (tokens::hash_token(token), app.clock.now());
    Ok(app.db.read(move |db| find(db, &token, now)).await?)
}

/// Creates the account and makes `device` a known device. `chosen` is the password from the
/// confirmation page. The page asks for one if the sign-up has none.
pub async fn verify_email(
    app: &App,
    token: &Token,
    chosen: Option<AcceptedPassword>,
    device: DeviceId,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let chosen = match chosen {
        Some(password) => Some(passwords::hash(&app.hasher, password, app.settings.bcrypt_cost).await?.0),
        None => None,
    };
    let (token, now, limits) = (tokens::hash_token(token), app.clock.now(), app.limits.clone());
    let client_address = client.address.clone();
    let work = move |db: &mut DbConnection| {
        links::take_turn(db, Purpose::Verify, &token)?;
        let (link, signup) = match find(db, &token, now)? {
            LinkStatus::Waiting(waiting) => *waiting,
            LinkStatus::AlreadyConfirmed => return Ok(Outcome::AlreadyConfirmed),
            LinkStatus::Dead => return Ok(Outcome::LinkUnusable),
        };
        // The password from the sign-up takes precedence over a chosen one.
        let Some(password_hash) = signup.password_hash.clone().or(chosen) else {
            return Ok(Outcome::LinkUnusable);
        };
        if !links::consume(db, &link, now)? {
            return Ok(Outcome::LinkUnusable);
        }
        let user = make_user(db, &signup, &password_hash, &device, &client, now)?;
        // Failures from the time before the account existed must not count against it.
        limits.reset_failures(db, &signup.email_key)?;
        Ok(Outcome::Confirmed { user, email: signup.email })
    };
    let outcome = app.db.write(work).await?;
    if let Outcome::Confirmed { user, .. } = &outcome {
        tracing::info!(event = Event::AddressConfirmed.name(), user = user.0, client = client_address);
    }
    Ok(outcome)
}

fn find(db: &mut DbConnection, token: &TokenHash, now: Timestamp) -> Result<LinkStatus, DbError> {
    Ok(match links::peek(db, Purpose::Verify, token, now)? {
        State::Live(link) => match pending_signups::by_id(db, &link.subject_id, now.millis())? {
            Some(signup) if signup.email_key == link.email_key => LinkStatus::Waiting(Box::new((link, signup))),
            _ => LinkStatus::Dead,
        },
        State::Used(link) if users::by_email_key(db, &link.email_key)?.is_some() => LinkStatus::AlreadyConfirmed,
        State::Used(_) | State::Dead => LinkStatus::Dead,
    })
}

fn make_user(
    db: &mut DbConnection,
    signup: &PendingSignup,
    password_hash: &str,
    device: &DeviceId,
    client: &ClientInfo,
    now: Timestamp,
) -> Result<UserId, DbError> {
    let user = new_users::make(db, &signup.email, signup.name.as_deref(), password_hash, now)?;
    pending_signups::delete(db, &signup.id)?;
    links::hand_over(db, &signup.id, &user)?;
    outbox::hand_over(db, &signup.id, &user.0)?;
    devices::recognise(db, &user, device, now)?;
    audit::record(db, Event::AddressConfirmed, &user, client, now)?;
    Ok(user)
}
