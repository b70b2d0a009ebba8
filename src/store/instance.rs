//! What the installation knows about itself.

use diesel::prelude::*;

use super::schema::instance;
use crate::db::DbConnection;

const SECRET_FINGERPRINTS: &str = "secret_fingerprints";

/// Fingerprints of the secrets that the database was last used with, comma-separated; `None` on a new one.
pub fn secret_fingerprints(connection: &mut DbConnection) -> QueryResult<Option<String>> {
    instance::table.find(SECRET_FINGERPRINTS).select(instance::value).first(connection).optional()
}

/// Replaces them.
pub fn set_secret_fingerprints(connection: &mut DbConnection, fingerprints: &str) -> QueryResult<()> {
    let updated = diesel::update(instance::table.find(SECRET_FINGERPRINTS))
        .set(instance::value.eq(fingerprints))
        .execute(connection)?;
    if updated == 0 {
        diesel::insert_into(instance::table)
            .values((instance::key.eq(SECRET_FINGERPRINTS), instance::value.eq(fingerprints)))
            .execute(connection)?;
    }
    Ok(())
}
