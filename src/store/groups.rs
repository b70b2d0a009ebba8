//! Groups of accounts.

use diesel::prelude::*;

use super::schema::groups;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::GroupName;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = groups, treat_none_as_default_value = false)]
pub struct Group {
    pub name: GroupName,
    /// The name for people.
    pub title: String,
    pub created_at: Timestamp,
}

pub fn by_name(db: &mut DbConnection, name: &GroupName) -> QueryResult<Option<Group>> {
    groups::table
        .find(name)
        .select(Group::as_select())
        .first(db)
        .optional()
}

/// Returns groups by name, after the name `after`, at most `limit`.
pub fn page(db: &mut DbConnection, after: &str, limit: i64) -> QueryResult<Vec<Group>> {
    groups::table
        .filter(groups::name.gt(after))
        .order(groups::name)
        .limit(limit)
        .select(Group::as_select())
        .load(db)
}

pub fn insert(db: &mut DbConnection, group: &Group) -> QueryResult<()> {
    diesel::insert_into(groups::table)
        .values(group)
        .execute(db)?;
    Ok(())
}

/// Changes the title. Returns false if there is no such group.
pub fn rename(db: &mut DbConnection, name: &GroupName, title: &str) -> QueryResult<bool> {
    let updated = diesel::update(groups::table.find(name))
        .set(groups::title.eq(title))
        .execute(db)?;
    Ok(updated == 1)
}

/// Deletes a group with its memberships. Returns false if there is no such group.
pub fn delete(db: &mut DbConnection, name: &GroupName) -> QueryResult<bool> {
    Ok(diesel::delete(groups::table.find(name)).execute(db)? == 1)
}
