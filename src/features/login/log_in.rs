//! The operation: checks a password and starts a session.
//!
//! An unknown address, a pending sign-up and a wrong password take the same time and get the same
//! outcome. Otherwise an attacker could sign up, log in and learn if the address was taken. Only a
//! sign-up that awaits approval has an outcome of its own, after its right password. The owner of
//! the mailbox has confirmed it.
//!
//! If the account has a second step, the right password only makes a pending login
//! (`complete_second_step`). The owner gets a security notice about a login from an unknown device.

use crate::accounts::audit;
use crate::accounts::authentication::admission::{Admission, Verified, decide_admission};
use crate::accounts::authentication::finish_login::{FinishedLogin, SessionRequest, finish_login};
use crate::accounts::authentication::pending_logins::{self, PendingSecondStep};
use crate::accounts::login_protection::{FailureCount, LoginBlocked};
use crate::accounts::sessions::SessionKind;
use crate::accounts::signups;
use crate::app::{App, CheckOutcome, Failure, PasswordCheck};
use crate::db::{DbError, LockKey, Tx};
use crate::metrics::Login;
use crate::notifications::{notify_failed_logins, notify_lockout, record_login};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens::{self, hash_device_id};
use crate::store::password_credentials;
use crate::store::pending_signups::{self, PendingSignup};
use crate::store::users::{self, User};
use crate::values::{ClientInfo, DeviceHash, DeviceId, EmailAddress, Event, Password, UserId};

/// Outcome of a login.
#[derive(Debug)]
pub enum Outcome {
    SignedIn(FinishedLogin),
    /// The password is right, and the second step is still to come.
    SecondStep(PendingSecondStep),
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
    /// The password is right, but an administrator has not approved the account yet.
    AwaitingApproval {
        /// The stored email address.
        email: String,
    },
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

/// The account or the sign-up of an email address.
enum LoginSubject {
    User(User, PasswordHash),
    /// A sign-up that awaits approval.
    AwaitingApproval(PendingSignup, PasswordHash),
    /// Nothing, or a sign-up that is not confirmed.
    Unknown,
}

impl LoginSubject {
    fn password_hash(&self) -> Option<&PasswordHash> {
        match self {
            Self::User(_, hash) | Self::AwaitingApproval(_, hash) => Some(hash),
            Self::Unknown => None,
        }
    }

    fn user(&self) -> Option<&User> {
        match self {
            Self::User(user, _) => Some(user),
            Self::AwaitingApproval(..) | Self::Unknown => None,
        }
    }
}

/// A login whose password was checked.
struct CheckedLogin {
    email: Option<EmailAddress>,
    /// The subject as read before the check.
    subject: LoginSubject,
    is_match: bool,
    /// A new hash, if the stored one has an outdated format or cost.
    rehashed: Option<PasswordHash>,
    failures: FailureCount,
    client: SessionRequest,
}

impl CheckedLogin {
    /// Returns what the client has verified. An API client is never trusted.
    fn verified<'a>(&self, device: &'a DeviceHash) -> Verified<'a> {
        let is_browser = matches!(self.client.kind, SessionKind::Browser(_));
        Verified::Password {
            device: is_browser.then_some(device),
        }
    }
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
        Ok(Outcome::SecondStep(_)) => Login::SecondStep,
        Ok(Outcome::WrongCredentials) => Login::Wrong,
        Ok(Outcome::LoginBlocked(_)) => Login::LoginBlocked,
        Ok(Outcome::PasswordBlocked { .. }) => Login::Blocked,
        Ok(Outcome::Locked) => Login::Locked,
        Ok(Outcome::AwaitingApproval { .. }) => Login::AwaitingApproval,
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
    let subject = find_subject(app, email.clone()).await?;
    let stored = subject.password_hash().cloned();
    let check = PasswordCheck {
        email_key: email.as_ref().map(|email| email.key().to_owned()),
        user: subject.user().map(|user| user.id.clone()),
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
        subject,
        is_match,
        rehashed,
        failures,
        client: SessionRequest {
            kind,
            remember,
            device,
        },
    };
    Ok(app
        .write_evenly(client, move |tx| start_session_or_reject(tx, &login))
        .await?)
}

