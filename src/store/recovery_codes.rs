//! Recovery codes of users, by the hash of the code. Codes that a new set replaced stay for a
//! while, so that the owner can undo the change.

use diesel::prelude::*;

use super::schema::recovery_codes;
use super::undoable::undoable;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{RecoveryCodeHash, UserId};

/// A recovery code to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = recovery_codes, treat_none_as_default_value = false)]
pub struct NewRecoveryCode<'a> {
    pub code_hash: &'a RecoveryCodeHash,
    pub user_id: &'a UserId,
    pub created_at: Timestamp,
}

undoable!(recovery_codes);

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
