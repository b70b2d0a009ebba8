//! The operation: sets a new password by a mailed link. One transaction uses the link up, changes the password, ends
//! every session, voids every other link, writes the notice and notes what happened: nothing that was open before the
//! reset stays open after it (CVE-2026-43911).

use crate::accounts::audit::{Client, Event};
use crate::accounts::devices;
use crate::accounts::links::{self, Purpose, State};
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::accounts::personal_tokens;
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::mail::{Letter, LoggedOut, Outbox, Undoable, tell_undoable};
use crate::security::tokens;
use crate::store::links::Link;
use crate::store::password_credentials;
use crate::store::users::{self, User};
use crate::values::{DeviceId, Token, TokenHash, UserId};

/// What the click did.
#[derive(Debug)]
pub enum Outcome {
    /// The password is set.
    Saved {
        /// Whose it is.
        user: UserId,
        /// With which address.
        email: String,
    },
    /// The link does not work, or no longer.
    LinkUnusable,
}

/// Looks at a link and changes nothing: whose it is, if it works.
pub async fn look_at(app: &App, token: &Token) -> Result<Option<User>, Failure> {
    let (token, now) = (tokens::hash_token(token), app.clock.now());
    Ok(app.db.read(move |db| Ok(find(db, &token, now)?.map(|(_, user)| user))).await?)
}

/// Sets the password. `device` is the browser that it is set in, if it is one.
pub async fn reset_password(
    app: &App,
    token: &Token,
    password: AcceptedPassword,
    device: Option<DeviceId>,
    client: Client,
) -> Result<Outcome, Failure> {
    let password_hash = passwords::hash(&app.hasher, password, app.settings.bcrypt_cost).await?;
    let (token, now, limits) = (tokens::hash_token(token), app.clock.now(), app.limits.clone());
    let client_address = client.address.clone();
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        links::take_turn(db, Purpose::Reset, &token)?;
        let Some((link, user)) = find(db, &token, now)? else { return Ok(Outcome::LinkUnusable) };
        if !links::consume(db, &link, now)? {
            return Ok(Outcome::LinkUnusable);
        }
        let id = UserId(user.id.clone());
        password_credentials::change(db, &id.0, &password_hash.0, now.millis())?;
        sign_out::end_all(db, &id, EndReason::PasswordChanged, now)?;
        devices::forget(db, &id, None)?;
        links::void_all(db, &id.0, now)?;
        limits.forget_guesses(db, &user.email_key)?;
        if let Some(device) = &device {
            limits.trust(db, &id, &tokens::hash_device_id(device), now)?;
        }
        // They work as before, so that nothing stops at a forgotten password; the mail tells of them.
        let tokens = personal_tokens::count_live(db, &id, now)?;
        tell_undoable(db, outbox, Event::PasswordReset, &user, &client, now, |fact| {
            let Undoable { name, at, device, undo } = fact;
            let logged_out = LoggedOut::Everywhere;
            Letter::PasswordChanged { name, at, device, logged_out, undo: Some(undo), tokens }
        })?;
        Ok(Outcome::Saved { user: id, email: user.email })
    };
    let outcome = app.write_with_mail(work).await?;
    if let Outcome::Saved { user, .. } = &outcome {
        tracing::info!(event = Event::PasswordReset.name(), user = user.0, client = client_address);
    }
    Ok(outcome)
}

/// The link and its user, if it works and still belongs to the address that it went to. The one that an undo has mailed works
/// for whichever address the account has (`docs/security.md`, 19).
fn find(db: &mut DbConnection, token: &TokenHash, now: Timestamp) -> Result<Option<(Link, User)>, DbError> {
    let State::Live(link) = links::peek(db, Purpose::Reset, token, now)? else { return Ok(None) };
    let Some(user) = users::by_id(db, &link.subject_id)? else { return Ok(None) };
    let blocked_by = password_credentials::of(db, &user.id)?.and_then(|stored| stored.blocked_by);
    let works = user.email_key == link.email_key || blocked_by.as_ref() == Some(&link.id);
    Ok(works.then_some((link, user)))
}
