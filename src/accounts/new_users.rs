//! The creation of users, for confirmed sign-ups and for accounts that the operator imports.

use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::tokens;
use crate::store::password_credentials;
use crate::store::users::{self, NewUser};
use crate::values::{UserId, address_key, sort_name};

/// Creates a user with an email address that has no account. `password_hash` is the password in
/// stored form. The caller has locked the email address.
pub fn make(
    connection: &mut DbConnection,
    email: &str,
    name: Option<&str>,
    password_hash: &str,
    now: Timestamp,
) -> Result<UserId, DbError> {
    let user = UserId(tokens::random_id());
    users::insert(
        connection,
        &NewUser {
            id: &user.0,
            email,
            email_key: &address_key(email),
            name,
            sort_name: &sort_name(name, None),
            created_at: now.millis(),
        },
    )?;
    password_credentials::insert(connection, &user.0, password_hash, now.millis())?;
    Ok(user)
}
