//! Times of rate-limited events. The key is a keyed hash of the limited subject.

use diesel::prelude::*;

use super::schema::throttles;
use crate::clock::Timestamp;
use crate::db::DbConnection;

/// Returns the state stored for `key`.
pub fn history(db: &mut DbConnection, key: &str) -> QueryResult<Option<String>> {
    throttles::table
        .find(key)
        .select(throttles::history)
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
    let times = (
        throttles::history.eq(history),
        throttles::expires_at.eq(expires_at),
    );
    if diesel::update(throttles::table.find(key))
        .set(times)
        .execute(db)?
        == 0
    {
        diesel::insert_into(throttles::table)
            .values((throttles::key.eq(key), times))
            .execute(db)?;
    }
    Ok(())
}

pub fn delete(db: &mut DbConnection, key: &str) -> QueryResult<()> {
    diesel::delete(throttles::table.find(key)).execute(db)?;
    Ok(())
}
