//! Consecutive login failures. The key is a keyed hash of the email address, or of the user and the
//! device.

use diesel::prelude::*;

use super::schema::login_failures;
use crate::clock::Timestamp;
use crate::db::DbConnection;

/// The consecutive failures of a counter.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = login_failures)]
pub struct StoredFailures {
    /// At least 1.
    pub consecutive: i32,
    pub last_at: Timestamp,
}

pub fn find(db: &mut DbConnection, key: &str) -> QueryResult<Option<StoredFailures>> {
    login_failures::table
        .find(key)
        .select(StoredFailures::as_select())
        .first(db)
        .optional()
}

/// Replaces the failures of `key` and stores them until `expires_at`.
pub fn save(
    db: &mut DbConnection,
    key: &str,
    failures: StoredFailures,
    expires_at: Timestamp,
) -> QueryResult<()> {
    let values = (
        login_failures::consecutive.eq(failures.consecutive),
        login_failures::last_at.eq(failures.last_at),
        login_failures::expires_at.eq(expires_at),
    );
    if diesel::update(login_failures::table.find(key))
        .set(values)
        .execute(db)?
        == 0
    {
        diesel::insert_into(login_failures::table)
            .values((login_failures::key.eq(key), values))
            .execute(db)?;
    }
    Ok(())
}

pub fn delete(db: &mut DbConnection, key: &str) -> QueryResult<()> {
    diesel::delete(login_failures::table.find(key)).execute(db)?;
    Ok(())
}
