//! The operation: finds every obstacle between a user and the dashboard. It helps the operator to
//! answer a user who can't log in.

use std::time::Duration;

use serde::Serialize;

use crate::accounts::authentication::factors;
use crate::accounts::login_protection::{self, LoginBlocked};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::config::SignUpPolicy;
use crate::db::{DbError, Tx};
use crate::store::outbox::{self, ListedMail, NEVER};
use crate::store::password_credentials::{self, StoredPassword};
use crate::store::users::{self, User};
use crate::store::{invitations, known_devices, pending_signups};
use crate::texts::waits::display_wait;
use crate::values::{EmailAddress, SignUpRejected, UserId};

/// Time that a normal delivery may take. A younger email without a failed attempt is no obstacle.
const SOON: Duration = Duration::from_mins(1);

/// An obstacle that keeps a user from logging in, or an email from arriving. Times are in UTC, such
/// as `2026-11-22T14:05:09Z`. The end of a back-off also states the remaining wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "gate", rename_all = "snake_case")]
pub enum Obstacle {
    /// The email address has neither an account nor a pending sign-up.
    NoAccount,
    /// No address can sign up.
    SignUpClosed,
    /// Addresses at this domain cannot sign up.
    DomainNotAllowed,
    /// The address has an invitation that was not accepted.
    InvitationOpen { since: String, until: String },
    /// The sign-up is confirmed, and an administrator must approve it.
    AwaitingApproval { since: String, until: String },
    /// The sign-up is still pending.
    NotConfirmed {
        since: String,
        until: String,
        /// True after a second sign-up for the address. The confirmation page then asks for a
        /// password.
        chooses_password: bool,
    },
    /// The account was imported without a password, or its user logs in with a passkey.
    NoPassword,
    /// An undo link was used, and no new password has been set since.
    BlockedByUndo { since: String },
    /// An administrator or the operator has locked the account.
    Locked { since: String },
    /// Failures from unknown devices have caused a back-off.
    Throttled { until: String },
    /// Failures from a known device have caused a back-off, which applies to that device only.
    BrowserThrottled { until: String },
    /// Unknown devices are locked out after 100 consecutive failures.
    PasswordOff,
    /// Wrong codes from unknown devices have caused a back-off.
    CodesDelayed { until: String },
    /// Codes of apps are not compared on unknown devices after 50 consecutive wrong ones.
    CodesLockedOut,
    /// The removal of the second step was requested.
    RecoveryPending { until: String },
    /// The operator requires a second step, and the account has none. The user can log in and add
    /// one.
    SecondStepRequired,
    MailWaits {
        #[serde(rename = "letter")]
        kind: String,
        since: String,
        /// Number of failed delivery attempts.
        attempts: i32,
        /// `None` if no further attempt follows before the email expires.
        next: Option<String>,
        /// The stored name of a `DeliveryFailure`.
        last_failure: Option<String>,
    },
    /// A mail server rejected the email permanently, or the email expired before its delivery.
    MailGivenUp {
        #[serde(rename = "letter")]
        kind: String,
        at: String,
    },
}

