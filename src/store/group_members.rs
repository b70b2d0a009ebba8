//! The members of groups.

use diesel::prelude::*;

use super::groups::Group;
use super::schema::{group_members, groups, users};
use crate::clock::Timestamp;
use crate::db::{DbConnection, on_either};
use crate::values::{Cursor, GroupName, UserId};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = group_members, treat_none_as_default_value = false)]
pub struct GroupMember {
    pub user_id: UserId,
    pub group_name: GroupName,
    pub since: Timestamp,
}

/// Returns the groups of a user with the time of joining, by name.
pub fn groups_of(db: &mut DbConnection, user: &UserId) -> QueryResult<Vec<(Group, Timestamp)>> {
    group_members::table
        .inner_join(groups::table)
        .filter(group_members::user_id.eq(user))
        .order(groups::name)
        .select((Group::as_select(), group_members::since))
        .load(db)
}

/// Returns the names of a user's groups, in alphabetical order.
pub fn names_of(db: &mut DbConnection, user: &UserId) -> QueryResult<Vec<GroupName>> {
    on_either!(db, db => group_members::table
        .filter(group_members::user_id.eq(user))
        .order(group_members::group_name)
        .select(group_members::group_name)
        .load(db))
}

pub fn count_of(db: &mut DbConnection, user: &UserId) -> QueryResult<i64> {
    group_members::table
        .filter(group_members::user_id.eq(user))
        .count()
        .get_result(db)
}

/// Returns id and email address of a group's members, the newest first, after the cursor, at most
/// `limit`. The cursor is the time of joining and the user's id.
pub fn page(
    db: &mut DbConnection,
    group: &GroupName,
    after: Option<&Cursor>,
    limit: i64,
) -> QueryResult<Vec<(UserId, String, Timestamp)>> {
    let (time, id) = after.map_or((Timestamp::MAX, ""), Cursor::key);
    group_members::table
        .inner_join(users::table)
        .filter(group_members::group_name.eq(group))
        .filter(group_members::since.le(time))
        .filter(
            group_members::since
                .lt(time)
                .or(group_members::user_id.lt(id)),
        )
        .order((group_members::since.desc(), group_members::user_id.desc()))
        .limit(limit)
        .select((users::id, users::email, group_members::since))
        .load(db)
}

pub fn count(db: &mut DbConnection, group: &GroupName) -> QueryResult<i64> {
    group_members::table
        .filter(group_members::group_name.eq(group))
        .count()
        .get_result(db)
}

pub fn is_member(db: &mut DbConnection, user: &UserId, group: &GroupName) -> QueryResult<bool> {
    let found = group_members::table.find((user, group));
    diesel::select(diesel::dsl::exists(found)).get_result(db)
}

pub fn insert(db: &mut DbConnection, member: &GroupMember) -> QueryResult<()> {
    diesel::insert_into(group_members::table)
        .values(member)
        .execute(db)?;
    Ok(())
}

/// Removes a member. Returns false if the user is none.
pub fn remove(db: &mut DbConnection, user: &UserId, group: &GroupName) -> QueryResult<bool> {
    let removed = diesel::delete(group_members::table.find((user, group))).execute(db)?;
    Ok(removed == 1)
}
