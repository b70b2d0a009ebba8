//! Stored passwords of users.

use diesel::prelude::*;

use super::schema::password_credentials;
use crate::db::DbConnection;

/// Gives a user the first password.
pub fn insert(connection: &mut DbConnection, user_id: &str, password_hash: &str, now: i64) -> QueryResult<()> {
    diesel::insert_into(password_credentials::table)
        .values((
            password_credentials::user_id.eq(user_id),
            password_credentials::password_hash.eq(password_hash),
            password_credentials::changed_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Gives a user another password.
pub fn change(connection: &mut DbConnection, user_id: &str, password_hash: &str, now: i64) -> QueryResult<()> {
    diesel::update(password_credentials::table.find(user_id))
        .set((password_credentials::password_hash.eq(password_hash), password_credentials::changed_at.eq(now)))
        .execute(connection)?;
    Ok(())
}

/// Stores the same password in another form, if it is still stored as `from`; tells whether it was.
pub fn rehash(connection: &mut DbConnection, user_id: &str, from: &str, to: &str) -> QueryResult<bool> {
    let updated = diesel::update(password_credentials::table.find(user_id))
        .filter(password_credentials::password_hash.eq(from))
        .set(password_credentials::password_hash.eq(to))
        .execute(connection)?;
    Ok(updated == 1)
}