impl Obstacle {
    /// Explains the obstacle and its remedy in one or two sentences.
    pub fn message(&self) -> String {
        match self {
            Self::NoAccount => {
                "No account has this address, and no sign-up for it is pending. Check the \
                 spelling."
                    .to_owned()
            }
            Self::InvitationOpen { since, until } => format!(
                "An invitation was sent at {since} and has not been accepted. Its link works until \
                 {until}. `vestibule invite` sends a new one."
            ),
            Self::SignUpClosed => {
                "No address can sign up, because VESTIBULE_SIGN_UP is `invitation`.".to_owned()
            }
            Self::DomainNotAllowed => "The address cannot sign up, because its domain is not in \
                 VESTIBULE_SIGN_UP_DOMAINS."
                .to_owned(),
            Self::AwaitingApproval { since, until } => format!(
                "The sign-up was confirmed at {since} and awaits approval until {until}. \
                 `vestibule user approve` creates the account."
            ),
            Self::NotConfirmed {
                since,
                until,
                chooses_password,
            } => format!(
                "The address is not confirmed. The latest link of the sign-up from {since} has not \
                 been used. It works until {until}.{}",
                if *chooses_password {
                    " Its page asks for a password, because the address was signed up more than \
                     once, or was also invited."
                } else {
                    ""
                }
            ),
            Self::NoPassword => {
                "The account has no password. Its user logs in with a passkey, or sets a password \
                 with the link from “Forgot your password?”."
                    .to_owned()
            }
            Self::BlockedByUndo { since } => format!(
                "Someone chose “This wasn’t me” at {since}, so the old password no longer works. \
                 Set a new one with the link that was emailed then, or with a new reset link."
            ),
            Self::Locked { since } => format!(
                "The account has been locked since {since}. `vestibule user unlock` unlocks it."
            ),
            Self::Throttled { until } => format!(
                "Too many wrong passwords from unknown devices: they can try again at {until}. \
                 Known devices and a password reset are not blocked."
            ),
            Self::BrowserThrottled { until } => format!(
                "Too many wrong passwords from a known device: it can try again at {until}. Other \
                 devices and a password reset are not blocked by it."
            ),
            Self::PasswordOff => {
                "After 100 consecutive wrong passwords, unknown devices are locked out until the \
                 password is reset. A login from a known device shortens this to 15 minutes."
                    .to_owned()
            }
            Self::CodesDelayed { until } => format!(
                "Too many wrong codes from unknown devices: codes of an app are compared again at \
                 {until}. Recovery codes and known devices are not blocked by it."
            ),
            Self::CodesLockedOut => {
                "After 50 consecutive wrong codes, codes of an app no longer work on unknown \
                 devices until the password is reset or changed. A code on a known device shortens \
                 this to 15 minutes. Recovery codes still work. Someone else may know the \
                 password."
                    .to_owned()
            }
            Self::RecoveryPending { until } => format!(
                "The removal of the second step was requested. The wait ends at {until}. Then the \
                 owner gets a link. `vestibule user remove-second-step` removes the second step at \
                 once."
            ),
            Self::SecondStepRequired => {
                "VESTIBULE_SECOND_FACTOR requires a second step, and the account has none. Until \
                 it has one, the user can open only the pages that add one."
                    .to_owned()
            }
            Self::MailWaits {
                kind,
                since,
                attempts,
                next,
                last_failure,
            } => format!(
                "The email '{kind}' from {since} is not delivered yet. Failed attempts: \
                 {attempts}. Last failure: {}. Next attempt: {}.",
                last_failure.as_deref().unwrap_or("none"),
                next.as_deref().unwrap_or("none")
            ),
            Self::MailGivenUp { kind, at } => format!(
                "The email '{kind}' was given up at {at}: it was rejected permanently, or its link \
                 had expired. The log says which."
            ),
        }
    }
}

impl From<SignUpRejected> for Obstacle {
    fn from(rejected: SignUpRejected) -> Self {
        match rejected {
            SignUpRejected::Closed => Self::SignUpClosed,
            SignUpRejected::Domain(_) => Self::DomainNotAllowed,
        }
    }
}

/// Returns the obstacles for this email address, the most important first. Returns an empty list if
/// there are none.
pub async fn explain(app: &App, email: EmailAddress) -> Result<Vec<Obstacle>, Failure> {
    let (is_sent, policy) = (!app.has_dev_mailbox(), app.settings.second_factor);
    let sign_up_policy = app.settings.site.sign_up.clone();
    let query = move |tx: &mut Tx<'_>| {
        let now = tx.now;
        let (mut obstacles, subjects) = match users::by_email_key(tx, email.key())? {
            Some(user) => {
                let locked = user
                    .locked_at
                    .map(|since| Obstacle::Locked { since: since.iso() });
                let password = password_credentials::of(tx, &user.id)?
                    .as_ref()
                    .and_then(of_password);
                let is_missing = factors::is_missing(&user, policy);
                let required = is_missing.then_some(Obstacle::SecondStepRequired);
                let required = required.into_iter().chain(of_recovery(&user));
                (
                    locked.into_iter().chain(password).chain(required).collect(),
                    vec![user.id.0],
                )
            }
            None => without_account(tx, &sign_up_policy, &email)?,
        };
        let blocked = login_protection::unknown_devices_blocked(tx, email.key())?;
        obstacles.extend(blocked.map(|blocked| of_blocked(blocked, now)));
        for subject in &subjects {
            obstacles.extend(of_browsers(tx, subject)?);
            let blocked = login_protection::codes_blocked(tx, &UserId(subject.clone()))?;
            obstacles.extend(blocked.map(|blocked| of_blocked_codes(blocked, now)));
        }
        // The development mailbox delivers nothing, so its emails are never late.
        for subject in subjects.iter().filter(|_| is_sent) {
            obstacles.extend(of_mails(tx, subject)?);
        }
        Ok(obstacles)
    };
    Ok(app.read(query).await?)
}

