//! The operation: sets a new password through a reset link.
//!
//! One transaction consumes the link, changes the password and ends every session, so that no
//! session outlives its password (CVE-2026-43911). It also invalidates every other link except undo
//! links, enqueues a security notice and records the audit event.

use std::time::Duration;

use crate::accounts::audit::{ClientInfo, Event};
use crate::accounts::devices;
use crate::accounts::links::{self, Purpose, State};
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::accounts::personal_tokens;
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::mail::{EmailKind, LoggedOut, Outbox, SecurityNotice, notify_with_undo};
use crate::security::tokens;
use crate::store::links::Link;
use crate::store::users::{self, User};
use crate::store::{password_credentials, personal_tokens as token_rows};
use crate::values::{DeviceId, Token, TokenHash, UserId};

/// The first reset of an account younger than this revokes its API tokens. An attacker who signed
/// up with the owner's address may have created them (`docs/security.md`, 13).
const YOUNG: Duration = Duration::from_hours(24);

/// A working reset link.
#[derive(Debug)]
pub struct ResetLink {
    /// The id of the link. The rate limit for new passwords counts per link.
    pub id: String,
    pub user: User,
    /// True if the reset revokes API tokens, unless the user chooses to keep them.
    pub revokes_tokens: bool,
}

/// Values of the reset form.
#[derive(Debug)]
pub struct Choice {
    pub password: AcceptedPassword,
    /// True if API tokens stay even if the reset would revoke them.
    pub keep_tokens: bool,
}

/// Outcome of a reset.
#[derive(Debug)]
pub enum Outcome {
    Saved {
        user: UserId,
        email: String,
    },
    /// The link is unknown, used, expired or invalidated.
    LinkUnusable,
}

/// Returns the link if it works. Changes nothing.
pub async fn look_at(app: &App, token: &Token) -> Result<Option<ResetLink>, Failure> {
    let (token, now) = (tokens::hash_token(token), app.clock.now());
    let query = move |db: &mut DbConnection| {
        let Some((link, user)) = find(db, &token, now)? else { return Ok(None) };
        let id = UserId(user.id.clone());
        let revokes_tokens = revokes_tokens(db, &id, now)? && personal_tokens::count_live(db, &id, now)? > 0;
        Ok(Some(ResetLink { id: link.id, user, revokes_tokens }))
    };
    Ok(app.db.read(query).await?)
}

/// Sets the password. `device` is the browser of the request, or `None` for an API client.
pub async fn reset_password(
    app: &App,
    token: &Token,
    choice: Choice,
    device: Option<DeviceId>,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let password_hash = passwords::hash(&app.hasher, choice.password, app.settings.bcrypt_cost).await?;
    let (token, now, limits) = (tokens::hash_token(token), app.clock.now(), app.limits.clone());
    let client_address = client.address.clone();
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        links::take_turn(db, Purpose::Reset, &token)?;
        let Some((link, user)) = find(db, &token, now)? else { return Ok(Outcome::LinkUnusable) };
        let id = UserId(user.id.clone());
        // Must run before this link is consumed, because it searches for used reset links.
        let revokes_now = !choice.keep_tokens && revokes_tokens(db, &id, now)?;
        if !links::consume(db, &link, now)? {
            return Ok(Outcome::LinkUnusable);
        }
        password_credentials::change(db, &id.0, &password_hash.0, now.millis())?;
        sign_out::end_all(db, &id, EndReason::PasswordChanged, now)?;
        devices::forget(db, &id, None)?;
        links::void_all(db, &id.0, now)?;
        limits.reset_failures(db, &user.email_key)?;
        if let Some(device) = &device {
            limits.trust(db, &id, &tokens::hash_device_id(device), now)?;
        }
        // API tokens of an older account keep working. A forgotten password should not break the
        // owner's programs. The email lists the tokens.
        let mut working_tokens = personal_tokens::live_names(db, &id, now)?;
        let mut revoked_tokens = Vec::new();
        if revokes_now {
            token_rows::delete_all(db, &id.0)?;
            std::mem::swap(&mut working_tokens, &mut revoked_tokens);
        }
        notify_with_undo(db, outbox, Event::PasswordReset, &user, &client, now, |fact| {
            let SecurityNotice { name, at, device, undo } = fact;
            let logged_out = LoggedOut::Everywhere;
            EmailKind::PasswordChanged {
                name,
                at,
                device,
                logged_out,
                undo: Some(undo),
                working_tokens,
                revoked_tokens,
            }
        })?;
        Ok(Outcome::Saved { user: id, email: user.email })
    };
    let outcome = app.write_with_mail(work).await?;
    if let Outcome::Saved { user, .. } = &outcome {
        tracing::info!(event = Event::PasswordReset.name(), user = user.0, client = client_address);
    }
    Ok(outcome)
}

/// Returns true for the first reset of a young account.
fn revokes_tokens(db: &mut DbConnection, user: &UserId, now: Timestamp) -> Result<bool, DbError> {
    let created_at = users::created_at(db, &user.0)?;
    let is_young = created_at.is_some_and(|created_at| created_at > (now - YOUNG).millis());
    Ok(is_young && !links::was_used(db, Purpose::Reset, user)?)
}

/// Returns a working link and its user. The account must still have the address that the link was
/// sent to. Only the reset link of an undo works with any address of the account
/// (`docs/security.md`, 19).
fn find(db: &mut DbConnection, token: &TokenHash, now: Timestamp) -> Result<Option<(Link, User)>, DbError> {
    let State::Live(link) = links::peek(db, Purpose::Reset, token, now)? else { return Ok(None) };
    let Some(user) = users::by_id(db, &link.subject_id)? else { return Ok(None) };
    let blocked_by = password_credentials::of(db, &user.id)?.and_then(|stored| stored.blocked_by);
    let works = user.email_key == link.email_key || blocked_by.as_ref() == Some(&link.id);
    Ok(works.then_some((link, user)))
}
