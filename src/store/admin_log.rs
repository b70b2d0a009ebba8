//! The administration log: the actions of administrators and the operator. Rows are only added, and
//! deleted when they are old.

use diesel::prelude::*;

use super::schema::admin_log;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{Cursor, UserId};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = admin_log, treat_none_as_default_value = false)]
pub struct AdminLogRow {
    pub id: String,
    pub happened_at: Timestamp,
    /// `None` for the operator.
    pub actor_id: Option<UserId>,
    /// The stored name of an `AdminVerb`.
    pub verb: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub detail: Option<String>,
}

/// Returns actions, the newest first, after the cursor, at most `limit`. `about` is the id of a
/// subject or an actor. It is empty for all actions.
pub fn page(
    db: &mut DbConnection,
    about: &str,
    after: Option<&Cursor>,
    limit: i64,
) -> QueryResult<Vec<AdminLogRow>> {
    let (time, id) = after.map_or((Timestamp::MAX, ""), Cursor::key);
    let actions = admin_log::table
        .filter(admin_log::happened_at.le(time))
        .filter(admin_log::happened_at.lt(time).or(admin_log::id.lt(id)))
        .order((admin_log::happened_at.desc(), admin_log::id.desc()))
        .limit(limit)
        .select(AdminLogRow::as_select());
    if about.is_empty() {
        return actions.load(db);
    }
    let is_actor = admin_log::actor_id.assume_not_null().eq(about);
    let is_party = admin_log::subject_id.eq(about).or(is_actor);
    actions.filter(is_party).load(db)
}

/// Returns the number of actions with this verb since a point in time.
pub fn count_of(db: &mut DbConnection, verb: &str, since: Timestamp) -> QueryResult<i64> {
    admin_log::table
        .filter(admin_log::happened_at.gt(since))
        .filter(admin_log::verb.eq(verb))
        .count()
        .get_result(db)
}

/// Returns the number of actions with this verb that administrators have done to themselves since a
/// point in time.
pub fn count_on_self(db: &mut DbConnection, verb: &str, since: Timestamp) -> QueryResult<i64> {
    admin_log::table
        .filter(admin_log::happened_at.gt(since))
        .filter(admin_log::verb.eq(verb))
        .filter(
            admin_log::actor_id
                .assume_not_null()
                .eq(admin_log::subject_id),
        )
        .count()
        .get_result(db)
}

pub fn insert(db: &mut DbConnection, row: &AdminLogRow) -> QueryResult<()> {
    diesel::insert_into(admin_log::table)
        .values(row)
        .execute(db)?;
    Ok(())
}
