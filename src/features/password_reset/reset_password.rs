//! The operation: sets a new password through a reset link.
//!
//! One transaction consumes the link, changes the password and ends every session, so that no
//! session outlives its password (CVE-2026-43911). It also invalidates every other link except undo
//! links, enqueues a security notice and records the audit event.

use std::time::Duration;

use crate::accounts::authentication::passwords::{self, AcceptedPassword};
use crate::accounts::authentication::replace_password::replace_password;
use crate::accounts::links::{self, LinkState, Purpose};
use crate::accounts::oauth::api_tokens;
use crate::accounts::sessions::{self, EndReason};
use crate::accounts::{devices, login_protection};
use crate::app::{App, Failure};
use crate::db::{DbError, Tx};
use crate::mail::emails::password::{LoggedOut, PasswordChanged};
use crate::notifications::notify_with_undo;
use crate::security::password_hash::PasswordHash;
use crate::security::tokens;
use crate::store::links::Link;
use crate::store::users::{self, User};
use crate::store::{passkeys, password_credentials, personal_tokens, totp_credentials};
use crate::values::{ClientInfo, DeviceId, Event, Token, TokenHash, UserId};

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
    /// The password is set. Contains the email address of the account.
    Saved(String),
    /// The link is unknown, used, expired or invalidated.
    LinkUnusable,
    /// The user chose the password that an undo has blocked. The link still works.
    BlockedPassword,
}

/// Returns the link if it works. Changes nothing.
pub async fn peek(app: &App, token: &Token) -> Result<Option<ResetLink>, Failure> {
    let token_hash = tokens::hash_token(token);
    let query = move |tx: &mut Tx<'_>| {
        let Some((link, user)) = find(tx, &token_hash)? else {
            return Ok(None);
        };
        let revokes_tokens =
            reset_revokes_tokens(tx, &user)? && api_tokens::count_live(tx, &user.id)? > 0;
        Ok(Some(ResetLink {
            id: link.id,
            user,
            revokes_tokens,
        }))
    };
    Ok(app.read(query).await?)
}

/// Sets the password. `device` is the browser of the request, or `None` for an API client.
pub async fn reset_password(
    app: &App,
    token: &Token,
    choice: Choice,
    device: Option<DeviceId>,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let token_hash = tokens::hash_token(token);
    let link = token_hash.clone();
    let blocked = app.read(move |tx| blocked_password(tx, &link)).await?;
    let (hasher, cost) = (&app.hasher, app.settings.bcrypt_cost);
    let accepted = passwords::hash_unless_blocked(hasher, choice.password, blocked, cost).await?;
    let Some(password_hash) = accepted else {
        return Ok(Outcome::BlockedPassword);
    };
    let work = move |tx: &mut Tx<'_>| {
        links::lock(tx, Purpose::Reset, &token_hash)?;
        let Some((link, user)) = find(tx, &token_hash)? else {
            return Ok(Outcome::LinkUnusable);
        };
        let now = tx.now;
        // Must run before this link is consumed, because it searches for used reset links.
        let revokes_now = !choice.keep_tokens && reset_revokes_tokens(tx, &user)?;
        if !links::consume(tx, &link)? {
            return Ok(Outcome::LinkUnusable);
        }
        replace_password(tx, &user.id, &password_hash)?;
        password_credentials::set_by_link(tx, &user.id, now)?;
        sessions::end_all(tx, &user.id, EndReason::PasswordChanged)?;
        devices::forget(tx, &user.id, None)?;
        login_protection::reset_failures(tx, &user.email_key)?;
        login_protection::end_code_lockout(tx, &user.id)?;
        if let Some(device) = &device {
            devices::count_as_known_for_a_day(tx, &user.id, device)?;
        }
        // API tokens of an older account keep working. A forgotten password should not break the
        // owner's programs. The email lists the tokens.
        let mut working_tokens = api_tokens::live_names(tx, &user.id)?;
        let mut revoked_tokens = Vec::new();
        if revokes_now {
            personal_tokens::delete_all(tx, &user.id)?;
            std::mem::swap(&mut working_tokens, &mut revoked_tokens);
        }
        // A reset leaves the second step as it is. An attacker who signed up with the owner's
        // address may have added it, so the email names it.
        let working_passkeys = passkeys::live(tx, &user.id)?.len();
        let has_app = !totp_credentials::live(tx, &user.id)?.is_empty();
        notify_with_undo(tx, Event::PasswordReset, &user, |notice| {
            let logged_out = LoggedOut::Everywhere;
            PasswordChanged {
                notice,
                logged_out,
                working_tokens,
                revoked_tokens,
                working_passkeys,
                has_app,
            }
        })?;
        Ok(Outcome::Saved(user.email))
    };
    Ok(app.write(client, work).await?)
}

/// Returns the blocked password of the link's account. Someone else may know it.
fn blocked_password(tx: &mut Tx<'_>, token: &TokenHash) -> Result<Option<PasswordHash>, DbError> {
    let Some((_, user)) = find(tx, token)? else {
        return Ok(None);
    };
    let stored = password_credentials::of(tx, &user.id)?;
    Ok(stored
        .filter(|stored| stored.is_set() && stored.blocked_at.is_some())
        .map(|stored| stored.password_hash))
}

/// Returns true for the first reset of a young account.
fn reset_revokes_tokens(tx: &mut Tx<'_>, user: &User) -> Result<bool, DbError> {
    let is_young = user.created_at > tx.now - YOUNG;
    Ok(is_young && !links::was_used(tx, Purpose::Reset, &user.id.0)?)
}

/// Returns a working link and its user. The account must still have the address that the link was
/// sent to. Only the reset link of an undo works with any address of the account
/// (`docs/security.md`, 19).
fn find(tx: &mut Tx<'_>, token: &TokenHash) -> Result<Option<(Link, User)>, DbError> {
    let LinkState::Live(link) = links::peek(tx, Purpose::Reset, token)? else {
        return Ok(None);
    };
    let Some(user) = users::by_id(tx, &UserId(link.subject_id.clone()))? else {
        return Ok(None);
    };
    let blocked_by = password_credentials::of(tx, &user.id)?.and_then(|stored| stored.blocked_by);
    let works = user.email_key == link.email_key || blocked_by.as_ref() == Some(&link.id);
    Ok(works.then_some((link, user)))
}
