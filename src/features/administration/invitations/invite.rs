//! The operations: invite an email address, and withdraw the invitation.

use crate::accounts::admin_log::{self, AdminActor};
use crate::accounts::rate_limits::{self, Limit};
use crate::accounts::{invitations, signups};
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::features::administration::admin_action::authorize;
use crate::mail::emails::invitation::Invitation;
use crate::mail::enqueue;
use crate::store::{invitations as stored, users};
use crate::values::{AdminVerb, ClientInfo, EmailAddress, GroupName};

/// Subject of the limit for all administrators and the operator together.
const ALL_ADMINISTRATORS: &str = "all";

/// Outcome of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The email is queued. An earlier invitation of the address no longer works.
    Invited,
    /// The address has an account. No email is sent.
    HasAccount,
    /// A sign-up of the address awaits approval. No email is sent.
    AwaitingApproval,
    /// The address got too many emails. An earlier invitation still works.
    EmailsLimited,
    /// There were too many invitations in the last hour.
    InvitationsLimited,
    /// The actor is no longer an administrator, or the actor's session has ended.
    NotAllowed,
}

/// Invites an address. Its account joins the groups.
pub async fn invite(
    app: &App,
    by: AdminActor,
    email: EmailAddress,
    groups: Vec<GroupName>,
) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        let subjects = [LockKey::Administrators, LockKey::Address(email.key())];
        if !authorize(tx, &by, subjects)? {
            return Ok(Outcome::NotAllowed);
        }
        if let Some(rejected) = reject(tx, &email)? {
            return Ok(rejected);
        }
        // An attacker may have signed up with the address. Its owner expects the invitation, and
        // must not confirm the attacker's password.
        signups::contest(tx, email.key())?;
        let now = tx.now;
        let is_repeated = stored::by_email_key(tx, email.key(), now)?.is_some();
        let inviter = match by.administrator() {
            Some(id) => users::by_id(tx, id)?,
            None => None,
        };
        let (id, inviter) = inviter.map(|user| (user.id, user.email)).unzip();
        let (invitation, link) = invitations::issue(tx, &email, id, &groups)?;
        let token = link.token;
        enqueue(tx, (&invitation).into(), Invitation { token, inviter })?;
        tx.log_address(email.key());
        let verb = if is_repeated {
            AdminVerb::InvitationResent
        } else {
            AdminVerb::Invited
        };
        let detail = GroupName::join(&groups);
        admin_log::record_with_detail(tx, &by, verb, &invitation.id, detail.as_deref())?;
        Ok(Outcome::Invited)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}

/// Returns the outcome if the address cannot be invited now.
fn reject(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<Option<Outcome>, DbError> {
    if users::by_email_key(tx, email.key())?.is_some() {
        return Ok(Some(Outcome::HasAccount));
    }
    if signups::awaiting_approval(tx, email.key())?.is_some() {
        return Ok(Some(Outcome::AwaitingApproval));
    }
    // The limit of the address comes last. An invitation that is not sent must not count there.
    if !rate_limits::check(tx, Limit::Invitations, ALL_ADMINISTRATORS)? {
        return Ok(Some(Outcome::InvitationsLimited));
    }
    let is_within_limit = rate_limits::check(tx, Limit::Emails, email.key())?;
    Ok((!is_within_limit).then_some(Outcome::EmailsLimited))
}

/// Outcome of a withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    Withdrawn,
    /// The address has no open invitation.
    NotInvited,
    /// The actor is no longer an administrator, or the actor's session has ended.
    NotAllowed,
}

/// Withdraws the invitation of an address. Its link no longer works.
pub async fn withdraw(
    app: &App,
    by: AdminActor,
    email: EmailAddress,
) -> Result<Withdrawal, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        if !authorize(tx, &by, [LockKey::Address(email.key())])? {
            return Ok(Withdrawal::NotAllowed);
        }
        let now = tx.now;
        let Some(invitation) = stored::by_email_key(tx, email.key(), now)? else {
            return Ok(Withdrawal::NotInvited);
        };
        invitations::remove(tx, email.key())?;
        tx.log_address(email.key());
        admin_log::record(tx, &by, AdminVerb::InvitationWithdrawn, &invitation.id)?;
        Ok(Withdrawal::Withdrawn)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
