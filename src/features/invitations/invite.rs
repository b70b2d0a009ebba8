//! The operation: invites an email address.

use crate::accounts::invitations;
use crate::accounts::rate_limits::{self, Limit};
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::mail::emails::invitation::Invitation;
use crate::mail::{Recipient, enqueue};
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
        let (invitation, link) = invitations::issue(tx, &email)?;
        let recipient = Recipient {
            email: &invitation.email,
            subject_id: Some(&invitation.id),
        };
        enqueue(tx, recipient, Invitation { token: link.token })?;
        Ok(Outcome::Invited)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
