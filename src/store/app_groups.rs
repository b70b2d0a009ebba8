//! The groups that may use an app.

use diesel::prelude::*;

use super::schema::{app_groups, apps};
use crate::db::{DbConnection, on_either};
use crate::values::{AppId, GroupName};

/// Returns the groups that may use an app, by name.
pub fn of_app(db: &mut DbConnection, app: &AppId) -> QueryResult<Vec<GroupName>> {
    on_either!(db, db => app_groups::table
        .filter(app_groups::app_id.eq(app))
        .order(app_groups::group_name)
        .select(app_groups::group_name)
        .load(db))
}

/// Returns the ids and names of the apps that are open to a group, by id.
pub fn apps_of(db: &mut DbConnection, group: &GroupName) -> QueryResult<Vec<(AppId, String)>> {
    app_groups::table
        .inner_join(apps::table)
        .filter(app_groups::group_name.eq(group))
        .order(apps::id)
        .select((apps::id, apps::name))
        .load(db)
}

pub fn insert(db: &mut DbConnection, app: &AppId, group: &GroupName) -> QueryResult<()> {
    diesel::insert_into(app_groups::table)
        .values((app_groups::app_id.eq(app), app_groups::group_name.eq(group)))
        .execute(db)?;
    Ok(())
}

/// Closes an app to a group. Returns false if it was not open to it.
pub fn remove(db: &mut DbConnection, app: &AppId, group: &GroupName) -> QueryResult<bool> {
    Ok(diesel::delete(app_groups::table.find((app, group))).execute(db)? == 1)
}
