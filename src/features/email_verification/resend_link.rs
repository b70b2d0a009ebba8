//! The operation: emails the confirmation link again, if a sign-up is pending. The client never
//! learns whether one is.

use crate::accounts::audit;
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::signups;
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::notifications::send_confirmation_again;
use crate::values::{ClientInfo, EmailAddress, Event};

/// Outcome of a request for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, whether or not an email is sent.
    Accepted,
    /// The client's network is rate-limited.
    RateLimited(Wait),
}

/// Emails a new link and invalidates the earlier ones.
pub async fn resend_link(
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
        let signup = signups::find_permitted(tx, &policy, &email)?;
        send_confirmation_again(tx, email.key(), signup.as_ref())?;
        tx.log_address(email.key());
        audit::log(tx, Event::ConfirmationRequested, None);
        Ok(Outcome::Accepted)
    };
    Ok(app.write_evenly(client, work).await?)
}
