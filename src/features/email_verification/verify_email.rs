//! The operation: a click on the button makes the account. One transaction uses the link up, makes the user with the
//! stored or the chosen password, and writes down what happened.

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

/// How a link stands.
pub enum LinkStatus {
    /// It works, for this sign-up.
    Waiting(Box<(Link, PendingSignup)>),
    /// It was used, and the address is confirmed.
    AlreadyConfirmed,
    /// Void, expired or unknown.
    Dead,
}

/// What the click did.
#[derive(Debug)]
pub enum Outcome {
    /// There is an account now.
    Confirmed {
        /// Its id.
        user: UserId,
        /// Its address.
        email: String,
    },
    /// It had been there before.
    AlreadyConfirmed,
    /// The link does not work, or no longer.
    LinkUnusable,
}

/// Looks at a link and changes nothing: programs that scan mails open links, too.
pub async fn look_at(app: &App, token: &Token) -> Result<LinkStatus, Failure> {
    let (token, now) = (tokens::hash_token(token), app.clock.now());
    Ok(app.db.read(move |db| find(db, &token, now)).await?)
}

/// Uses a link. `chosen` is the password that was typed at it, where it asks for one. The browser is known from then on.
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
        // A link that needs no password takes none: the stored one goes first.
        let Some(password_hash) = signup.password_hash.clone().or(chosen) else {
            return Ok(Outcome::LinkUnusable);
        };
        if !links::consume(db, &link, now)? {
            return Ok(Outcome::LinkUnusable);
        }
        let user = make_user(db, &signup, &password_hash, &device, &client, now)?;
        // Whatever strangers have guessed before there was an account.
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
