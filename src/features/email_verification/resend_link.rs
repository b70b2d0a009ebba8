//! The operation: emails the confirmation link again, if a sign-up is pending. The client never
//! learns whether one is.

use crate::accounts::audit::{ClientInfo, Event};
use crate::accounts::throttle::{Limit, Wait};
use crate::app::{App, Failure};
use crate::db::{DbConnection, take_turn};
use crate::mail::{Outbox, send_confirmation_again};
use crate::store::pending_signups;
use crate::values::EmailAddress;

/// Outcome of a request for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, whether or not an email is sent.
    Accepted,
    /// The client's network is rate-limited.
    TooMany(Wait),
}

/// Emails a new link and invalidates the earlier ones.
pub async fn resend_link(app: &App, email: EmailAddress, client: ClientInfo) -> Result<Outcome, Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (address, client_address) = (app.keys.log_name(email.key()), client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, email.key())?;
        if let Err(wait) = limits.try_acquire_for_network(db, Limit::LinkRequests, client.network, now)? {
            return Ok(Outcome::TooMany(wait));
        }
        let signup = pending_signups::by_email_key(db, email.key(), now.millis())?;
        send_confirmation_again(db, outbox, &limits, email.key(), signup.as_ref(), now)?;
        Ok(Outcome::Accepted)
    };
    let outcome = app.write_evenly(work).await?;
    if outcome == Outcome::Accepted {
        tracing::info!(event = Event::ConfirmationRequested.name(), address, client = client_address);
    }
    Ok(outcome)
}
