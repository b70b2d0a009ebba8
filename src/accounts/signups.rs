//! Pending sign-ups: how a second sign-up contests one, and how one is removed with its links and
//! emails.

use super::links;
use crate::config::SignUpPolicy;
use crate::db::{DbError, Tx};
use crate::store::pending_signups::{self, PendingSignup};
use crate::values::EmailAddress;

/// Contests the pending sign-up of an email address by removing its password. Two people may sign
/// up with the address, but only one of them reads its email. With either password kept, that one
/// could get an account whose password the other knows (`docs/security.md`, 3).
///
/// No rate limit is checked first, because an attacker could use it up.
///
/// Returns the pending sign-up without its password and name, if there is one.
pub fn contest(tx: &mut Tx<'_>, email_key: &str) -> Result<Option<PendingSignup>, DbError> {
    let now = tx.now;
    let Some(pending) = pending_signups::by_email_key(tx, email_key, now)? else {
        return Ok(None);
    };
    pending_signups::drop_password(tx, &pending.id)?;
    Ok(Some(pending.contested()))
}

/// Returns the pending sign-up of an address that can still sign up. Otherwise requests for another
/// link would keep a sign-up from before a stricter rule alive.
pub fn find_permitted(
    tx: &mut Tx<'_>,
    policy: &SignUpPolicy,
    email: &EmailAddress,
) -> Result<Option<PendingSignup>, DbError> {
    let now = tx.now;
    let pending = pending_signups::by_email_key(tx, email.key(), now)?;
    Ok(pending.filter(|_| policy.permit(email.clone()).is_ok()))
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
