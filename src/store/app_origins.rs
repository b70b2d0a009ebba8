//! The origins of apps.

use diesel::prelude::*;

use super::apps::RegisteredApp;
use super::schema::{app_origins, apps};
use crate::db::{DbConnection, on_either};
use crate::values::{AppId, Origin};

/// Returns the app that an origin belongs to.
pub fn app_at(db: &mut DbConnection, origin: &Origin) -> QueryResult<Option<RegisteredApp>> {
    on_either!(db, db => app_origins::table
        .inner_join(apps::table)
        .filter(app_origins::origin.eq(origin))
        .select(RegisteredApp::as_select())
        .get_result(db)
        .optional())
}

/// Returns the app that a host name belongs to, at any port.
pub fn owner_of_host_name(db: &mut DbConnection, name: &str) -> QueryResult<Option<AppId>> {
    // No other character of a host name has a meaning in a pattern.
    let name = name.replace('_', "\\_");
    let at_any_port = app_origins::origin
        .like(format!("%//{name}"))
        .escape('\\')
        .or(app_origins::origin
            .like(format!("%//{name}:%"))
            .escape('\\'));
    app_origins::table
        .filter(at_any_port)
        .select(app_origins::app_id)
        .first(db)
        .optional()
}

/// Returns the origins of an app, in alphabetical order.
pub fn of_app(db: &mut DbConnection, app: &AppId) -> QueryResult<Vec<Origin>> {
    app_origins::table
        .filter(app_origins::app_id.eq(app))
        .order(app_origins::origin)
        .select(app_origins::origin)
        .load(db)
}

pub fn insert(db: &mut DbConnection, origin: &Origin, app: &AppId) -> QueryResult<()> {
    diesel::insert_into(app_origins::table)
        .values((app_origins::origin.eq(origin), app_origins::app_id.eq(app)))
        .execute(db)?;
    Ok(())
}

pub fn delete_of_app(db: &mut DbConnection, app: &AppId) -> QueryResult<()> {
    diesel::delete(app_origins::table.filter(app_origins::app_id.eq(app))).execute(db)?;
    Ok(())
}
