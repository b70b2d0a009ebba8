//! The operation: checks a password and starts a session.
//!
//! An unknown address, a pending sign-up and a wrong password take the same time and get the same
//! outcome. Otherwise an attacker could sign up, log in and learn if the address was taken.
//!
//! The owner gets a security notice about a login from an unknown device.

use crate::accounts::audit::{self, ClientInfo, Event};
use crate::accounts::devices;
use crate::accounts::login_protection::{FailureCount, LoginBlocked};
use crate::accounts::sign_in::{self, Carrier, NewSession};
use crate::accounts::throttle::{Limit, Limits};
use crate::app::{App, CheckOutcome, Failure, PasswordCheck};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn, take_turns};
use crate::mail::{EmailKind, Outbox, SecurityNotice, notify_failed_logins, notify_lockout, notify_with_undo};
use crate::metrics::Login;
use crate::security::password_hash::PasswordHash;
use crate::security::tokens;
use crate::store::password_credentials;
use crate::store::users::{self, User};
use crate::values::{DeviceId, EmailAddress, Password, UserId};

/// Outcome of a login.
#[derive(Debug)]
pub enum Outcome {
    SignedIn(NewSession),
    /// The email address or the password is wrong. The client must not learn which.
    WrongCredentials,
    /// There were too many failures. The password was not checked.
    LoginBlocked(LoginBlocked),
    /// The password is right, but an undo has blocked it.
    PasswordBlocked {
        /// The stored email address.
        email: String,
    },
    /// The password is right, but an administrator has locked the account.
    Locked,
}

/// Values of a login form.
#[derive(Debug)]
pub struct Credentials {
    /// `None` if the typed text is not an email address. No account matches it then.
    pub email: Option<EmailAddress>,
    pub password: Password,
    /// True if the session outlives the browser process.
    pub remember: bool,
}

/// Logs in and counts the outcome in the metrics. After a success, `device` is a known device.
pub async fn log_in(
    app: &App,
    credentials: Credentials,
    carrier: Carrier,
    device: DeviceId,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let outcome = try_to_log_in(app, credentials, carrier, device, client).await;
    app.metrics.login(match &outcome {
        Ok(Outcome::SignedIn(_)) => Login::SignedIn,
        Ok(Outcome::WrongCredentials) => Login::Wrong,
        Ok(Outcome::LoginBlocked(_)) => Login::LoginBlocked,
        Ok(Outcome::PasswordBlocked { .. }) => Login::Blocked,
        Ok(Outcome::Locked) => Login::Locked,
        Err(_) => Login::Unavailable,
    });
    outcome
}

