//! Recovery codes of users, by the hash of the code. Codes that a new set replaced stay for a
//! while, so that the owner can undo the change.

use diesel::prelude::*;

use super::schema::recovery_codes;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{RecoveryCodeHash, UserId};

/// A recovery code to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = recovery_codes)]
pub struct NewRecoveryCode<'a> {
    pub code_hash: &'a RecoveryCodeHash,
    pub user_id: &'a UserId,
    pub created_at: Timestamp,
}

pub fn insert(db: &mut DbConnection, code: &NewRecoveryCode<'_>) -> QueryResult<()> {
    diesel::insert_into(recovery_codes::table)
        .values(code)
        .execute(db)?;
    Ok(())
}

/// Returns the number of codes that a user can still use.
pub fn count_left(db: &mut DbConnection, user_id: &UserId) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::used_at.is_null())
        .filter(recovery_codes::removed_at.is_null())
        .count()
        .get_result(db)
}

/// Returns true if a user can still use this code.
pub fn is_usable(
    db: &mut DbConnection,
    user_id: &UserId,
    code_hash: &RecoveryCodeHash,
) -> QueryResult<bool> {
    let usable = recovery_codes::table
        .find(code_hash)
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::used_at.is_null())
        .filter(recovery_codes::removed_at.is_null());
    diesel::select(diesel::dsl::exists(usable)).get_result(db)
}

/// Uses a user's code. Returns false if it was used or replaced before, or is another user's.
pub fn use_code(
    db: &mut DbConnection,
    user_id: &UserId,
    code_hash: &RecoveryCodeHash,
    now: Timestamp,
) -> QueryResult<bool> {
    let updated = diesel::update(recovery_codes::table.find(code_hash))
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::used_at.is_null())
        .filter(recovery_codes::removed_at.is_null())
        .set(recovery_codes::used_at.eq(now))
        .execute(db)?;
    Ok(updated == 1)
}

/// Removes a user's codes.
pub fn remove_all(
    db: &mut DbConnection,
    user_id: &UserId,
    removed_at: Timestamp,
) -> QueryResult<()> {
    diesel::update(recovery_codes::table)
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::removed_at.is_null())
        .set(recovery_codes::removed_at.eq(removed_at))
        .execute(db)?;
    Ok(())
}

/// Returns true if a user's codes were added or removed at `since` or later.
pub fn have_changed(
    db: &mut DbConnection,
    user_id: &UserId,
    since: Timestamp,
) -> QueryResult<bool> {
    let changed = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(
            recovery_codes::created_at
                .ge(since)
                .nullable()
                .or(recovery_codes::removed_at.ge(since)),
        );
    diesel::select(diesel::dsl::exists(changed)).get_result(db)
}

/// Removes a user's codes that were created at `since` or later.
pub fn remove_since(
    db: &mut DbConnection,
    user_id: &UserId,
    since: Timestamp,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(recovery_codes::table)
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::removed_at.is_null())
        .filter(recovery_codes::created_at.ge(since))
        .set(recovery_codes::removed_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Brings back a user's codes that existed at `since` and were removed then or later.
pub fn restore(db: &mut DbConnection, user_id: &UserId, since: Timestamp) -> QueryResult<()> {
    diesel::update(recovery_codes::table)
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::created_at.lt(since))
        .filter(recovery_codes::removed_at.ge(since))
        .set(recovery_codes::removed_at.eq(None::<Timestamp>))
        .execute(db)?;
    Ok(())
}
