//! Pending sign-ups: how a second sign-up contests one, and how one is removed with its links and
//! emails.

use std::time::Duration;

use crate::db::{DbError, Tx};
use crate::security::tokens;
use crate::store::pending_signups::{self, PendingSignup};
use crate::store::{links, outbox};

/// Time within which the same form counts as one sign-up.
const REPEATED_WITHIN: Duration = Duration::from_secs(10);
/// In bytes.
const LONGEST_FORM_ID: usize = 64;

/// A digest of the typed values, keyed with the random id of one rendering of the form. It detects
/// a form that is sent twice. The id is not stored, so an attacker with a copy of the database
/// cannot try passwords against the digest.
#[derive(Clone, Debug)]
pub struct FormDigest(pub String);

impl FormDigest {
    /// Returns `None` if the form has no id or an id longer than the server creates.
    pub fn of(form_id: &str, password: &str, name: &str) -> Option<Self> {
        let is_possible = (1..=LONGEST_FORM_ID).contains(&form_id.len());
        is_possible.then(|| {
            Self(tokens::keyed_digest(
                form_id,
                &format!("{} {password} {name}", password.len()),
            ))
        })
    }
}

/// Outcome of contesting the pending sign-up of an email address.
pub enum Contest {
    None,
    /// The pending sign-up came from the same form a moment ago. The user pressed the button twice,
    /// or the browser sent the form again after a broken connection.
    SameForm(PendingSignup),
    /// The pending sign-up, without its password, name and digest.
    Contested(PendingSignup),
}

/// Contests the pending sign-up of an email address by removing its password. Two people may sign
/// up with the address, but only one of them reads its email. With either password kept, that one
/// could get an account whose password the other knows (`docs/security.md`, 3).
///
/// No rate limit is checked first, because an attacker could use it up.
pub fn contest(
    tx: &mut Tx<'_>,
    email_key: &str,
    digest: Option<&FormDigest>,
) -> Result<Contest, DbError> {
    let now = tx.now;
    let Some(pending) = pending_signups::by_email_key(tx, email_key, now)? else {
        return Ok(Contest::None);
    };
    let is_same =
        digest.is_some_and(|digest| pending.form_digest.as_deref() == Some(digest.0.as_str()));
    if is_same && pending.created_at > now - REPEATED_WITHIN {
        return Ok(Contest::SameForm(pending));
    }
    pending_signups::drop_password(tx, &pending.id)?;
    Ok(Contest::Contested(PendingSignup {
        password_hash: None,
        name: None,
        form_digest: None,
        ..pending
    }))
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
        links::delete_all(tx, &id)?;
        outbox::delete_all(tx, &id)?;
    }
    Ok(())
}
