//! Times of rate-limited events. The key is a keyed hash of the limited subject.

use diesel::prelude::*;

use super::schema::rate_limits;
use crate::clock::Timestamp;
use crate::db::DbConnection;

/// Returns the state stored for `key`.
pub fn history(db: &mut DbConnection, key: &str) -> QueryResult<Option<String>> {
    rate_limits::table
        .find(key)
        .select(rate_limits::history)
        .first(db)
        .optional()
}

/// Replaces the state of `key` and stores it until `expires_at`.
pub fn keep(
    db: &mut DbConnection,
    key: &str,
    history: &str,
    expires_at: Timestamp,
) -> QueryResult<()> {
    let values = (
        rate_limits::history.eq(history),
        rate_limits::expires_at.eq(expires_at),
    );
    if diesel::update(rate_limits::table.find(key))
        .set(values)
        .execute(db)?
        == 0
    {
        diesel::insert_into(rate_limits::table)
            .values((rate_limits::key.eq(key), values))
            .execute(db)?;
    }
    Ok(())
}

pub fn delete(db: &mut DbConnection, key: &str) -> QueryResult<()> {
    diesel::delete(rate_limits::table.find(key)).execute(db)?;
    Ok(())
}
