//! What happened, and to whom.

use diesel::prelude::*;

use super::schema::events;
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
    /// To whom; nobody if no account was concerned.
    pub user_id: Option<&'a str>,
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

/// What happened to a user before a moment, newest first, at most `most`. The moment is the last event of the page before:
/// its time and its id, which orders what happened in one millisecond.
pub fn page(
    connection: &mut DbConnection,
    user_id: &str,
    before: Option<(i64, &str)>,
    most: i64,
) -> QueryResult<Vec<ListedEvent>> {
    let (time, id) = before.unwrap_or((i64::MAX, ""));
    events::table
        .filter(events::user_id.eq(user_id))
        .filter(events::happened_at.le(time))
        .filter(events::happened_at.lt(time).or(events::id.lt(id)))
        .order((events::happened_at.desc(), events::id.desc()))
        .limit(most)
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
