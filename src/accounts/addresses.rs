//! The move of an account to another email address.

use super::signups;
use crate::db::{DbError, Tx};
use crate::store::users::{self, User};
use crate::values::address_key;

/// Changes a user's email address to `email`, which must not belong to an account. Removes a
/// pending sign-up for it. The caller has locked the new address.
pub fn move_to(tx: &mut Tx<'_>, user: &User, email: &str) -> Result<(), DbError> {
    let email_key = address_key(email);
    users::change_email(tx, &user.id, email, &email_key)?;
    signups::remove_pending(tx, &email_key)
}
