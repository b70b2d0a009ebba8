//! The operation: starts a sign-up. The work is the same for every address: a transaction that
//! counts, one password hash, and a transaction that writes. Only the owner of the mailbox learns
//! if the address had an account.

use crate::accounts::audit::{self, ClientInfo, Event};
use crate::accounts::links::Purpose;
use crate::accounts::passwords::{self, Guessable};
use crate::accounts::signups::{self, Contest, FormDigest};
use crate::accounts::throttle::{Limit, Wait};
use crate::app::{App, Failure};
use crate::db::{DbConnection, DbError, take_turn};
use crate::mail::{EmailKind, Outbox, send_confirmation};
use crate::security::tokens;
use crate::store::pending_signups::PendingSignup;
use crate::store::users;
use crate::values::{DisplayName, EmailAddress, Password, UserId};

/// Values of the sign-up form.
#[derive(Debug)]
pub struct SignUp {
    pub email: EmailAddress,
    pub name: Option<DisplayName>,
    /// Not judged yet.
    pub password: Password,
    /// Identifies a form that is sent twice.
    pub digest: Option<FormDigest>,
}

/// Outcome of a sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, whether or not an email is sent.
    Accepted,
    /// The password is easy to guess.
    Guessable(Guessable),
    /// The client network is rate-limited.
    TooMany(Wait),
}

pub async fn start_sign_up(app: &App, sign_up: SignUp, client: ClientInfo) -> Result<Outcome, Failure> {
    let SignUp { email, name, password, digest } = sign_up;
    if let Err(wait) = count(app, &email, digest.as_ref(), &client).await? {
        return Ok(Outcome::TooMany(wait));
    }
    let hints = app.password_hints(Some(&email), name.as_ref());
    let password = match passwords::accept(&app.hasher, password, hints).await? {
        Ok(password) => password,
        Err(guessable) => return Ok(Outcome::Guessable(guessable)),
    };
    let password_hash = passwords::hash(&app.hasher, password, app.settings.bcrypt_cost).await?;
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (address, client_address) = (app.keys.log_name(email.key()), client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, email.key())?;
        if let Some(user) = users::by_email_key(db, email.key())? {
            audit::record(db, Event::SignUpRequested, &UserId(user.id.clone()), &client, now)?;
            let kind = EmailKind::AlreadyRegistered { name: user.name.clone() };
            return if limits.check(db, Limit::MailsOfTrials, email.key(), now)? {
                outbox.enqueue(db, (&user).into(), kind, now)
            } else {
                // At this count, an address without an account still gets an email. The decoy is
                // equal work.
                outbox.enqueue_decoy(db, now)
            };
        }
        let pending = match signups::contest(db, email.key(), digest.as_ref(), now)? {
            Contest::SameForm => return Ok(()),
            Contest::Contested(contested) => contested,
            Contest::None => {
                let pending = PendingSignup {
                    id: tokens::random_id(),
                    email: email.as_str().to_owned(),
                    email_key: email.key().to_owned(),
                    name: name.map(|name| name.as_str().to_owned()),
                    password_hash: Some(password_hash.0),
                    created_at: now.millis(),
                    expires_at: (now + Purpose::Verify.lifetime()).millis(),
                    form_digest: digest.map(|digest| digest.0),
                };
                signups::wait(db, &pending)?;
                pending
            }
        };
        // Without a new email, the earlier link still works and asks for a password.
        if limits.check(db, Limit::Mails, email.key(), now)? {
            send_confirmation(db, outbox, &pending, now)
        } else {
            Ok(())
        }
    };
    app.write_evenly(work).await?;
    tracing::info!(event = Event::SignUpRequested.name(), address, client = client_address);
    Ok(Outcome::Accepted)
}

/// Counts the sign-up against its network's rate limit, before any costly work.
///
/// It also contests the pending sign-up of the address at once. A rejection later on, such as for a
/// weak password or a full queue, must not leave an attacker's password in place.
async fn count(
    app: &App,
    email: &EmailAddress,
    digest: Option<&FormDigest>,
    client: &ClientInfo,
) -> Result<Result<(), Wait>, DbError> {
    let (limits, now, network) = (app.limits.clone(), app.clock.now(), client.network);
    let (email_key, digest) = (email.key().to_owned(), digest.cloned());
    let work = move |db: &mut DbConnection, _: &Outbox| {
        take_turn(db, &email_key)?;
        signups::contest(db, &email_key, digest.as_ref(), now)?;
        limits.try_acquire_for_network(db, Limit::SignUps, network, now)
    };
    app.write_evenly(work).await
}
