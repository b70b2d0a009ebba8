//! The operation: emails a reset link. For a pending sign-up, sends the confirmation link again.
//! The client never learns which email was sent, if any.

use std::time::Duration;

use crate::accounts::audit::{self, ClientInfo, Event};
use crate::accounts::links::{self, Purpose};
use crate::accounts::throttle::{Limit, Limits, Wait};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::mail::{EmailKind, Outbox, send_confirmation_again};
use crate::security::tokens;
use crate::store::users::{self, User};
use crate::store::{links as link_rows, password_credentials, pending_signups};
use crate::values::{EmailAddress, UserId};

/// Time after an undo in which only the mailbox that got its reset link can reset the password
/// (`docs/security.md`, 19).
const UNDO_GOES_FIRST: Duration = Duration::from_hours(24);

/// Outcome of a request for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, whether or not an email is sent.
    Accepted,
    /// The client network is rate-limited.
    TooMany(Wait),
}

/// Emails the link to the stored address, never to the typed one (CVE-2019-19844).
pub async fn request_reset(app: &App, email: EmailAddress, client: ClientInfo) -> Result<Outcome, Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (address, client_address) = (app.keys.log_name(email.key()), client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, email.key())?;
        if let Err(wait) = limits.try_acquire_for_network(db, Limit::LinkRequests, client.network, now)? {
            return Ok(Outcome::TooMany(wait));
        }
        if let Some(user) = owner(db, email.key(), now)? {
            send_reset(db, outbox, &limits, &user, &client, now)?;
        } else {
            let pending = pending_signups::by_email_key(db, email.key(), now.millis())?;
            send_confirmation_again(db, outbox, &limits, email.key(), pending.as_ref(), now)?;
        }
        Ok(Outcome::Accepted)
    };
    let outcome = app.write_evenly(work).await?;
    if outcome == Outcome::Accepted {
        tracing::info!(event = Event::ResetRequested.name(), address, client = client_address);
    }
    Ok(outcome)
}

/// Emails a reset link to the owner. If the address is rate-limited, sends nothing, and the earlier
/// link still works.
fn send_reset(
    db: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    user: &User,
    client: &ClientInfo,
    now: Timestamp,
) -> Result<(), DbError> {
    if !limits.check(db, Limit::Mails, &user.email_key, now)? {
        return Ok(());
    }
    let token = links::issue(db, Purpose::Reset, &user.id, &user.email, now)?.token;
    audit::record(db, Event::ResetRequested, &UserId(user.id.clone()), client, now)?;
    outbox.enqueue(db, user.into(), EmailKind::ResetPassword { token, name: user.name.clone() }, now)
}

/// Returns the user with this address, and locks that user. An unknown address runs the same
/// queries.
///
/// An undo blocks the password and emails a reset link. If that link went to another address, the
/// user is not found here for 24 hours. The holder of the present address must not get in before
/// the owner.
fn owner(db: &mut DbConnection, email_key: &str, now: Timestamp) -> Result<Option<User>, DbError> {
    let id = users::by_email_key(db, email_key)?.map_or_else(tokens::random_id, |user| user.id);
    take_turn(db, &id)?;
    let user = users::by_id(db, &id)?.filter(|user| user.email_key == email_key);
    let stored = password_credentials::of(db, &id)?;
    let blocked_by = stored
        .filter(|stored| stored.blocked_at > Some((now - UNDO_GOES_FIRST).millis()))
        .and_then(|stored| stored.blocked_by);
    let opens_it = link_rows::of_subject(db, &id, blocked_by.as_deref().unwrap_or_default())?;
    Ok(user.filter(|_| opens_it.is_none_or(|link| link.email_key == email_key)))
}
