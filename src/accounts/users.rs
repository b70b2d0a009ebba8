//! Accounts by their email address: locks one, creates one, moves one to another address. For the
//! last two, the caller has locked the address.

use super::{invitations, signups};
use crate::db::{DbError, LockKey, Tx};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens;
use crate::store::password_credentials;
use crate::store::users::{self, User};
use crate::values::{EmailAddress, UserId, address_key};

/// Locks an email address and its account. Returns `None` if there is no account, or if the account
/// got another address before it was locked.
pub fn find_and_lock_by_email(
    tx: &mut Tx<'_>,
    email: &EmailAddress,
) -> Result<Option<User>, DbError> {
    tx.lock(LockKey::Address(email.key()))?;
    let Some(user) = users::by_email_key(tx, email.key())? else {
        return Ok(None);
    };
    tx.lock(LockKey::User(&user.id.0))?;
    Ok(users::by_id(tx, &user.id)?.filter(|user| user.email_key == email.key()))
}

/// Returns true if the user is the only administrator whose account is not locked. The caller has
/// locked [`LockKey::Administrators`]. Otherwise two administrators could leave at the same time.
pub fn is_last_administrator(tx: &mut Tx<'_>, user: &User) -> Result<bool, DbError> {
    let others = users::unlocked_administrators(tx)?;
    let is_unlocked_admin = user.is_admin && user.locked_at.is_none();
    Ok(is_unlocked_admin && others.iter().all(|other| other.id == user.id))
}

/// Creates a user with an email address that has no account. Accepts an open invitation of the
/// address, so that the user joins its groups.
pub fn create_user(
    tx: &mut Tx<'_>,
    email: &str,
    name: Option<&str>,
    password_hash: &PasswordHash,
) -> Result<User, DbError> {
    let (id, now) = (UserId(tokens::random_id()), tx.now);
    let user = User::new(id, email, name, now);
    users::insert(tx, &user)?;
    password_credentials::insert(tx, &user.id, password_hash, now)?;
    invitations::accept(tx, &user)?;
    Ok(user)
}

/// Changes a user's email address, or its spelling, to `email`. It must not belong to another
/// account. Removes its pending sign-up and its invitation.
pub fn change_email_address(tx: &mut Tx<'_>, user: &User, email: &str) -> Result<(), DbError> {
    let email_key = address_key(email);
    users::change_email(tx, &user.id, email, &email_key)?;
    invitations::remove(tx, &email_key)?;
    signups::remove_pending(tx, &email_key)
}
