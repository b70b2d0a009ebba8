//! Codes of hand-overs that were redeemed. A code itself is sealed and not stored.

use diesel::prelude::*;

use super::schema::used_codes;
use crate::clock::Timestamp;
use crate::db::DbConnection;

#[derive(Debug, Insertable)]
#[diesel(table_name = used_codes, treat_none_as_default_value = false)]
pub struct UsedCode<'a> {
    /// SHA-256 of the code.
    pub code_hash: &'a str,
    pub session_handle: &'a str,
    pub expires_at: Timestamp,
}

pub fn is_used(db: &mut DbConnection, code_hash: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(used_codes::table.find(code_hash))).get_result(db)
}

pub fn insert(db: &mut DbConnection, code: &UsedCode<'_>) -> QueryResult<()> {
    diesel::insert_into(used_codes::table)
        .values(code)
        .execute(db)?;
    Ok(())
}
