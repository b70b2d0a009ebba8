//! The operation: emails a reset link. For a pending sign-up, sends the confirmation link again.
//! The client never learns which email was sent, if any.

use crate::accounts::audit;
use crate::accounts::authentication::reset_rule::goes_to_another_address;
use crate::accounts::links::{self, Purpose};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::signups;
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::password::ResetPassword;
use crate::mail::enqueue;
use crate::notifications::send_confirmation_again;
use crate::security::tokens;
use crate::store::users::{self, User};
use crate::values::{ClientInfo, EmailAddress, Event, UserId};

/// Outcome of a request for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, whether or not an email is sent.
    Accepted,
    /// The client network is rate-limited.
    RateLimited(Wait),
}

/// Emails the link to the stored address, never to the typed one (CVE-2019-19844).
pub async fn request_reset(
    app: &App,
    email: EmailAddress,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let policy = app.settings.site.sign_up.clone();
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::Address(email.key()))?;
        if let Err(wait) = rate_limits::try_acquire_for_network(tx, Limit::LinkRequests)? {
            return Ok(Outcome::RateLimited(wait));
        }
        if let Some(user) = owner(tx, email.key())? {
            send_reset(tx, &user)?;
        } else {
            let pending = signups::find_permitted(tx, &policy, &email)?;
            send_confirmation_again(tx, email.key(), pending.as_ref())?;
        }
        tx.log_address(email.key());
        audit::log(tx, Event::ResetRequested, None);
        Ok(Outcome::Accepted)
    };
    Ok(app.write_evenly(client, work).await?)
}

/// Emails a reset link to the owner. If the address is rate-limited, sends nothing, and the earlier
/// link still works.
fn send_reset(tx: &mut Tx<'_>, user: &User) -> Result<(), DbError> {
    if !rate_limits::check(tx, Limit::Emails, &user.email_key)? {
        return Ok(());
    }
    let token = links::issue(tx, Purpose::Reset, &user.id.0, &user.email)?.token;
    audit::store(tx, Event::ResetRequested, &user.id)?;
    enqueue(
        tx,
        user.into(),
        ResetPassword {
            token,
            name: user.name.clone(),
            by_administrator: false,
        },
    )
}

/// Returns the user with this address, and locks that user. An unknown address runs the same
/// queries.
///
/// An undo blocks the password and emails a reset link. If that link went to another address, the
/// user is not found here for 24 hours. The holder of the present address must not get in before
/// the owner.
fn owner(tx: &mut Tx<'_>, email_key: &str) -> Result<Option<User>, DbError> {
    let id = users::by_email_key(tx, email_key)?
        .map_or_else(|| UserId(tokens::random_id()), |user| user.id);
    tx.lock(LockKey::User(&id.0))?;
    let user = users::by_id(tx, &id)?.filter(|user| user.email_key == email_key);
    let goes_to_another = goes_to_another_address(tx, &id, email_key)?;
    Ok(user.filter(|_| !goes_to_another))
}
