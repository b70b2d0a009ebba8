//! Sessions, by the hash of their id. Every query has the owner in its WHERE, or the hash, which only the owner's
//! cookie can give.

use diesel::prelude::*;

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
}

/// The session of a request, its user, and the user's other sessions at a glance.
#[derive(Clone, Debug, Queryable)]
pub struct Current {
    /// The session, ended or not.
    pub session: CurrentSession,
    /// Its user.
    pub user: User,
    /// How many of the user's sessions live.
    pub live: Option<i64>,
    /// When the user logged in last, but for this session.
    pub other_login_at: Option<i64>,
    /// The browser of that login, as it named itself.
    pub other_login_user_agent: Option<String>,
}

/// The last-seen time below which a session has idled away.
#[derive(Clone, Copy, Debug)]
pub struct IdleSince {
    /// Of one that ends with the browser.
    pub plain: i64,
    /// Of one that outlives it.
    pub remembered: i64,
}

// A user's sessions, also beside the present one in one query.
diesel::alias!(const mine: Alias<Mine> = sessions as mine);

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

/// The one query of a request of a signed-in person. The glance at the other sessions rides along: two look-ups would
/// take the locks of the database twice, which costs more than what this one adds.
pub fn current(
    connection: &mut DbConnection,
    id_hash: &str,
    user_id: &str,
    now: i64,
    idle: IdleSince,
) -> QueryResult<Option<Current>> {
    let latest_other = || {
        mine.filter(mine.field(sessions::user_id).eq(user_id))
            .filter(mine.field(sessions::id_hash).ne(id_hash))
            .order((mine.field(sessions::created_at).desc(), mine.field(sessions::id_hash).desc()))
            .limit(1)
    };
    on_either!(connection, db => sessions::table
        .inner_join(users::table)
        .filter(sessions::id_hash.eq(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .select((
            CurrentSession::as_select(),
            User::as_select(),
            live_of!(user_id, now, idle).count().single_value(),
            latest_other().select(mine.field(sessions::created_at)).single_value(),
            latest_other().select(mine.field(sessions::user_agent)).single_value(),
        ))
        .get_result(db)
        .optional())
}

/// Begins one.
pub fn insert(connection: &mut DbConnection, session: &NewSession<'_>) -> QueryResult<()> {
    diesel::insert_into(sessions::table).values(session).execute(connection)?;
    Ok(())
}

/// Notes that it was used, if the last note is not after `due`: of many requests at once, one writes, and the time never
/// goes back, whatever the clocks of several nodes say.
pub fn seen(connection: &mut DbConnection, id_hash: &str, due: i64, now: i64) -> QueryResult<()> {
    diesel::update(sessions::table.find(id_hash))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::last_seen_at.le(due))
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
    live_of!(user_id, now, idle)
        .order(mine.field(sessions::last_seen_at).desc())
        .select(mine.field(sessions::id_hash))
        .load(connection)
}
