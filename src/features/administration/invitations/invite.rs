//! The operations: invite an email address, and withdraw the invitation.

use crate::accounts::rate_limits::{self, Limit};
use crate::accounts::{invitations, signups};
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::mail::emails::invitation::Invitation;
use crate::mail::enqueue;
use crate::store::users;
use crate::values::{ClientInfo, EmailAddress};

/// Outcome of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The email is queued. An earlier invitation of the address no longer works.
    Invited,
    /// The address has an account. No email is sent.
    HasAccount,
    /// The address got too many emails. An earlier invitation still works.
    EmailsLimited,
}

pub async fn invite(app: &App, email: EmailAddress) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::Address(email.key()))?;
        if users::by_email_key(tx, email.key())?.is_some() {
            return Ok(Outcome::HasAccount);
        }
        if !rate_limits::check(tx, Limit::Emails, email.key())? {
            return Ok(Outcome::EmailsLimited);
        }
        // An attacker may have signed up with the address. Its owner expects the invitation, and
        // must not confirm the attacker's password.
        signups::contest(tx, email.key())?;
        let (invitation, link) = invitations::issue(tx, &email)?;
        enqueue(tx, (&invitation).into(), Invitation { token: link.token })?;
        tx.log_address(email.key());
        tx.after_commit(|| tracing::info!(event = "invited"));
        Ok(Outcome::Invited)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}

/// Withdraws the invitation of an address. Returns false if there is none.
pub async fn withdraw(app: &App, email: EmailAddress) -> Result<bool, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::Address(email.key()))?;
        let is_withdrawn = invitations::remove(tx, email.key())?;
        if is_withdrawn {
            tx.log_address(email.key());
            tx.after_commit(|| tracing::info!(event = "invitation_withdrawn"));
        }
        Ok(is_withdrawn)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