async fn try_to_log_in(
    app: &App,
    credentials: Credentials,
    carrier: Carrier,
    device: DeviceId,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let email_key = credentials.email.as_ref().map(|email| email.key().to_owned());
    let address = app.keys.log_name(email_key.as_deref().unwrap_or_default());
    let account = find_account(app, credentials.email).await?;
    let stored = account.as_ref().map(|(_, hash)| hash.clone());
    let attempt = PasswordCheck {
        email_key: email_key.clone(),
        user: account.as_ref().map(|(user, _)| UserId(user.id.clone())),
        device: matches!(carrier, Carrier::Browser(_)).then(|| device.clone()),
        client: client.clone(),
    };
    let client_address = client.address.clone();
    let (right, rehashed, counted) = match app.check_password(attempt, credentials.password, stored).await? {
        CheckOutcome::Match(rehashed) => (true, rehashed, FailureCount::default()),
        CheckOutcome::Mismatch(counted) => (false, None, counted),
        CheckOutcome::Blocked(blocked) => {
            tracing::info!(event = "log_in_held", address, client = client_address);
            if let (LoginBlocked::LockedOut, Some(email_key)) = (blocked, email_key) {
                tell_of_the_end(app, email_key).await?;
            }
            return Ok(Outcome::LoginBlocked(blocked));
        }
    };
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        if let Some(email_key) = &email_key {
            take_turn(db, email_key)?;
        }
        // The account, its address or its password may have changed during the check. The login
        // then fails. An unknown address runs the same queries, so that the response time reveals
        // nothing.
        let id = account.as_ref().map_or_else(tokens::random_id, |(user, _)| user.id.clone());
        lock_users(db, &id, &carrier)?;
        let present = users::by_id(db, &id)?;
        let blocked = password_credentials::of(db, &id)?.is_some_and(|stored| stored.blocked_at.is_some());
        let refused = match account {
            Some((user, hash)) if right && present.as_ref().is_some_and(|now| now.email_key == user.email_key) => {
                let kept = rehashed.as_ref().unwrap_or(&hash);
                let id = UserId(user.id.clone());
                if !password_credentials::rehash(db, &id.0, &hash.0, &kept.0)? {
                    Outcome::WrongCredentials
                } else if blocked {
                    Outcome::PasswordBlocked { email: user.email }
                } else if present.as_ref().is_some_and(|user| user.locked_at.is_some()) {
                    Outcome::Locked
                } else {
                    let session = sign_in::begin(db, &id, credentials.remember, &carrier, &client, now)?;
                    note_login(db, outbox, &limits, &user, &device, &client, now)?;
                    return Ok(Outcome::SignedIn(session));
                }
            }
            Some(_) | None => Outcome::WrongCredentials,
        };
        if let Some(user) = &present {
            audit::record(db, Event::LogInRefused, &UserId(user.id.clone()), &client, now)?;
        }
        if let Some(email_key) = &email_key {
            notify_failed_logins(db, outbox, &limits, present.as_ref(), email_key, counted, now)?;
        }
        Ok(refused)
    };
    let outcome = app.write_evenly(work).await?;
    match &outcome {
        Outcome::SignedIn(session) => {
            tracing::info!(event = Event::LoggedIn.name(), user = session.user.0, address, client = client_address);
        }
        Outcome::WrongCredentials | Outcome::LoginBlocked(_) | Outcome::PasswordBlocked { .. } | Outcome::Locked => {
            tracing::info!(event = Event::LogInRefused.name(), address, client = client_address);
        }
    }
    Ok(outcome)
}

/// Notifies the owner of the lockout unless a recent notice exists. The first one may never have
/// been enqueued.
async fn tell_of_the_end(app: &App, email_key: String) -> Result<(), DbError> {
    let (limits, now) = (app.limits.clone(), app.clock.now());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, &email_key)?;
        let user = users::by_email_key(db, &email_key)?;
        notify_lockout(db, outbox, &limits, user.as_ref(), &email_key, now)
    };
    app.write_with_mail(work).await
}

/// Records the login. For an unknown device, also sends a security notice, within a rate limit.
fn note_login(
    db: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    user: &User,
    device: &DeviceId,
    client: &ClientInfo,
    now: Timestamp,
) -> Result<(), DbError> {
    let id = UserId(user.id.clone());
    if devices::recognise(db, &id, device, now)? || !limits.check(db, Limit::LoginNotices, &id.0, now)? {
        return audit::record(db, Event::LoggedIn, &id, client, now);
    }
    notify_with_undo(db, outbox, Event::LoggedIn, user, client, now, |fact| {
        let SecurityNotice { name, at, device, undo } = fact;
        EmailKind::NewDevice { name, at, device, address: client.address.clone(), undo }
    })
}

/// Locks the user who logs in and the user whose session the login ends, in a fixed order.
/// Otherwise two such logins could deadlock.
fn lock_users(db: &mut DbConnection, user: &str, carrier: &Carrier) -> Result<(), DbError> {
    let replaced = match carrier {
        Carrier::Browser(Some(session)) => Some(session.user.0.as_str()),
        Carrier::Browser(None) | Carrier::Program => None,
    };
    take_turns(db, [Some(user), replaced].into_iter().flatten())
}

async fn find_account(app: &App, email: Option<EmailAddress>) -> Result<Option<(User, PasswordHash)>, DbError> {
    let Some(email) = email else { return Ok(None) };
    let found = app.db.read(move |db| Ok(users::with_password(db, email.key())?)).await?;
    Ok(found.map(|(user, hash)| (user, PasswordHash(hash))))
}
