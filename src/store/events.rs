//! What happened, and to whom.

use diesel::prelude::*;

use super::TRIM_LIMIT;
use super::schema::{events, links};
use crate::db::DbConnection;

/// One event. Holds no address in clear and nothing that was typed.
#[derive(Debug, Insertable)]
#[diesel(table_name = events)]
pub struct NewEvent<'a> {
    /// Random, without meaning.
    pub id: &'a str,
    /// When.
    pub happened_at: i64,
    /// What.
    pub kind: &'a str,
    /// To whom.
    pub user_id: &'a str,
    /// The browser, as it named itself.
    pub user_agent: &'a str,
    /// Where it came from.
    pub client_address: &'a str,
    /// The link that undoes it.
    pub undo_link_id: Option<&'a str>,
}

/// One event, as its owner sees it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct ListedEvent {
    /// Random, without meaning.
    pub id: String,
    /// When.
    pub happened_at: i64,
    /// What.
    pub kind: String,
    /// The browser, as it named itself.
    pub user_agent: String,
    /// Where it came from.
    pub client_address: String,
    /// The link that undoes it.
    pub undo_link_id: Option<String>,
}

/// Writes it down.
pub fn insert(connection: &mut DbConnection, event: &NewEvent<'_>) -> QueryResult<()> {
    diesel::insert_into(events::table).values(event).execute(connection)?;
    Ok(())
}

/// Deletes a user's events beyond the newest `limit`, at most [`TRIM_LIMIT`] at once. Events with an undo link that works
/// at `now` are kept.
pub fn keep_newest(connection: &mut DbConnection, user_id: &str, limit: i64, now: i64) -> QueryResult<()> {
    let beyond: Option<(i64, String)> = events::table
        .filter(events::user_id.eq(user_id))
        .order((events::happened_at.desc(), events::id.desc()))
        .offset(limit)
        .limit(1)
        .select((events::happened_at, events::id))
        .first(connection)
        .optional()?;
    let Some((happened_at, id)) = beyond else { return Ok(()) };
    let is_old = events::happened_at.lt(happened_at).or(events::happened_at.eq(happened_at).and(events::id.le(id)));
    let live_undo = links::table
        .filter(links::id.nullable().eq(events::undo_link_id))
        .filter(links::used_at.is_null())
        .filter(links::void_at.is_null())
        .filter(links::expires_at.gt(now));
    let old: Vec<String> = events::table
        .filter(events::user_id.eq(user_id))
        .filter(is_old)
        .filter(events::undo_link_id.is_null().or(diesel::dsl::not(diesel::dsl::exists(live_undo))))
        .limit(TRIM_LIMIT)
        .select(events::id)
        .load(connection)?;
    if !old.is_empty() {
        diesel::delete(events::table.filter(events::id.eq_any(old))).execute(connection)?;
    }
    Ok(())
}

/// What happened to a user before a moment, newest first, at most `limit`. The moment is the last event of the page before:
/// its time and its id, which orders what happened in one millisecond.
pub fn page(
    connection: &mut DbConnection,
    user_id: &str,
    before: Option<(i64, &str)>,
    limit: i64,
) -> QueryResult<Vec<ListedEvent>> {
    let (time, id) = before.unwrap_or((i64::MAX, ""));
    events::table
        .filter(events::user_id.eq(user_id))
        .filter(events::happened_at.le(time))
        .filter(events::happened_at.lt(time).or(events::id.lt(id)))
        .order((events::happened_at.desc(), events::id.desc()))
        .limit(limit)
        .select(ListedEvent::as_select())
        .load(connection)
}

/// One thing that happened to a user.
pub fn of_user(connection: &mut DbConnection, user_id: &str, id: &str) -> QueryResult<Option<ListedEvent>> {
    events::table
        .find(id)
        .filter(events::user_id.eq(user_id))
        .select(ListedEvent::as_select())
        .first(connection)
        .optional()
}
