//! The operation: mails the confirmation link again, if a sign-up waits. Who asks never learns whether it did.

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::throttle::Limit;
use crate::app::{App, Failure};
use crate::db::{DbConnection, take_turn};
use crate::mail::{Outbox, send_confirmation};
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
        match pending_signups::by_email_key(db, email.key(), now.millis())? {
            Some(signup) if limits.admit(db, Limit::Mails, email.key(), now)? => {
                send_confirmation(db, outbox, &signup, now)
            }
            None if limits.admit_nobody(db, email.key(), now)? => outbox.put_nothing(db, now),
            _ => Ok(()),
        }
    };
    app.write_evenly(work).await?;
    tracing::info!(event = Event::ConfirmationRequested.name(), address, client = client_address);
    Ok(())
}
