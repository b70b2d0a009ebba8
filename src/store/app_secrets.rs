//! The secrets of apps, which authenticate an app as an OAuth client.

use diesel::prelude::*;

use super::apps::RegisteredApp;
use super::schema::{app_secrets, apps};
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{AppId, ProgramSecretHash};

/// Returns the app `id` if this is one of its secrets.
pub fn app_with(
    db: &mut DbConnection,
    id: &AppId,
    secret: &ProgramSecretHash,
) -> QueryResult<Option<RegisteredApp>> {
    app_secrets::table
        .inner_join(apps::table)
        .filter(app_secrets::secret_hash.eq(secret))
        .filter(apps::id.eq(id))
        .select(RegisteredApp::as_select())
        .first(db)
        .optional()
}

pub fn insert(
    db: &mut DbConnection,
    app: &AppId,
    secret: &ProgramSecretHash,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(app_secrets::table)
        .values((
            app_secrets::secret_hash.eq(secret),
            app_secrets::app_id.eq(app),
            app_secrets::created_at.eq(now),
        ))
        .execute(db)?;
    Ok(())
}

/// Deletes an app's secrets except for the newest `keep`.
pub fn keep_newest(db: &mut DbConnection, app: &AppId, keep: i64) -> QueryResult<()> {
    let old: Vec<ProgramSecretHash> = app_secrets::table
        .filter(app_secrets::app_id.eq(app))
        .order((app_secrets::created_at.desc(), app_secrets::secret_hash))
        .offset(keep)
        .select(app_secrets::secret_hash)
        .load(db)?;
    diesel::delete(app_secrets::table.filter(app_secrets::secret_hash.eq_any(old))).execute(db)?;
    Ok(())
}

pub fn count(db: &mut DbConnection, app: &AppId) -> QueryResult<i64> {
    app_secrets::table
        .filter(app_secrets::app_id.eq(app))
        .count()
        .get_result(db)
}
