//! Password hashes of users.

use diesel::prelude::*;

use super::schema::password_credentials;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::security::password_hash::PasswordHash;
use crate::values::UserId;

/// A password as stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = password_credentials)]
pub struct StoredPassword {
    pub password_hash: PasswordHash,
    pub changed_at: Timestamp,
    /// Time since which the password no longer logs the user in.
    pub blocked_at: Option<Timestamp>,
    /// The reset link that was sent when the password was blocked.
    pub blocked_by: Option<String>,
    /// Time at which an emailed link set this password.
    pub set_by_link_at: Option<Timestamp>,
}

impl StoredPassword {
    /// Returns false for an account without a password, which has the marker of such an account.
    pub fn is_set(&self) -> bool {
        !self.password_hash.is_none()
    }

    /// Returns true if the password is set and no undo has blocked it.
    pub fn is_usable(&self) -> bool {
        self.is_set() && self.blocked_at.is_none()
    }
}

/// Stores the first password of a user.
pub fn insert(
    db: &mut DbConnection,
    user_id: &UserId,
    password_hash: &PasswordHash,
    now: Timestamp,
) -> QueryResult<()> {
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
pub fn change(
    db: &mut DbConnection,
    user_id: &UserId,
    password_hash: &PasswordHash,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(password_credentials::table.find(user_id))
        .set((
            password_credentials::password_hash.eq(password_hash),
            password_credentials::changed_at.eq(now),
            password_credentials::blocked_at.eq(None::<Timestamp>),
            password_credentials::blocked_by.eq(None::<String>),
            password_credentials::set_by_link_at.eq(None::<Timestamp>),
        ))
        .execute(db)?;
    Ok(())
}

/// Records that an emailed link has set a user's password.
pub fn set_by_link(db: &mut DbConnection, user_id: &UserId, now: Timestamp) -> QueryResult<()> {
    diesel::update(password_credentials::table.find(user_id))
        .set(password_credentials::set_by_link_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Blocks the password until the user sets a new one. `link_id` is the reset link that was sent for
/// this.
pub fn block(
    db: &mut DbConnection,
    user_id: &UserId,
    link_id: &str,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(password_credentials::table.find(user_id))
        .set((
            password_credentials::blocked_at.eq(now),
            password_credentials::blocked_by.eq(link_id),
        ))
        .execute(db)?;
    Ok(())
}

pub fn of(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Option<StoredPassword>> {
    password_credentials::table
        .find(user_id)
        .select(StoredPassword::as_select())
        .first(db)
        .optional()
}

/// Replaces the hash of an unchanged password if it is still `from`. Returns false if it is not.
pub fn rehash(
    db: &mut DbConnection,
    user_id: &UserId,
    from: &PasswordHash,
    to: &PasswordHash,
) -> QueryResult<bool> {
    let updated = diesel::update(password_credentials::table.find(user_id))
        .filter(password_credentials::password_hash.eq(from))
        .set(password_credentials::password_hash.eq(to))
        .execute(db)?;
    Ok(updated == 1)
}
