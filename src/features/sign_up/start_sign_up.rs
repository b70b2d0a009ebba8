//! The operation: lets a sign-up wait for its link. Whatever is known of the address, as much is done: one hash, one
//! transaction, one mail. Who asks learns nothing; who reads the mailbox learns all.

use std::time::Duration;

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::links::Purpose;
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::accounts::signups;
use crate::accounts::throttle::{Limit, Wait};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::mail::{Letter, Outbox, send_confirmation};
use crate::security::tokens;
use crate::store::pending_signups::{self, PendingSignup};
use crate::store::users;
use crate::values::{DisplayName, EmailAddress, UserId};

/// How long the same form is the same sign-up.
const REPEATED_WITHIN: Duration = Duration::from_secs(10);
/// In bytes.
const LONGEST_FORM_ID: usize = 64;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Whatever there was to do is done.
    Accepted,
    /// Too many came from this network.
    TooMany(Wait),
}

/// What tells the same form that comes twice from another one: a digest of what was typed, under the random id of this showing of
/// the form. That is kept nowhere, so whoever steals the database can't try passwords against it.
#[derive(Debug)]
pub struct FormDigest(String);

impl FormDigest {
    /// `None` if the form has no id, or one that is longer than ours ever are.
    pub fn of(form_id: &str, password: &str, name: &str) -> Option<Self> {
        let is_possible = (1..=LONGEST_FORM_ID).contains(&form_id.len());
        is_possible.then(|| Self(tokens::keyed_digest(form_id, &format!("{} {password} {name}", password.len()))))
    }
}

/// Signs `email` up.
pub async fn start_sign_up(
    app: &App,
    email: EmailAddress,
    name: Option<DisplayName>,
    password: AcceptedPassword,
    digest: Option<FormDigest>,
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
        let may_mail = |db: &mut DbConnection, limit| -> Result<bool, DbError> {
            Ok(may_ask && limits.admit(db, limit, email.key(), now)?)
        };
        if let Some(user) = users::by_email_key(db, email.key())? {
            audit::record(db, Event::SignUpRequested, Some(&UserId(user.id.clone())), &client, now)?;
            let letter = Letter::AlreadyRegistered { name: user.name.clone() };
            return if may_mail(db, Limit::MailsOfTrials)? {
                outbox.put(db, (&user).into(), letter, now)
            } else if may_ask {
                // Another address gets its third mail of the hour: as much is done.
                outbox.put_nothing(db, now)
            } else {
                Ok(())
            };
        }
        audit::record(db, Event::SignUpRequested, None, &client, now)?;
        let waiting = pending_signups::by_email_key(db, email.key(), now.millis())?;
        if waiting.as_ref().is_some_and(|waiting| is_repeated(waiting, digest.as_ref(), now)) {
            return Ok(());
        }
        let may_mail = may_mail(db, Limit::Mails)?;
        let signup = match waiting {
            // Without a new link the earlier one must go on working, and so must its password.
            Some(_) if !may_mail => return Ok(()),
            // Two people may want this address, and only one of them reads its mail: keeping either password could hand
            // that one an account whose password the other knows (`docs/security.md`, 3).
            Some(waiting) => {
                pending_signups::drop_password(db, &waiting.id)?;
                PendingSignup { password_hash: None, name: None, form_digest: None, ..waiting }
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
                    form_digest: digest.map(|digest| digest.0),
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

/// Whether the same form came twice, as two presses of its button without our script do, or a browser whose connection broke: one
/// sign-up, and not two people who want an address. Who goes back later and presses anew wants another mail.
fn is_repeated(waiting: &PendingSignup, digest: Option<&FormDigest>, now: Timestamp) -> bool {
    let is_same = digest.is_some_and(|digest| waiting.form_digest.as_deref() == Some(digest.0.as_str()));
    is_same && waiting.created_at > (now - REPEATED_WITHIN).millis()
}

/// Counts a sign-up for its network, before anything is hashed.
async fn count(app: &App, client: &Client) -> Result<Result<(), Wait>, DbError> {
    let Some(network) = client.network.map(|network| network.to_string()) else { return Ok(Ok(())) };
    let (limits, now) = (app.limits.clone(), app.clock.now());
    let work = move |db: &mut DbConnection| {
        take_turn(db, &network)?;
        limits.admit_or_wait(db, Limit::SignUps, &network, now)
    };
    app.db.write(work).await
}
