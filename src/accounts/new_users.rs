//! How a user comes to be: by a confirmed address, or brought here by the operator.

use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::tokens;
use crate::store::password_credentials;
use crate::store::users::{self, NewUser};
use crate::values::{UserId, address_key, sort_name};

/// Makes the user of an address that no account has, with this password in its stored form. The caller has the turn of that
/// address.
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
