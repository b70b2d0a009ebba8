//! Results of submitted forms. The key is a keyed hash of the form's content.

use diesel::prelude::*;

use super::schema::form_results;
use crate::clock::Timestamp;
use crate::db::{DbConnection, on_either};

/// Inserts a row without a result. Returns false if there is a row already. On PostgreSQL, it waits
/// for another transaction that inserts the same key.
pub fn insert_empty(db: &mut DbConnection, key: &str, expires_at: Timestamp) -> QueryResult<bool> {
    let row = (
        form_results::key.eq(key),
        form_results::expires_at.eq(expires_at),
    );
    let inserted = on_either!(db, db => diesel::insert_into(form_results::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(db))?;
    Ok(inserted == 1)
}

/// Returns the sealed result, or `None` if there is none yet.
pub fn sealed_result(db: &mut DbConnection, key: &str) -> QueryResult<Option<Vec<u8>>> {
    let sealed: Option<Option<Vec<u8>>> = form_results::table
        .find(key)
        .select(form_results::sealed)
        .first(db)
        .optional()?;
    Ok(sealed.flatten())
}

/// Replaces the row of `key` and stores it until `expires_at`.
pub fn save(
    db: &mut DbConnection,
    key: &str,
    sealed: &[u8],
    expires_at: Timestamp,
) -> QueryResult<()> {
    let values = (
        form_results::sealed.eq(sealed),
        form_results::expires_at.eq(expires_at),
    );
    if diesel::update(form_results::table.find(key))
        .set(values)
        .execute(db)?
        == 0
    {
        diesel::insert_into(form_results::table)
            .values((form_results::key.eq(key), values))
            .execute(db)?;
    }
    Ok(())
}

/// Deletes the row of `key` if it has no result.
pub fn delete_empty(db: &mut DbConnection, key: &str) -> QueryResult<()> {
    let row = form_results::table.find(key);
    diesel::delete(row.filter(form_results::sealed.is_null())).execute(db)?;
    Ok(())
}

/// Deletes the row of `key` if it expired by `now`.
pub fn delete_expired(db: &mut DbConnection, key: &str, now: Timestamp) -> QueryResult<()> {
    let row = form_results::table.find(key);
    diesel::delete(row.filter(form_results::expires_at.le(now))).execute(db)?;
    Ok(())
}
