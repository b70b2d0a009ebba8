//! The operation: mails the confirmation link again, if a sign-up waits. Who asks never learns whether it did.

use std::sync::Arc;

use crate::accounts::audit::{self, Client, Event};
use crate::app::{App, Failure};
use crate::mail::{enqueue_nothing, send_confirmation};
use crate::store::pending_signups;
use crate::values::EmailAddress;

/// Mails a new link and voids the earlier ones.
pub async fn resend_link(app: &App, email: EmailAddress, client: Client) -> Result<(), Failure> {
    let (now, keys) = (app.clock.now(), Arc::clone(&app.keys));
    let (address, client_address) = (keys.log_name(email.key()), client.address.clone());
    let work = move |db: &mut _| {
        audit::record(db, Event::ConfirmationRequested, None, &client, now)?;
        match pending_signups::by_email_key(db, email.key(), now.millis())? {
            Some(signup) => send_confirmation(db, &keys, &signup, now),
            None => enqueue_nothing(db, &keys, now),
        }
    };
    app.db.write(work).await?;
    tracing::info!(event = Event::ConfirmationRequested.name(), address, client = client_address);
    Ok(())
}
