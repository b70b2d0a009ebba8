//! Sessions, by the hash of their id. Every query has the owner in its WHERE, or the hash, which only the owner's
//! cookie can give.

use diesel::prelude::*;

use super::schema::{sessions, users};
use super::users::User;
use crate::db::DbConnection;

/// A session.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// SHA-256 of the id in the cookie.
    pub id_hash: String,
    /// Whose it is.
    pub user_id: String,
    /// What was proven at the start, such as `password`.
    pub signed_in_by: String,
    /// Whether it outlives the browser.
    pub remember: bool,
    /// When it began.
    pub created_at: i64,
    /// Last request, to the minute.
    pub last_seen_at: i64,
    /// Its end, however busy it is.
    pub expires_at: i64,
    /// The browser, as it named itself.
    pub user_agent: String,
    /// Where it came from.
    pub client_address: String,
    /// When it was ended.
    pub ended_at: Option<i64>,
    /// Why.
    pub end_reason: Option<String>,
}

/// When and from what browser somebody logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The browser, as it named itself.
    pub user_agent: String,
}

/// The last-seen time below which a session has idled away.
#[derive(Clone, Copy, Debug)]
pub struct IdleSince {
    /// Of one that ends with the browser.
    pub plain: i64,
    /// Of one that outlives it.
    pub remembered: i64,
}

/// The session and its user, ended or not: one query for each request of a signed-in person.
pub fn with_user(connection: &mut DbConnection, id_hash: &str, user_id: &str) -> QueryResult<Option<(Session, User)>> {
    sessions::table
        .inner_join(users::table)
        .filter(sessions::id_hash.eq(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .select((Session::as_select(), User::as_select()))
        .first(connection)
        .optional()
}

/// Begins one.
pub fn insert(connection: &mut DbConnection, session: &Session) -> QueryResult<()> {
    diesel::insert_into(sessions::table).values(session).execute(connection)?;
    Ok(())
}

/// Notes that it was used. Never goes back in time, whatever the clocks of several nodes say.
pub fn seen(connection: &mut DbConnection, id_hash: &str, now: i64) -> QueryResult<()> {
    diesel::update(sessions::table.find(id_hash))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::last_seen_at.lt(now))
        .set(sessions::last_seen_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Ends one; tells whose it was, unless it had ended before.
pub fn end(connection: &mut DbConnection, id_hash: &str, reason: &str, now: i64) -> QueryResult<Option<String>> {
    diesel::update(sessions::table.find(id_hash))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .returning(sessions::user_id)
        .get_result(connection)
        .optional()
}

/// Ends all of a user's.
pub fn end_all(connection: &mut DbConnection, user_id: &str, reason: &str, now: i64) -> QueryResult<()> {
    diesel::update(sessions::table)
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(connection)?;
    Ok(())
}

/// The hashes of a user's live sessions, the longest idle one last.
pub fn live(connection: &mut DbConnection, user_id: &str, now: i64, idle: IdleSince) -> QueryResult<Vec<String>> {
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(
            sessions::last_seen_at
                .gt(idle.plain)
                .or(sessions::remember.eq(true).and(sessions::last_seen_at.gt(idle.remembered))),
        )
        .order(sessions::last_seen_at.desc())
        .select(sessions::id_hash)
        .load(connection)
}

/// The user's latest login but that of the session `id_hash`.
pub fn latest_other_login(connection: &mut DbConnection, user_id: &str, id_hash: &str) -> QueryResult<Option<Login>> {
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::id_hash.ne(id_hash))
        .order(sessions::created_at.desc())
        .select((sessions::created_at, sessions::user_agent))
        .first::<(i64, String)>(connection)
        .optional()
        .map(|login| login.map(|(at, user_agent)| Login { at, user_agent }))
}
