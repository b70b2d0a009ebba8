//! The operations: approve a sign-up, which creates the account, and decline it, which deletes it.

use crate::accounts::admin_log::{self, AdminActor};
use crate::accounts::users::create_user;
use crate::accounts::{devices, groups, links, login_protection, signups};
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::features::administration::admin_action;
use crate::mail::emails::approval::{AccountApproved, AccountDeclined};
use crate::mail::{Recipient, enqueue};
use crate::security::password_hash::PasswordHash;
use crate::store::pending_signups::{self, PendingSignup};
use crate::values::{AdminVerb, ClientInfo, EmailAddress, GroupName};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Creates the account, which joins these groups.
    Approve(Vec<GroupName>),
    Decline,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Decided,
    /// No sign-up with this address awaits approval.
    NotAwaitingApproval,
    /// The actor is no longer an administrator, or the actor's session has ended.
    NotAllowed,
}

/// Approves or declines the sign-up of an address. The first of several concurrent decisions wins.
pub async fn decide(
    app: &App,
    by: AdminActor,
    email: EmailAddress,
    decision: Decision,
) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        let locks = [LockKey::Administrators, LockKey::Address(email.key())];
        if !admin_action::authorize(tx, &by, locks)? {
            return Ok(Outcome::NotAllowed);
        }
        let Some(signup) = signups::awaiting_approval(tx, email.key())? else {
            return Ok(Outcome::NotAwaitingApproval);
        };
        tx.log_address(email.key());
        match decision {
            Decision::Approve(groups) => {
                // A node of an earlier version may have dropped the password.
                let Some(password_hash) = &signup.password_hash else {
                    return Ok(Outcome::NotAwaitingApproval);
                };
                approve(tx, &by, &signup, password_hash, &groups)?;
            }
            Decision::Decline => decline(tx, &by, &signup)?,
        }
        Ok(Outcome::Decided)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}

fn approve(
    tx: &mut Tx<'_>,
    by: &AdminActor,
    signup: &PendingSignup,
    password_hash: &PasswordHash,
    groups: &[GroupName],
) -> Result<(), DbError> {
    let user = create_user(tx, &signup.email, signup.name.as_deref(), password_hash)?;
    groups::join_all(tx, &user.id, groups)?;
    pending_signups::delete(tx, &signup.id)?;
    links::hand_over_with_emails(tx, &signup.id, &user.id)?;
    // Failures from the time before the account existed must not count against it.
    login_protection::reset_failures(tx, &signup.email_key)?;
    if let Some(device) = &signup.device_hash {
        devices::remember_hash(tx, &user.id, device)?;
    }
    let detail = GroupName::join(groups);
    admin_log::record_with_detail(tx, by, AdminVerb::Approved, &user.id.0, detail.as_deref())?;
    let name = user.name.clone();
    enqueue(tx, (&user).into(), AccountApproved { name })
}

/// Deletes the sign-up. The email has no subject, so it stays in the outbox.
fn decline(tx: &mut Tx<'_>, by: &AdminActor, signup: &PendingSignup) -> Result<(), DbError> {
    signups::remove_pending(tx, &signup.email_key)?;
    admin_log::record(tx, by, AdminVerb::Declined, &signup.id)?;
    let recipient = Recipient {
        email: &signup.email,
        subject_id: None,
    };
    let name = signup.name.clone();
    enqueue(tx, recipient, AccountDeclined { name })
}
