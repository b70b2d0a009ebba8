//! The operation: starts a sign-up. The work is the same for every address: a transaction that
//! counts, one password hash, and a transaction that writes. Only the owner of the mailbox learns
//! if the address had an account.

use crate::accounts::audit;
use crate::accounts::authentication::passwords;
use crate::accounts::links::Purpose;
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::signups;
use crate::app::{App, Failure};
use crate::config::PermittedAddress;
use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::sign_up::AlreadyRegistered;
use crate::mail::{enqueue, enqueue_decoy};
use crate::notifications::send_confirmation;
use crate::security::password_hash::PasswordHash;
use crate::security::tokens;
use crate::store::invitations;
use crate::store::pending_signups::PendingSignup;
use crate::store::users::{self, User};
use crate::values::{ClientInfo, DisplayName, EmailAddress, Event, Guessable, Password};

/// Values of the sign-up form.
#[derive(Debug)]
pub struct SignUp {
    pub email: PermittedAddress,
    pub name: Option<DisplayName>,
    /// Not judged yet.
    pub password: Password,
}

/// Outcome of a sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, whether or not an email is sent. Contains the id of the pending sign-up. If the
    /// address has an account, the id is random and belongs to nothing.
    Accepted(String),
    /// The password is easy to guess.
    Guessable(Guessable),
    /// The client network is rate-limited.
    RateLimited(Wait),
}

/// A sign-up whose password was accepted and hashed.
struct HashedSignUp {
    email: EmailAddress,
    name: Option<DisplayName>,
    password_hash: PasswordHash,
}

pub async fn start_sign_up(
    app: &App,
    sign_up: SignUp,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let SignUp {
        email,
        name,
        password,
    } = sign_up;
    let email = email.email().clone();
    if let Err(wait) = contest_and_count(app, &email, client.clone()).await? {
        return Ok(Outcome::RateLimited(wait));
    }
    let hints = app.password_context(Some(&email), name.as_ref());
    let password = match passwords::accept(&app.hasher, password, hints).await? {
        Ok(password) => password,
        Err(guessable) => return Ok(Outcome::Guessable(guessable)),
    };
    let password_hash = passwords::hash(&app.hasher, password, app.settings.bcrypt_cost).await?;
    let sign_up = HashedSignUp {
        email,
        name,
        password_hash,
    };
    let id = app
        .write_evenly(client, move |tx| store_sign_up(tx, sign_up))
        .await?;
    Ok(Outcome::Accepted(id))
}

/// Counts the sign-up against its network's rate limit, before any costly work.
///
/// It also contests the pending sign-up of the address at once. A rejection later on, such as for a
/// weak password or a full queue, must not leave an attacker's password in place.
async fn contest_and_count(
    app: &App,
    email: &EmailAddress,
    client: ClientInfo,
) -> Result<Result<(), Wait>, DbError> {
    let email_key = email.key().to_owned();
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::Address(&email_key))?;
        signups::contest(tx, &email_key)?;
        rate_limits::try_acquire_for_network(tx, Limit::SignUps)
    };
    app.write_evenly(client, work).await
}

/// Returns the id of the pending sign-up, or a random one.
fn store_sign_up(tx: &mut Tx<'_>, sign_up: HashedSignUp) -> Result<String, DbError> {
    tx.lock(LockKey::Address(sign_up.email.key()))?;
    tx.log_address(sign_up.email.key());
    audit::log(tx, Event::SignUpRequested, None);
    let now = tx.now;
    let is_invited = invitations::by_email_key(tx, sign_up.email.key(), now)?.is_some();
    if let Some(user) = users::by_email_key(tx, sign_up.email.key())? {
        notify_owner(tx, &user)?;
        return Ok(tokens::random_id());
    }
    let pending = if let Some(pending) = signups::contest(tx, sign_up.email.key())? {
        if pending.awaits_approval() {
            repeat_approval_email(tx, &pending)?;
            return Ok(tokens::random_id());
        }
        pending
    } else {
        let pending = sign_up.pending(tx);
        // The invitation contests the address as a second sign-up would.
        let pending = if is_invited {
            pending.contested()
        } else {
            pending
        };
        signups::insert(tx, &pending)?;
        pending
    };
    // Without a new email, the earlier link still works and asks for a password.
    if rate_limits::check(tx, Limit::Emails, &pending.email_key)? {
        send_confirmation(tx, &pending)?;
    }
    Ok(pending.id)
}

/// Sends the email about the approval again, within the rate limit that an account has.
fn repeat_approval_email(tx: &mut Tx<'_>, pending: &PendingSignup) -> Result<(), DbError> {
    if rate_limits::check(tx, Limit::EmailsByOthers, &pending.email_key)? {
        send_confirmation(tx, pending)
    } else {
        enqueue_decoy(tx)
    }
}

/// Tells the owner of the account about a sign-up for the address, within a rate limit.
fn notify_owner(tx: &mut Tx<'_>, user: &User) -> Result<(), DbError> {
    audit::store(tx, Event::SignUpRequested, &user.id)?;
    if rate_limits::check(tx, Limit::EmailsByOthers, &user.email_key)? {
        enqueue(
            tx,
            user.into(),
            AlreadyRegistered {
                name: user.name.clone(),
            },
        )
    } else {
        // At this count, an address without an account still gets an email. The decoy is equal
        // work.
        enqueue_decoy(tx)
    }
}

impl HashedSignUp {
    fn pending(self, tx: &Tx<'_>) -> PendingSignup {
        PendingSignup {
            id: tokens::random_id(),
            email: self.email.as_str().to_owned(),
            email_key: self.email.key().to_owned(),
            name: self.name.map(|name| name.as_str().to_owned()),
            password_hash: Some(self.password_hash),
            created_at: tx.now,
            expires_at: tx.now + Purpose::Verify.lifetime(),
            confirmed_at: None,
            device_hash: None,
        }
    }
}
