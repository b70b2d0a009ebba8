//! Sessions, by the hash of their id. Every query has the owner in its WHERE.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;

use super::TRIM_LIMIT;
use super::schema::{sessions, users};
use super::users::User;
use crate::db::{DbConnection, on_either};

/// A session that begins.
#[derive(Debug, Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession<'a> {
    /// SHA-256 of the id in the cookie.
    pub id_hash: &'a str,
    /// Whose it is.
    pub user_id: &'a str,
    /// What was proven at the start, such as `password`.
    pub signed_in_by: &'a str,
    /// Whether it outlives the browser.
    pub remember: bool,
    /// When it began.
    pub created_at: i64,
    /// Last request, to the minute.
    pub last_seen_at: i64,
    /// Its end, however busy it is.
    pub expires_at: i64,
    /// The browser, as it named itself.
    pub user_agent: &'a str,
    /// Where it came from.
    pub client_address: &'a str,
    /// What pages call it; opens nothing.
    pub handle: &'a str,
    /// When its owner last gave the password.
    pub proven_at: i64,
    /// How often its refresh token was exchanged; none if it is a browser's.
    pub refresh_generation: Option<i64>,
}

/// What a request needs to know of its session.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct CurrentSession {
    /// SHA-256 of the id in the cookie.
    pub id_hash: String,
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
    /// When it was ended.
    pub ended_at: Option<i64>,
    /// Why.
    pub end_reason: Option<String>,
    /// What pages and the API call it; opens nothing.
    pub handle: String,
    /// When its owner last gave the password.
    pub proven_at: i64,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct ListedSession {
    /// SHA-256 of the id in the cookie.
    pub id_hash: String,
    /// What pages call it; opens nothing.
    pub handle: String,
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
    /// When its owner last gave the password.
    pub proven_at: i64,
    /// How often its refresh token was exchanged; none if it is a browser's.
    pub refresh_generation: Option<i64>,
}

/// A session of a program, when it is to go on.
#[derive(Clone, Debug)]
pub struct ProgramSession {
    /// The session.
    pub session: CurrentSession,
    /// How often its refresh token was exchanged.
    pub refresh_generation: i64,
    /// When last.
    pub refreshed_at: Option<i64>,
}

/// The session of a request and its user.
#[derive(Clone, Debug, Queryable)]
pub struct Current {
    /// The session, ended or not.
    pub session: CurrentSession,
    /// Its user.
    pub user: User,
}

/// A user's sessions at a glance.
#[derive(Clone, Debug)]
pub struct SessionSummary {
    /// How many of the user's sessions live.
    pub live: Option<i64>,
    /// The user's last login, but for the one of this session.
    pub other_login: Option<OtherLogin>,
}

