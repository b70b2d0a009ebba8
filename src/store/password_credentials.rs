//! Password hashes of users.

use diesel::prelude::*;

use super::schema::password_credentials;
use crate::db::DbConnection;

/// A password as stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = password_credentials)]
pub struct StoredPassword {
    pub password_hash: String,
    pub changed_at: i64,
    /// Time since which the password no longer logs the user in.
    pub blocked_at: Option<i64>,
    /// The reset link that was sent when the password was blocked.
    pub blocked_by: Option<String>,
}

/// Stores the first password of a user.
pub fn insert(db: &mut DbConnection, user_id: &str, password_hash: &str, now: i64) -> QueryResult<()> {
    diesel::insert_into(password_credentials::table)
        .values((
            password_credentials::user_id.eq(user_id),
            password_credentials::password_hash.eq(password_hash),
            password_credentials::changed_at.eq(now),
        ))
        .execute(db)?;
    Ok(())
}

/// Replaces a user's password and lifts a block of the old one.
pub fn change(db: &mut DbConnection, user_id: &str, password_hash: &str, now: i64) -> QueryResult<()> {
    diesel::update(password_credentials::table.find(user_id))
        .set((
            password_credentials::password_hash.eq(password_hash),
            password_credentials::changed_at.eq(now),
            password_credentials::blocked_at.eq(None::<i64>),
            password_credentials::blocked_by.eq(None::<String>),
        ))
        .execute(db)?;
    Ok(())
}

/// Blocks the password until the user sets a new one. `link_id` is the reset link that was sent for
/// this.
pub fn block(db: &mut DbConnection, user_id: &str, link_id: &str, now: i64) -> QueryResult<()> {
    diesel::update(password_credentials::table.find(user_id))
        .set((password_credentials::blocked_at.eq(now), password_credentials::blocked_by.eq(link_id)))
        .execute(db)?;
    Ok(())
}

pub fn of(db: &mut DbConnection, user_id: &str) -> QueryResult<Option<StoredPassword>> {
    password_credentials::table.find(user_id).select(StoredPassword::as_select()).first(db).optional()
}

/// Replaces the hash of an unchanged password if it is still `from`. Returns false if it is not.
pub fn rehash(db: &mut DbConnection, user_id: &str, from: &str, to: &str) -> QueryResult<bool> {
    let updated = diesel::update(password_credentials::table.find(user_id))
        .filter(password_credentials::password_hash.eq(from))
        .set(password_credentials::password_hash.eq(to))
        .execute(db)?;
    Ok(updated == 1)
}
