//! Audit events of users.

use diesel::prelude::*;

use super::TRIM_LIMIT;
use super::schema::{events, links};
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{AppId, UserId};

/// An audit event to store. It holds no email address in clear and nothing that the user typed.
#[derive(Debug, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct NewEvent<'a> {
    pub id: &'a str,
    pub happened_at: Timestamp,
    pub kind: &'a str,
    pub user_id: &'a UserId,
    /// The User-Agent header of the client, shortened and printable. Empty for actions of an
    /// administrator or the operator.
    pub user_agent: &'a str,
    /// The IP address of the client, as text. Empty for actions of an administrator or the
    /// operator, because users must not learn it.
    pub client_address: &'a str,
    /// The undo link that was sent in the security notice about the event.
    pub undo_link_id: Option<&'a str>,
    /// The app that the event is about.
    pub app_id: Option<&'a AppId>,
}

/// An audit event, as its owner sees it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct ListedEvent {
    pub id: String,
    pub happened_at: Timestamp,
    pub kind: String,
    pub user_agent: String,
    pub client_address: String,
    pub undo_link_id: Option<String>,
    /// The app that the event is about.
    pub app_id: Option<AppId>,
}

pub fn insert(db: &mut DbConnection, event: &NewEvent<'_>) -> QueryResult<()> {
    diesel::insert_into(events::table)
        .values(event)
        .execute(db)?;
    Ok(())
}

/// Deletes a user's events beyond the newest `limit`, at most `TRIM_LIMIT` at once. Keeps events
/// with an undo link that works at `now`.
pub fn keep_newest(
    db: &mut DbConnection,
    user_id: &UserId,
    limit: i64,
    now: Timestamp,
) -> QueryResult<()> {
    let beyond: Option<(Timestamp, String)> = events::table
        .filter(events::user_id.eq(user_id))
        .order((events::happened_at.desc(), events::id.desc()))
        .offset(limit)
        .limit(1)
        .select((events::happened_at, events::id))
        .first(db)
        .optional()?;
    let Some((happened_at, id)) = beyond else {
        return Ok(());
    };
    let is_old = events::happened_at
        .lt(happened_at)
        .or(events::happened_at.eq(happened_at).and(events::id.le(id)));
    let live_undo = links::table
        .filter(links::id.nullable().eq(events::undo_link_id))
        .filter(links::used_at.is_null())
        .filter(links::invalidated_at.is_null())
        .filter(links::expires_at.gt(now));
    let old: Vec<String> = events::table
        .filter(events::user_id.eq(user_id))
        .filter(is_old)
        .filter(
            events::undo_link_id
                .is_null()
                .or(diesel::dsl::not(diesel::dsl::exists(live_undo))),
        )
        .limit(TRIM_LIMIT)
        .select(events::id)
        .load(db)?;
    if !old.is_empty() {
        diesel::delete(events::table.filter(events::id.eq_any(old))).execute(db)?;
    }
    Ok(())
}

/// Returns a user's events before a cursor, newest first, at most `limit`. The cursor is the time
/// and the id of the previous page's last event. The id orders events of the same millisecond.
pub fn page(
    db: &mut DbConnection,
    user_id: &UserId,
    before: Option<(Timestamp, &str)>,
    limit: i64,
) -> QueryResult<Vec<ListedEvent>> {
    let (time, id) = before.unwrap_or((Timestamp::MAX, ""));
    events::table
        .filter(events::user_id.eq(user_id))
        .filter(events::happened_at.le(time))
        .filter(events::happened_at.lt(time).or(events::id.lt(id)))
        .order((events::happened_at.desc(), events::id.desc()))
        .limit(limit)
        .select(ListedEvent::as_select())
        .load(db)
}

/// Returns the time and `User-Agent` of each of the user's events of this kind at one of `times`.
/// Includes only events that caused an email with an undo link. An event and the rest of its
/// transaction have the same time.
pub fn with_undo_at(
    db: &mut DbConnection,
    user_id: &UserId,
    kind: &str,
    times: &[Timestamp],
) -> QueryResult<Vec<(Timestamp, String)>> {
    events::table
        .filter(events::user_id.eq(user_id))
        .filter(events::happened_at.eq_any(times))
        .filter(events::kind.eq(kind))
        .filter(events::undo_link_id.is_not_null())
        .select((events::happened_at, events::user_agent))
        .load(db)
}

/// Returns true if the user has an event of this kind about an app since a point in time.
pub fn has_about(
    db: &mut DbConnection,
    user_id: &UserId,
    kind: &str,
    app: &AppId,
    since: Timestamp,
) -> QueryResult<bool> {
    let found = events::table
        .filter(events::user_id.eq(user_id))
        .filter(events::happened_at.gt(since))
        .filter(events::kind.eq(kind))
        .filter(events::app_id.eq(app));
    diesel::select(diesel::dsl::exists(found)).get_result(db)
}

/// Returns the event `id` if it belongs to the user.
pub fn of_user(
    db: &mut DbConnection,
    user_id: &UserId,
    id: &str,
) -> QueryResult<Option<ListedEvent>> {
    events::table
        .find(id)
        .filter(events::user_id.eq(user_id))
        .select(ListedEvent::as_select())
        .first(db)
        .optional()
}