/// A login that is not the present one.
#[derive(Clone, Debug, Queryable)]
pub struct OtherLogin {
    /// When.
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

// A user's sessions, also beside the present one in one query; and one of them.
diesel::alias! {
    const mine: Alias<Mine> = sessions as mine;
    const other: Alias<Other> = sessions as other;
}

/// A user's sessions that have not ended, are not past their end and have not idled away. A macro, since the type of the
/// query can't be written down.
macro_rules! live_of {
    ($user_id:expr, $now:expr, $idle:expr) => {
        mine.filter(mine.field(sessions::user_id).eq($user_id))
            .filter(mine.field(sessions::ended_at).is_null())
            .filter(mine.field(sessions::expires_at).gt($now))
            .filter(mine.field(sessions::last_seen_at).gt($idle.plain).or(
                mine.field(sessions::remember).eq(true).and(mine.field(sessions::last_seen_at).gt($idle.remembered)),
            ))
    };
}

/// The session of a request of a signed-in person.
pub fn current(connection: &mut DbConnection, id_hash: &str, user_id: &str) -> QueryResult<Option<Current>> {
    on_either!(connection, db => sessions::table
        .inner_join(users::table)
        .filter(sessions::id_hash.eq(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .select((CurrentSession::as_select(), User::as_select()))
        .get_result(db)
        .optional())
}

/// The session of a program's request, by what the API calls it.
pub fn current_of_program(connection: &mut DbConnection, handle: &str, user_id: &str) -> QueryResult<Option<Current>> {
    on_either!(connection, db => sessions::table
        .inner_join(users::table)
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::handle.eq(handle))
        .filter(sessions::refresh_generation.is_not_null())
        .select((CurrentSession::as_select(), User::as_select()))
        .get_result(db)
        .optional())
}

/// The session of a request of a signed-in person, and a glance at all of theirs rides along: two look-ups would take the locks of the database twice, which
/// costs more than what this one adds.
pub fn current_with_summary(
    connection: &mut DbConnection,
    id_hash: &str,
    user_id: &str,
    now: i64,
    idle: IdleSince,
) -> QueryResult<Option<(Current, SessionSummary)>> {
    let latest_other = mine
        .filter(mine.field(sessions::user_id).eq(user_id))
        .filter(mine.field(sessions::id_hash).ne(id_hash))
        .order((mine.field(sessions::created_at).desc(), mine.field(sessions::id_hash).desc()))
        .limit(1)
        .select(mine.field(sessions::id_hash))
        .single_value();
    let row = on_either!(connection, db => sessions::table
        .inner_join(users::table)
        .left_join(other.on(other.field(sessions::id_hash).nullable().eq(latest_other)))
        .filter(sessions::id_hash.eq(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .select((
            CurrentSession::as_select(),
            User::as_select(),
            live_of!(user_id, now, idle).count().single_value(),
            other.fields((sessions::created_at, sessions::user_agent)).nullable(),
        ))
        .get_result(db)
        .optional())?;
    Ok(row.map(|(session, user, live, other_login)| (Current { session, user }, SessionSummary { live, other_login })))
}

/// Begins one.
pub fn insert(connection: &mut DbConnection, session: &NewSession<'_>) -> QueryResult<()> {
    diesel::insert_into(sessions::table).values(session).execute(connection)?;
    Ok(())
}

/// Notes that it was used, if the last note is not after `due`: of many requests at once, one writes, and the time never
/// goes back, whatever the clocks of several nodes say.
pub fn seen(connection: &mut DbConnection, user_id: &str, id_hash: &str, due: i64, now: i64) -> QueryResult<()> {
    diesel::update(sessions::table.find(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::last_seen_at.le(due))
        .set(sessions::last_seen_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Ends one of a user's; tells whether it was ended now.
pub fn end(connection: &mut DbConnection, user_id: &str, id_hash: &str, reason: &str, now: i64) -> QueryResult<bool> {
    let updated = diesel::update(sessions::table.find(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(connection)?;
    Ok(updated == 1)
}

/// Gives a live session of a user another id: the owner has given the password anew. Tells whether it was there.
pub fn renew(
    connection: &mut DbConnection,
    user_id: &str,
    id_hash: &str,
    new_id_hash: &str,
    now: i64,
) -> QueryResult<bool> {
    let updated = diesel::update(sessions::table.find(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .set((sessions::id_hash.eq(new_id_hash), sessions::proven_at.eq(now), sessions::last_seen_at.eq(now)))
        .execute(connection)?;
    Ok(updated == 1)
}

/// The session of a user with this id, live or not.
pub fn of_user(connection: &mut DbConnection, user_id: &str, id_hash: &str) -> QueryResult<Option<CurrentSession>> {
    sessions::table
        .find(id_hash)
        .filter(sessions::user_id.eq(user_id))
        .select(CurrentSession::as_select())
        .first(connection)
        .optional()
}

/// The program's session of a user with this id, live or not.
pub fn of_program(connection: &mut DbConnection, user_id: &str, id_hash: &str) -> QueryResult<Option<ProgramSession>> {
    let found = sessions::table
        .find(id_hash)
        .filter(sessions::user_id.eq(user_id))
        .select((CurrentSession::as_select(), sessions::refresh_generation, sessions::refreshed_at))
        .first::<(CurrentSession, Option<i64>, Option<i64>)>(connection)
        .optional()?;
    Ok(found.and_then(|(session, refresh_generation, refreshed_at)| {
        Some(ProgramSession { session, refresh_generation: refresh_generation?, refreshed_at })
    }))
}

/// Notes the next exchange of a program's refresh token.
pub fn refresh(
    connection: &mut DbConnection,
    user_id: &str,
    id_hash: &str,
    generation: i64,
    now: i64,
) -> QueryResult<()> {
    diesel::update(sessions::table.find(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .set((
            sessions::refresh_generation.eq(generation),
            sessions::refreshed_at.eq(now),
            sessions::last_seen_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// The hash of the session of a user that pages call `handle`, live or not.
pub fn by_handle(connection: &mut DbConnection, user_id: &str, handle: &str) -> QueryResult<Option<String>> {
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::handle.eq(handle))
        .select(sessions::id_hash)
        .first(connection)
        .optional()
}

/// Ends all of a user's but one. Returns how many it ended.
pub fn end_others(
    connection: &mut DbConnection,
    user_id: &str,
    except: &str,
    reason: &str,
    now: i64,
) -> QueryResult<usize> {
    diesel::update(sessions::table)
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::id_hash.ne(except))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(connection)
}

/// Every session of a user that is still kept, the newest first.
pub fn all(connection: &mut DbConnection, user_id: &str) -> QueryResult<Vec<ListedSession>> {
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .order(sessions::created_at.desc())
        .select(ListedSession::as_select())
        .load(connection)
}

/// The session of a user with this id as its owner sees it, live or not.
pub fn listed(connection: &mut DbConnection, user_id: &str, id_hash: &str) -> QueryResult<Option<ListedSession>> {
    sessions::table
        .find(id_hash)
        .filter(sessions::user_id.eq(user_id))
        .select(ListedSession::as_select())
        .first(connection)
        .optional()
}

/// A user's live sessions but one, the last seen first, at most `limit`: those after a place, or the first. The place
/// is the last session of the page before: when it was last seen, and its handle, which orders what was seen in one
/// millisecond.
pub fn live_ones(
    connection: &mut DbConnection,
    user_id: &str,
    except: &str,
    now: i64,
    idle: IdleSince,
    before: Option<(i64, &str)>,
    limit: i64,
) -> QueryResult<Vec<ListedSession>> {
    let (time, handle) = before.unwrap_or((i64::MAX, ""));
    // The columns are the same for either database.
    let columns = <ListedSession as Selectable<Sqlite>>::construct_selection();
    live_of!(user_id, now, idle)
        .filter(mine.field(sessions::id_hash).ne(except))
        // Follows from the above, and says it in the way of an index: one range, read backwards.
        .filter(mine.field(sessions::last_seen_at).gt(idle.plain.min(idle.remembered)))
        .filter(mine.field(sessions::last_seen_at).le(time))
        .filter(mine.field(sessions::last_seen_at).lt(time).or(mine.field(sessions::handle).lt(handle)))
        .order((mine.field(sessions::last_seen_at).desc(), mine.field(sessions::handle).desc()))
        .limit(limit)
        .select(mine.fields(columns))
        .load(connection)
}

/// Ends all of a user's. Returns how many it ended.
pub fn end_all(connection: &mut DbConnection, user_id: &str, reason: &str, now: i64) -> QueryResult<usize> {
    diesel::update(sessions::table)
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(connection)
}

/// Deletes a user's sessions that are over and not among the newest `limit`, at most [`TRIM_LIMIT`] at once.
pub fn keep_newest(
    connection: &mut DbConnection,
    user_id: &str,
    limit: i64,
    now: i64,
    idle: IdleSince,
) -> QueryResult<()> {
    let beyond: Option<(i64, String)> = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .order((sessions::created_at.desc(), sessions::id_hash.desc()))
        .offset(limit)
        .limit(1)
        .select((sessions::created_at, sessions::id_hash))
        .first(connection)
        .optional()?;
    let Some((created_at, id_hash)) = beyond else { return Ok(()) };
    let is_old =
        sessions::created_at.lt(created_at).or(sessions::created_at.eq(created_at).and(sessions::id_hash.le(id_hash)));
    let has_idled = sessions::last_seen_at
        .le(idle.remembered)
        .or(sessions::remember.eq(false).and(sessions::last_seen_at.le(idle.plain)));
    let is_over = sessions::ended_at.is_not_null().or(sessions::expires_at.le(now)).or(has_idled);
    let old: Vec<String> = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(is_old)
        .filter(is_over)
        .limit(TRIM_LIMIT)
        .select(sessions::id_hash)
        .load(connection)?;
    if !old.is_empty() {
        diesel::delete(sessions::table.filter(sessions::id_hash.eq_any(old))).execute(connection)?;
    }
    Ok(())
}

/// The hashes of a user's live sessions, the longest idle one last.
pub fn live(connection: &mut DbConnection, user_id: &str, now: i64, idle: IdleSince) -> QueryResult<Vec<String>> {
    live_of!(user_id, now, idle)
        .order(mine.field(sessions::last_seen_at).desc())
        .select(mine.field(sessions::id_hash))
        .load(connection)
}
