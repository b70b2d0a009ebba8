//! The operation: mails a link to set a new password. For a sign-up that waits, the mail is the confirmation link again.
//! Who asks never learns what was sent, or whether.

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::links::{self, Purpose};
use crate::app::{App, Failure};
use crate::db::{DbConnection, take_turn};
use crate::mail::{Letter, Outbox, send_confirmation};
use crate::store::{pending_signups, users};
use crate::values::{EmailAddress, UserId};

/// Mails the link to the stored address, never to the typed one (CVE-2019-19844).
pub async fn request_reset(app: &App, email: EmailAddress, client: Client) -> Result<(), Failure> {
    let now = app.clock.now();
    let (address, client_address) = (app.keys.log_name(email.key()), client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, email.key())?;
        if !outbox.admits(db, &email, now)? {
            return audit::record(db, Event::ResetRequested, None, &client, now);
        }
        if let Some(user) = users::by_email_key(db, email.key())? {
            let token = links::issue(db, Purpose::Reset, &user.id, email.key(), now)?;
            audit::record(db, Event::ResetRequested, Some(&UserId(user.id)), &client, now)?;
            return outbox.put(db, &user.email, &Letter::ResetPassword { token, name: user.name }, now);
        }
        audit::record(db, Event::ResetRequested, None, &client, now)?;
        match pending_signups::by_email_key(db, email.key(), now.millis())? {
            Some(signup) => send_confirmation(db, outbox, &signup, now),
            None => outbox.put_nothing(db, now),
        }
    };
    app.write_with_mail(work).await?;
    tracing::info!(event = Event::ResetRequested.name(), address, client = client_address);
    Ok(())
}
