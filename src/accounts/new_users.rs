//! The creation of users, for confirmed sign-ups and for accounts that the operator imports.

use crate::db::{DbError, Tx};
use crate::security::tokens;
use crate::store::password_credentials;
use crate::store::users::{self, NewUser};
use crate::values::{UserId, address_key, sort_name};

/// Creates a user with an email address that has no account. `password_hash` is the password in
/// stored form. The caller has locked the email address.
pub fn make(tx: &mut Tx<'_>, email: &str, name: Option<&str>, password_hash: &str) -> Result<UserId, DbError> {
    let (user, now) = (UserId(tokens::random_id()), tx.now.millis());
    let new_user = NewUser {
        id: &user.0,
        email,
        email_key: &address_key(email),
        name,
        sort_name: &sort_name(name, None),
        created_at: now,
    };
    users::insert(tx, &new_user)?;
    password_credentials::insert(tx, &user.0, password_hash, now)?;
    Ok(user)
}