/// Returns the obstacles of an address without an account, and the ids of its pending sign-up and
/// its invitation.
fn without_account(
    tx: &mut Tx<'_>,
    sign_up_policy: &SignUpPolicy,
    email: &EmailAddress,
) -> Result<(Vec<Obstacle>, Vec<String>), DbError> {
    let (mut obstacles, mut subjects, now) = (Vec::new(), Vec::new(), tx.now);
    if let Some(signup) = pending_signups::by_email_key(tx, email.key(), now)? {
        let until = signup.expires_at.iso();
        obstacles.push(match signup.confirmed_at {
            Some(since) => Obstacle::AwaitingApproval {
                since: since.iso(),
                until,
            },
            None => Obstacle::NotConfirmed {
                since: signup.created_at.iso(),
                until,
                chooses_password: signup.password_hash.is_none(),
            },
        });
        subjects.push(signup.id);
    }
    if let Some(invitation) = invitations::by_email_key(tx, email.key(), now)? {
        obstacles.push(Obstacle::InvitationOpen {
            since: invitation.created_at.iso(),
            until: invitation.expires_at.iso(),
        });
        subjects.push(invitation.id);
    }
    if obstacles.is_empty() {
        obstacles.push(Obstacle::NoAccount);
        let rejected = sign_up_policy.permit(email.clone()).err();
        obstacles.extend(rejected.map(Obstacle::from));
    }
    Ok((obstacles, subjects))
}

fn of_recovery(user: &User) -> Option<Obstacle> {
    user.recovery_ready_at
        .map(|ready| Obstacle::RecoveryPending { until: ready.iso() })
}

fn of_password(stored: &StoredPassword) -> Option<Obstacle> {
    if !stored.is_set() {
        return Some(Obstacle::NoPassword);
    }
    stored
        .blocked_at
        .map(|since| Obstacle::BlockedByUndo { since: since.iso() })
}

fn of_blocked(blocked: LoginBlocked, now: Timestamp) -> Obstacle {
    match blocked.remaining_wait() {
        Some(wait) => Obstacle::Throttled {
            until: display(wait, now),
        },
        None => Obstacle::PasswordOff,
    }
}

fn of_blocked_codes(blocked: LoginBlocked, now: Timestamp) -> Obstacle {
    match blocked.remaining_wait() {
        Some(wait) => Obstacle::CodesDelayed {
            until: display(wait, now),
        },
        None => Obstacle::CodesLockedOut,
    }
}

/// Returns the longest back-off among the user's known devices. A pending sign-up has no known
/// devices.
fn of_browsers(tx: &mut Tx<'_>, user: &str) -> Result<Option<Obstacle>, DbError> {
    let (user, mut longest) = (UserId(user.to_owned()), Duration::ZERO);
    for device in known_devices::hashes(tx, &user)? {
        let blocked = login_protection::known_device_blocked(tx, &user, &device)?;
        longest = longest.max(blocked.map_or(Duration::ZERO, LoginBlocked::wait));
    }
    let is_blocked = longest > Duration::ZERO;
    Ok(is_blocked.then(|| Obstacle::BrowserThrottled {
        until: display(longest, tx.now),
    }))
}

/// Checks the newest email of each kind. Earlier ones no longer matter.
fn of_mails(tx: &mut Tx<'_>, subject: &str) -> Result<Vec<Obstacle>, DbError> {
    let mut seen: Vec<String> = Vec::new();
    let mut obstacles = Vec::new();
    for mail in outbox::all(tx, subject)? {
        if !seen.contains(&mail.kind) {
            obstacles.extend(of_mail(&mail, tx.now));
            seen.push(mail.kind);
        }
    }
    Ok(obstacles)
}

fn of_mail(mail: &ListedMail, now: Timestamp) -> Option<Obstacle> {
    let is_late = mail.attempts > 0 || now.since(mail.created_at) > SOON;
    let kind = mail.kind.clone();
    match (mail.sent_at, mail.given_up_at) {
        (None, Some(given_up)) => Some(Obstacle::MailGivenUp {
            kind,
            at: given_up.iso(),
        }),
        (None, None) if is_late && mail.next_attempt_at < NEVER => Some(Obstacle::MailWaits {
            kind,
            since: mail.created_at.iso(),
            attempts: mail.attempts,
            next: mail.next_attempt().map(Timestamp::iso),
            last_failure: mail.last_failure.clone(),
        }),
        _ => None,
    }
}

fn display(wait: Duration, now: Timestamp) -> String {
    format!("{} (in {})", (now + wait).iso(), display_wait(wait))
}
