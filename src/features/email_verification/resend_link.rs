//! The operation: mails the confirmation link again, if a sign-up waits. Who asks never learns whether it did.

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::throttle::Limit;
use crate::app::{App, Failure};
use crate::db::{DbConnection, take_turn};
use crate::mail::{Outbox, send_confirmation_again};
use crate::store::pending_signups;
use crate::values::EmailAddress;

/// Mails a new link and voids the earlier ones.
pub async fn resend_link(app: &App, email: EmailAddress, client: Client) -> Result<(), Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (address, client_address) = (app.keys.log_name(email.key()), client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, email.key())?;
        audit::record(db, Event::ConfirmationRequested, None, &client, now)?;
        if !limits.admit(db, Limit::MailRequests, email.key(), now)? {
            return Ok(());
        }
        let signup = pending_signups::by_email_key(db, email.key(), now.millis())?;
        send_confirmation_again(db, outbox, &limits, email.key(), signup.as_ref(), now)
    };
    app.write_evenly(work).await?;
    tracing::info!(event = Event::ConfirmationRequested.name(), address, client = client_address);
    Ok(())
}
