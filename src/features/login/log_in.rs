//! The operation: checks a password and starts a session.
//!
//! An unknown address, a pending sign-up and a wrong password take the same time and get the same
//! outcome. Otherwise an attacker could sign up, log in and learn if the address was taken.
//!
//! The owner gets a security notice about a login from an unknown device.

use crate::accounts::audit;
use crate::accounts::devices;
use crate::accounts::login_protection::{FailureCount, LoginBlocked};
use crate::accounts::rate_limits::{self, Limit};
use crate::accounts::sessions::{self, NewSession, SessionKind, SignedInBy};
use crate::app::{App, CheckOutcome, Failure, PasswordCheck};
use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::login::NewDevice;
use crate::metrics::Login;
use crate::notifications::{notify_failed_logins, notify_lockout, notify_with_undo};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens;
use crate::store::password_credentials;
use crate::store::users::{self, User};
use crate::values::{ClientInfo, DeviceId, EmailAddress, Event, Password, UserId};

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

/// A login whose password was checked.
struct CheckedLogin {
    email: Option<EmailAddress>,
    /// The account of the address and its password hash, as read before the check.
    account: Option<(User, PasswordHash)>,
    is_match: bool,
    /// A new hash, if the stored one has an outdated format or cost.
    rehashed: Option<PasswordHash>,
    failures: FailureCount,
    remember: bool,
    kind: SessionKind,
    device: DeviceId,
}

/// Logs in and counts the outcome in the metrics. After a success, `device` is a known device.
pub async fn log_in(
    app: &App,
    credentials: Credentials,
    kind: SessionKind,
    device: DeviceId,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let outcome = try_to_log_in(app, credentials, kind, device, client).await;
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
    kind: SessionKind,
    device: DeviceId,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let Credentials {
        email,
        password,
        remember,
    } = credentials;
    let account = find_account(app, email.clone()).await?;
    let stored = account.as_ref().map(|(_, hash)| hash.clone());
    let check = PasswordCheck {
        email_key: email.as_ref().map(|email| email.key().to_owned()),
        user: account.as_ref().map(|(user, _)| user.id.clone()),
        device: matches!(kind, SessionKind::Browser(_)).then(|| device.clone()),
        client: client.clone(),
    };
    let (is_match, rehashed, failures) = match app.check_password(check, password, stored).await? {
        CheckOutcome::Match(rehashed) => (true, rehashed, FailureCount::default()),
        CheckOutcome::Mismatch(failures) => (false, None, failures),
        CheckOutcome::Blocked(blocked) => {
            let address = app
                .keys
                .log_name(email.as_ref().map_or("", EmailAddress::key));
            tracing::info!(event = "log_in_held", address, client = client.address);
            if let (LoginBlocked::LockedOut, Some(email)) = (blocked, email) {
                remind_of_lockout(app, email).await?;
            }
            return Ok(Outcome::LoginBlocked(blocked));
        }
    };
    let login = CheckedLogin {
        email,
        account,
        is_match,
        rehashed,
        failures,
        remember,
        kind,
        device,
    };
    Ok(app
        .write_evenly(client, move |tx| finish(tx, &login))
        .await?)
}

/// Starts the session, or records the failed login.
///
/// The account, its address or its password may have changed during the check. The login then
/// fails. An unknown address runs the same queries, so that the response time reveals nothing.
fn finish(tx: &mut Tx<'_>, login: &CheckedLogin) -> Result<Outcome, DbError> {
    let id = login
        .account
        .as_ref()
        .map_or_else(|| UserId(tokens::random_id()), |(user, _)| user.id.clone());
    lock_subjects(tx, login, &id)?;
    tx.log_address(login.email.as_ref().map_or("", EmailAddress::key));
    let present = users::by_id(tx, &id)?;
    let is_blocked =
        password_credentials::of(tx, &id)?.is_some_and(|stored| stored.blocked_at.is_some());
    let rejected = if !is_still_right(tx, login, present.as_ref())? {
        Outcome::WrongCredentials
    } else if let Some(user) = present.as_ref().filter(|_| is_blocked) {
        Outcome::PasswordBlocked {
            email: user.email.clone(),
        }
    } else if let Some(user) = present.as_ref().filter(|user| user.locked_at.is_none()) {
        let by = SignedInBy::Password;
        let session = sessions::start(tx, &id, login.remember, &login.kind, by)?;
        record_login(tx, user, &login.device)?;
        return Ok(Outcome::SignedIn(session));
    } else {
        Outcome::Locked
    };
    if present.is_some() {
        audit::store(tx, Event::LoginRejected, &id)?;
    }
    audit::log(tx, Event::LoginRejected, None);
    if let Some(email) = &login.email {
        notify_failed_logins(tx, present.as_ref(), email.key(), login.failures)?;
    }
    Ok(rejected)
}

/// Returns true if the password matched, and the account still has the same address and password.
/// Replaces an outdated hash.
fn is_still_right(
    tx: &mut Tx<'_>,
    login: &CheckedLogin,
    present: Option<&User>,
) -> Result<bool, DbError> {
    let (Some((user, hash)), Some(present), true) = (&login.account, present, login.is_match)
    else {
        return Ok(false);
    };
    if present.email_key != user.email_key {
        return Ok(false);
    }
    let kept = login.rehashed.as_ref().unwrap_or(hash);
    Ok(password_credentials::rehash(tx, &user.id, hash, kept)?)
}

/// Notifies the owner of the lockout unless a recent notice exists. The first one may never have
/// been enqueued.
async fn remind_of_lockout(app: &App, email: EmailAddress) -> Result<(), DbError> {
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::Address(email.key()))?;
        let user = users::by_email_key(tx, email.key())?;
        notify_lockout(tx, user.as_ref(), email.key())
    };
    app.write(ClientInfo::hidden(), work).await
}

/// Records the login. For an unknown device, also sends a security notice, within a rate limit.
fn record_login(tx: &mut Tx<'_>, user: &User, device: &DeviceId) -> Result<(), DbError> {
    if devices::remember(tx, &user.id, device)?
        || !rate_limits::check(tx, Limit::LoginNotices, &user.id.0)?
    {
        return audit::record(tx, Event::LoggedIn, &user.id);
    }
    let address = tx.client.address.clone();
    notify_with_undo(tx, Event::LoggedIn, user, |notice| NewDevice {
        notice,
        address,
    })
}

/// Locks the email address, the user who logs in, and the user whose session the login ends.
fn lock_subjects(tx: &mut Tx<'_>, login: &CheckedLogin, user: &UserId) -> Result<(), DbError> {
    let address = login
        .email
        .as_ref()
        .map(|email| LockKey::Address(email.key()));
    let replaced = match &login.kind {
        SessionKind::Browser(Some(session)) => Some(LockKey::User(&session.user.0)),
        SessionKind::Browser(None) | SessionKind::Api => None,
    };
    tx.lock_all(
        address
            .into_iter()
            .chain(replaced)
            .chain([LockKey::User(&user.0)]),
    )
}

async fn find_account(
    app: &App,
    email: Option<EmailAddress>,
) -> Result<Option<(User, PasswordHash)>, DbError> {
    let Some(email) = email else { return Ok(None) };
    app.read(move |tx| Ok(users::with_password(tx, email.key())?))
        .await
}
