//! Pending sign-ups: how a second sign-up contests one, how one comes to await approval, and how
//! one is removed with its links and emails.

use std::time::Duration;

use super::links;
use crate::config::SignUpPolicy;
use crate::db::{DbError, Tx};
use crate::security::password_hash::PasswordHash;
use crate::store::invitations;
use crate::store::pending_signups::{self, PendingSignup};
use crate::values::{DeviceHash, EmailAddress};

/// Time for which a confirmed sign-up awaits approval.
const APPROVAL_WAIT: Duration = Duration::from_hours(14 * 24);

/// Contests the pending sign-up of an email address by removing its password. Two people may sign
/// up with the address, but only one of them reads its email. With either password kept, that one
/// could get an account whose password the other knows (`docs/security.md`, 3).
///
/// No rate limit is checked first, because an attacker could use it up. A sign-up that awaits
/// approval stays as it is, because the mailbox's owner has confirmed it.
///
/// Returns the pending sign-up as it is now, if there is one.
pub fn contest(tx: &mut Tx<'_>, email_key: &str) -> Result<Option<PendingSignup>, DbError> {
    let now = tx.now;
    let Some(pending) = pending_signups::by_email_key(tx, email_key, now)? else {
        return Ok(None);
    };
    if pending.awaits_approval() {
        return Ok(Some(pending));
    }
    pending_signups::drop_password(tx, &pending.id)?;
    Ok(Some(pending.contested()))
}

/// Returns the sign-up of an address that awaits approval.
pub fn awaiting_approval(
    tx: &mut Tx<'_>,
    email_key: &str,
) -> Result<Option<PendingSignup>, DbError> {
    let now = tx.now;
    let signup = pending_signups::by_email_key(tx, email_key, now)?;
    Ok(signup.filter(PendingSignup::awaits_approval))
}

/// Returns true if an administrator must approve the sign-up. An invitation counts as an approval.
pub fn needs_approval(
    tx: &mut Tx<'_>,
    policy: &SignUpPolicy,
    signup: &PendingSignup,
) -> Result<bool, DbError> {
    let now = tx.now;
    // A stored address can always be parsed. Any other one would need an approval.
    let email = EmailAddress::parse(&signup.email).ok();
    Ok(email.is_none_or(|email| policy.needs_approval(&email))
        && invitations::by_email_key(tx, &signup.email_key, now)?.is_none())
}

/// Confirms the address of a sign-up, and leaves it for an administrator to approve. After the
/// approval, the user logs in with this password, and the device is a known device.
pub fn leave_for_approval(
    tx: &mut Tx<'_>,
    signup: PendingSignup,
    password_hash: PasswordHash,
    device: DeviceHash,
) -> Result<(), DbError> {
    let confirmed = PendingSignup {
        password_hash: Some(password_hash),
        confirmed_at: Some(tx.now),
        device_hash: Some(device),
        expires_at: tx.now + APPROVAL_WAIT,
        ..signup
    };
    Ok(pending_signups::confirm(tx, &confirmed)?)
}

/// Returns the pending sign-up of an address if it awaits approval, or if the policy still permits
/// the address. Otherwise returns `None`, because a new link would prolong a sign-up that a
/// stricter policy now forbids.
pub fn find_permitted(
    tx: &mut Tx<'_>,
    policy: &SignUpPolicy,
    email: &EmailAddress,
) -> Result<Option<PendingSignup>, DbError> {
    let now = tx.now;
    let pending = pending_signups::by_email_key(tx, email.key(), now)?;
    Ok(pending.filter(|pending| pending.awaits_approval() || policy.permit(email.clone()).is_ok()))
}

/// Stores a pending sign-up. Replaces an expired one for the same email address.
pub fn insert(tx: &mut Tx<'_>, signup: &PendingSignup) -> Result<(), DbError> {
    remove_pending(tx, &signup.email_key)?;
    Ok(pending_signups::insert(tx, signup)?)
}

/// Removes the pending sign-up for an email address, with its links and emails. It was replaced, or
/// the address has come to belong to an account in another way.
pub fn remove_pending(tx: &mut Tx<'_>, email_key: &str) -> Result<(), DbError> {
    if let Some(id) = pending_signups::remove(tx, email_key)? {
        links::delete_with_emails(tx, &id)?;
    }
    Ok(())
}
