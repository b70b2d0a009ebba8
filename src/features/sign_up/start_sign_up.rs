//! The operation: lets a sign-up wait for its link. Whatever is known of the address, the same is done: one hash, one
//! transaction, one mail. Who asks learns nothing; who reads the mailbox learns all.

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::links::Purpose;
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::accounts::signups;
use crate::accounts::throttle::{Limit, Wait};
use crate::app::{App, Failure};
use crate::db::{DbConnection, DbError, take_turn};
use crate::mail::{Letter, Outbox, send_confirmation};
use crate::security::tokens;
use crate::store::pending_signups::{self, PendingSignup};
use crate::store::users;
use crate::values::{DisplayName, EmailAddress, UserId};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Whatever there was to do is done.
    Accepted,
    /// Too many came from this network.
    TooMany(Wait),
}

/// Signs `email` up.
pub async fn start_sign_up(
    app: &App,
    email: EmailAddress,
    name: Option<DisplayName>,
    password: AcceptedPassword,
    client: Client,
) -> Result<Outcome, Failure> {
    if let Err(wait) = count(app, &client).await? {
        return Ok(Outcome::TooMany(wait));
    }
    let password_hash = passwords::hash(&app.hasher, password, app.settings.bcrypt_cost).await?;
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (address, client_address) = (app.keys.log_name(email.key()), client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, email.key())?;
        let may_ask = limits.admit(db, Limit::MailRequests, email.key(), now)?;
        let user = users::by_email_key(db, email.key())?;
        let limit = if user.is_some() { Limit::MailsOfTrials } else { Limit::Mails };
        let may_mail = may_ask && limits.admit(db, limit, email.key(), now)?;
        if let Some(user) = user {
            audit::record(db, Event::SignUpRequested, Some(&UserId(user.id.clone())), &client, now)?;
            let letter = Letter::AlreadyRegistered { name: user.name.clone() };
            return if may_mail { outbox.put(db, (&user).into(), letter, now) } else { Ok(()) };
        }
        audit::record(db, Event::SignUpRequested, None, &client, now)?;
        let signup = match pending_signups::by_email_key(db, email.key(), now.millis())? {
            // Without a new link the earlier one must go on working, and so must its password.
            Some(_) if !may_mail => return Ok(()),
            // Two people may want this address, and only one of them reads its mail: keeping either password could hand
            // that one an account whose password the other knows (`docs/security.md`, 3).
            Some(waiting) => {
                pending_signups::drop_password(db, &waiting.id)?;
                PendingSignup { password_hash: None, name: None, ..waiting }
            }
            None => {
                let signup = PendingSignup {
                    id: tokens::random_id(),
                    email: email.as_str().to_owned(),
                    email_key: email.key().to_owned(),
                    name: name.map(|name| name.as_str().to_owned()),
                    password_hash: Some(password_hash.0),
                    created_at: now.millis(),
                    expires_at: (now + Purpose::Verify.lifetime()).millis(),
                };
                signups::wait(db, &signup)?;
                signup
            }
        };
        if may_mail { send_confirmation(db, outbox, &signup, now) } else { Ok(()) }
    };
    app.write_evenly(work).await?;
    tracing::info!(event = Event::SignUpRequested.name(), address, client = client_address);
    Ok(Outcome::Accepted)
}

/// Counts a sign-up for its network, before anything is hashed.
async fn count(app: &App, client: &Client) -> Result<Result<(), Wait>, DbError> {
    let Some(network) = client.network.clone() else { return Ok(Ok(())) };
    let (limits, now) = (app.limits.clone(), app.clock.now());
    let work = move |db: &mut DbConnection| {
        take_turn(db, &network)?;
        limits.admit_or_wait(db, Limit::SignUps, &network, now)
    };
    app.db.write(work).await
}
