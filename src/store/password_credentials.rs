//! Stored passwords of users.

use diesel::prelude::*;

use super::schema::password_credentials;
use crate::db::DbConnection;

/// A password as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = password_credentials)]
pub struct StoredPassword {
    /// It, hashed.
    pub password_hash: String,
    /// Since when.
    pub changed_at: i64,
    /// Since when it opens nothing.
    pub blocked_at: Option<i64>,
    /// The link that was mailed then, for another one.
    pub blocked_by: Option<String>,
}

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

/// Gives a user another password, which opens the account whatever stood in the way of the last one.
pub fn change(connection: &mut DbConnection, user_id: &str, password_hash: &str, now: i64) -> QueryResult<()> {
    diesel::update(password_credentials::table.find(user_id))
        .set((
            password_credentials::password_hash.eq(password_hash),
            password_credentials::changed_at.eq(now),
            password_credentials::blocked_at.eq(None::<i64>),
            password_credentials::blocked_by.eq(None::<String>),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lets the password open nothing until there is another one, for which this link was mailed.
pub fn block(connection: &mut DbConnection, user_id: &str, link_id: &str, now: i64) -> QueryResult<()> {
    diesel::update(password_credentials::table.find(user_id))
        .set((password_credentials::blocked_at.eq(now), password_credentials::blocked_by.eq(link_id)))
        .execute(connection)?;
    Ok(())
}

/// A user's password.
pub fn of(connection: &mut DbConnection, user_id: &str) -> QueryResult<Option<StoredPassword>> {
    password_credentials::table.find(user_id).select(StoredPassword::as_select()).first(connection).optional()
}

/// Stores the same password in another form, if it is still stored as `from`; tells whether it was.
pub fn rehash(connection: &mut DbConnection, user_id: &str, from: &str, to: &str) -> QueryResult<bool> {
    let updated = diesel::update(password_credentials::table.find(user_id))
        .filter(password_credentials::password_hash.eq(from))
        .set(password_credentials::password_hash.eq(to))
        .execute(connection)?;
    Ok(updated == 1)
}
