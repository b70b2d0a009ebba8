//! The operation: mails a link to set a new password. For a sign-up that waits, the mail is the confirmation link again.
//! Who asks never learns what was sent, or whether.

use std::time::Duration;

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::links::{self, Purpose};
use crate::accounts::throttle::Limit;
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::mail::{Letter, Outbox, send_confirmation_again};
use crate::security::tokens;
use crate::store::users::{self, User};
use crate::store::{links as link_rows, password_credentials, pending_signups};
use crate::values::{EmailAddress, UserId};

/// How long after an undo only the mailbox that it mailed to can open the account (`docs/security.md`, 19).
const UNDO_GOES_FIRST: Duration = Duration::from_hours(24);

/// Mails the link to the stored address, never to the typed one (CVE-2019-19844).
pub async fn request_reset(app: &App, email: EmailAddress, client: Client) -> Result<(), Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (address, client_address) = (app.keys.log_name(email.key()), client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, email.key())?;
        let may_ask = limits.admit(db, Limit::MailRequests, email.key(), now)?;
        if let Some(user) = owner(db, email.key(), now)? {
            // Whether others have asked too often is no matter: requests that wrote nothing keep no owner from a link.
            if !limits.admit(db, Limit::Mails, email.key(), now)? {
                audit::record(db, Event::ResetRequested, None, &client, now)?;
                return Ok(());
            }
            let token = links::issue(db, Purpose::Reset, &user.id, &user.email, now)?.token;
            audit::record(db, Event::ResetRequested, Some(&UserId(user.id.clone())), &client, now)?;
            let letter = Letter::ResetPassword { token, name: user.name.clone() };
            return outbox.put(db, (&user).into(), letter, now);
        }
        audit::record(db, Event::ResetRequested, None, &client, now)?;
        // What was asked for too often is for nobody, so that as much is done as for an account.
        let signup = pending_signups::by_email_key(db, email.key(), now.millis())?.filter(|_| may_ask);
        send_confirmation_again(db, outbox, &limits, email.key(), signup.as_ref(), now)
    };
    app.write_evenly(work).await?;
    tracing::info!(event = Event::ResetRequested.name(), address, client = client_address);
    Ok(())
}

/// Whose address it is, in the turn of that user. For a day after an undo has shut the account and mailed its link to another
/// address, it is nobody's: whoever has the present one must not open it before whoever has that one. The same statements are run
/// for an address that nobody has.
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