/// Starts the session, or records the failed login.
///
/// The account, its address or its password may have changed during the check. The login then
/// fails. An unknown address runs the same queries, so that the response time reveals nothing.
fn start_session_or_reject(tx: &mut Tx<'_>, login: &CheckedLogin) -> Result<Outcome, DbError> {
    let user = login.subject.user();
    let id = user.map_or_else(|| UserId(tokens::random_id()), |user| user.id.clone());
    lock_subjects(tx, login, &id)?;
    tx.log_address(login.email.as_ref().map_or("", EmailAddress::key));
    let present = users::by_id(tx, &id)?;
    let device = hash_device_id(&login.client.device);
    let rejected = match (
        confirm_match_and_rehash(tx, login, present.as_ref())?,
        &present,
    ) {
        (true, Some(user)) => match decide_admission(tx, user, login.verified(&device))? {
            Admission::Admitted(admitted) => {
                let finished = finish_login(tx, admitted, &login.client)?;
                record_login(tx, user, &finished)?;
                return Ok(Outcome::SignedIn(finished));
            }
            Admission::SecondStep => {
                let pending = pending_logins::create(tx, &id, &login.client)?;
                return Ok(Outcome::SecondStep(pending));
            }
            Admission::Blocked => Outcome::PasswordBlocked {
                email: user.email.clone(),
            },
            Admission::Locked => Outcome::Locked,
        },
        _ => match find_awaiting_approval(tx, login)? {
            Some(email) => {
                audit::log(tx, Event::LoginRejected, None);
                return Ok(Outcome::AwaitingApproval { email });
            }
            None => Outcome::WrongCredentials,
        },
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
fn confirm_match_and_rehash(
    tx: &mut Tx<'_>,
    login: &CheckedLogin,
    present: Option<&User>,
) -> Result<bool, DbError> {
    let (LoginSubject::User(user, hash), Some(present), true) =
        (&login.subject, present, login.is_match)
    else {
        return Ok(false);
    };
    if present.email_key != user.email_key {
        return Ok(false);
    }
    let kept = login.rehashed.as_ref().unwrap_or(hash);
    Ok(password_credentials::rehash(tx, &user.id, hash, kept)?)
}

/// Returns the email address of the sign-up if its password matched and it still awaits approval.
fn find_awaiting_approval(
    tx: &mut Tx<'_>,
    login: &CheckedLogin,
) -> Result<Option<String>, DbError> {
    let (LoginSubject::AwaitingApproval(signup, hash), true) = (&login.subject, login.is_match)
    else {
        return Ok(None);
    };
    let now = tx.now;
    let present = pending_signups::by_id(tx, &signup.id, now)?;
    let present = present.filter(|present| present.password_hash.as_ref() == Some(hash));
    Ok(present.map(|present| present.email))
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

/// Locks the email address, the user who logs in, and the user whose session the login ends.
fn lock_subjects(tx: &mut Tx<'_>, login: &CheckedLogin, user: &UserId) -> Result<(), DbError> {
    let address = login
        .email
        .as_ref()
        .map(|email| LockKey::Address(email.key()));
    let replaced = login.client.kind.replaced();
    let replaced = replaced.map(|session| LockKey::User(&session.user.0));
    tx.lock_all(
        address
            .into_iter()
            .chain(replaced)
            .chain([LockKey::User(&user.0)]),
    )
}

/// Finds the account or the sign-up of an address. Runs both queries for every address, so that the
/// time does not reveal which of them exists.
async fn find_subject(app: &App, email: Option<EmailAddress>) -> Result<LoginSubject, DbError> {
    let Some(email) = email else {
        return Ok(LoginSubject::Unknown);
    };
    let find = move |tx: &mut Tx<'_>| {
        let account = users::with_password(tx, email.key())?;
        let awaiting_approval = signups::awaiting_approval(tx, email.key())?;
        Ok(match (account, awaiting_approval) {
            (Some((user, hash)), _) => LoginSubject::User(user, hash),
            (None, Some(signup)) => match signup.password_hash.clone() {
                Some(hash) => LoginSubject::AwaitingApproval(signup, hash),
                None => LoginSubject::Unknown,
            },
            (None, None) => LoginSubject::Unknown,
        })
    };
    app.read(find).await
}
