//! The operation: finds every obstacle between a user and the dashboard. It helps the operator to
//! answer a user who can't log in.

use std::time::Duration;

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
use crate::texts::obstacles::Obstacle;
use crate::texts::waits::display_wait;
use crate::values::{EmailAddress, UserId};

/// Time that a normal delivery may take. A younger email without a failed attempt is no obstacle.
const SOON: Duration = Duration::from_mins(1);

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
                    .and_then(password_obstacle);
                let is_missing = factors::is_missing(&user, policy);
                let required = is_missing.then_some(Obstacle::SecondStepRequired);
                let required = required.into_iter().chain(recovery_obstacle(&user));
                (
                    locked.into_iter().chain(password).chain(required).collect(),
                    vec![user.id.0],
                )
            }
            None => without_account(tx, &sign_up_policy, &email)?,
        };
        let blocked = login_protection::unknown_devices_blocked(tx, email.key())?;
        obstacles.extend(blocked.map(|blocked| password_attempts_obstacle(blocked, now)));
        for subject in &subjects {
            obstacles.extend(known_device_obstacle(tx, subject)?);
            let blocked = login_protection::codes_blocked(tx, &UserId(subject.clone()))?;
            obstacles.extend(blocked.map(|blocked| code_attempts_obstacle(blocked, now)));
        }
        // The development mailbox delivers nothing, so its emails are never late.
        for subject in subjects.iter().filter(|_| is_sent) {
            obstacles.extend(email_obstacles(tx, subject)?);
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

fn recovery_obstacle(user: &User) -> Option<Obstacle> {
    user.recovery_ready_at
        .map(|ready| Obstacle::RecoveryPending { until: ready.iso() })
}

fn password_obstacle(stored: &StoredPassword) -> Option<Obstacle> {
    if !stored.is_set() {
        return Some(Obstacle::NoPassword);
    }
    stored
        .blocked_at
        .map(|since| Obstacle::BlockedByUndo { since: since.iso() })
}

fn password_attempts_obstacle(blocked: LoginBlocked, now: Timestamp) -> Obstacle {
    match blocked.remaining_wait() {
        Some(wait) => Obstacle::PasswordBackOff {
            until: display(wait, now),
        },
        None => Obstacle::PasswordLockedOut,
    }
}

fn code_attempts_obstacle(blocked: LoginBlocked, now: Timestamp) -> Obstacle {
    match blocked.remaining_wait() {
        Some(wait) => Obstacle::CodesDelayed {
            until: display(wait, now),
        },
        None => Obstacle::CodesLockedOut,
    }
}

/// Returns the longest back-off among the user's known devices. A pending sign-up has no known
/// devices.
fn known_device_obstacle(tx: &mut Tx<'_>, user: &str) -> Result<Option<Obstacle>, DbError> {
    let (user, mut longest) = (UserId(user.to_owned()), Duration::ZERO);
    for device in known_devices::hashes(tx, &user)? {
        let blocked = login_protection::known_device_blocked(tx, &user, &device)?;
        longest = longest.max(blocked.map_or(Duration::ZERO, LoginBlocked::wait));
    }
    let is_blocked = longest > Duration::ZERO;
    Ok(is_blocked.then(|| Obstacle::KnownDeviceBackOff {
        until: display(longest, tx.now),
    }))
}

/// Checks the newest email of each kind. Earlier ones no longer matter.
fn email_obstacles(tx: &mut Tx<'_>, subject: &str) -> Result<Vec<Obstacle>, DbError> {
    let mut seen: Vec<String> = Vec::new();
    let mut obstacles = Vec::new();
    for mail in outbox::all(tx, subject)? {
        if !seen.contains(&mail.kind) {
            obstacles.extend(email_obstacle(&mail, tx.now));
            seen.push(mail.kind);
        }
    }
    Ok(obstacles)
}

fn email_obstacle(mail: &ListedMail, now: Timestamp) -> Option<Obstacle> {
    let is_late = mail.attempts > 0 || now.since(mail.created_at) > SOON;
    let kind = mail.kind.clone();
    match (mail.sent_at, mail.given_up_at) {
        (None, Some(given_up)) => Some(Obstacle::EmailFailed {
            kind,
            at: given_up.iso(),
        }),
        (None, None) if is_late && mail.next_attempt_at < NEVER => Some(Obstacle::EmailQueued {
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
