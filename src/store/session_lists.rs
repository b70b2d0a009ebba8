//! Lists of a user's sessions, and the rule which of them are live.

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;

use super::TRIM_LIMIT;
use super::schema::sessions;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{SessionIdHash, UserId};

/// A session, as its owner sees it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct ListedSession {
    /// SHA-256 of the session id.
    pub id_hash: SessionIdHash,
    /// The public id, shown on pages and in the API. It grants no access.
    pub handle: String,
    /// The authentication method of the login, such as `password`.
    pub signed_in_by: String,
    /// True if the session outlives the browser process.
    pub remember: bool,
    pub created_at: Timestamp,
    /// Time of the last request, accurate to a minute.
    pub last_seen_at: Timestamp,
    /// The absolute end of the session, even if it is in use.
    pub expires_at: Timestamp,
    /// The User-Agent header of the client.
    pub user_agent: String,
    /// The IP address of the client, as text.
    pub client_address: String,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
    /// Time of the last login or reauthentication.
    pub proven_at: Timestamp,
    /// Number of refresh token exchanges. `None` for a browser session.
    pub refresh_generation: Option<i64>,
}

/// The times that decide if a session is live at one point in time. A live session expires after
/// `now`, and was last seen after its idle limit.
#[derive(Clone, Copy, Debug)]
pub struct LiveAt {
    pub now: Timestamp,
    /// The idle limit of a session that ends with the browser process.
    pub usual: Timestamp,
    /// The idle limit of a session for which the user chose to stay logged in.
    pub remembered: Timestamp,
}

/// A page of a list: at most `limit` rows after the cursor `after`.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    pub after: Option<(Timestamp, &'a str)>,
    pub limit: i64,
}

// An alias, so that these queries can be part of another query of the table.
diesel::alias! {
    pub(super) const mine: Alias<Mine> = sessions as mine;
}

/// Selects a user's sessions that are not ended, expired or idle for too long. A macro is necessary
/// because the type of the query cannot be written out.
macro_rules! live_of {
    ($user_id:expr, $live_at:expr) => {
        mine.filter(mine.field(sessions::user_id).eq($user_id))
            .filter(mine.field(sessions::ended_at).is_null())
            .filter(mine.field(sessions::expires_at).gt($live_at.now))
            .filter(
                mine.field(sessions::last_seen_at)
                    .gt($live_at.usual)
                    .or(mine
                        .field(sessions::remember)
                        .eq(true)
                        .and(mine.field(sessions::last_seen_at).gt($live_at.remembered))),
            )
    };
}
pub(super) use live_of;

/// Returns all stored sessions of a user, newest first.
pub fn all(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Vec<ListedSession>> {
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .order(sessions::created_at.desc())
        .select(ListedSession::as_select())
        .load(db)
}

/// Returns a user's session for display to its owner, live or not.
pub fn listed(
    db: &mut DbConnection,
    user_id: &UserId,
    id_hash: &SessionIdHash,
) -> QueryResult<Option<ListedSession>> {
    sessions::table
        .find(id_hash)
        .filter(sessions::user_id.eq(user_id))
        .select(ListedSession::as_select())
        .first(db)
        .optional()
}

/// Returns a page of a user's live sessions except for one, most recently seen first. The cursor is
/// the time and the public id of the previous page's last session. The public id orders sessions
/// seen in the same millisecond.
pub fn live_ones(
    db: &mut DbConnection,
    user_id: &UserId,
    except: Option<&SessionIdHash>,
    live_at: LiveAt,
    page: Page<'_>,
) -> QueryResult<Vec<ListedSession>> {
    let except = except.map_or("", |hash| hash.0.as_str());
    let (time, handle) = page.after.unwrap_or((Timestamp::MAX, ""));
    // Both databases have the same columns.
    let columns = <ListedSession as Selectable<Sqlite>>::construct_selection();
    live_of!(user_id, live_at)
        .filter(mine.field(sessions::id_hash).ne(except))
        // This condition follows from those above. It lets the query read one index range
        // backwards.
        .filter(
            mine.field(sessions::last_seen_at)
                .gt(live_at.usual.min(live_at.remembered)),
        )
        .filter(mine.field(sessions::last_seen_at).le(time))
        .filter(
            mine.field(sessions::last_seen_at)
                .lt(time)
                .or(mine.field(sessions::handle).lt(handle)),
        )
        .order((
            mine.field(sessions::last_seen_at).desc(),
            mine.field(sessions::handle).desc(),
        ))
        .limit(page.limit)
        .select(mine.fields(columns))
        .load(db)
}

/// Returns the time of the last request by user. Leaves out users without a stored session, ended
/// or not.
pub fn last_seen(
    db: &mut DbConnection,
    users: &[UserId],
) -> QueryResult<Vec<(UserId, Option<Timestamp>)>> {
    sessions::table
        .filter(sessions::user_id.eq_any(users))
        .group_by(sessions::user_id)
        .select((sessions::user_id, max(sessions::last_seen_at)))
        .load(db)
}

/// Deletes a user's finished sessions beyond the newest `limit`, at most `TRIM_LIMIT` at once.
/// Keeps live sessions.
pub fn keep_newest(
    db: &mut DbConnection,
    user_id: &UserId,
    limit: i64,
    live_at: LiveAt,
) -> QueryResult<()> {
    let beyond: Option<(Timestamp, SessionIdHash)> = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .order((sessions::created_at.desc(), sessions::id_hash.desc()))
        .offset(limit)
        .limit(1)
        .select((sessions::created_at, sessions::id_hash))
        .first(db)
        .optional()?;
    let Some((created_at, id_hash)) = beyond else {
        return Ok(());
    };
    let is_old = sessions::created_at.lt(created_at).or(sessions::created_at
        .eq(created_at)
        .and(sessions::id_hash.le(id_hash)));
    let has_idled = sessions::last_seen_at
        .le(live_at.remembered)
        .or(sessions::remember
            .eq(false)
            .and(sessions::last_seen_at.le(live_at.usual)));
    let is_over = sessions::ended_at
        .is_not_null()
        .or(sessions::expires_at.le(live_at.now))
        .or(has_idled);
    let old: Vec<SessionIdHash> = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(is_old)
        .filter(is_over)
        .limit(TRIM_LIMIT)
        .select(sessions::id_hash)
        .load(db)?;
    if !old.is_empty() {
        diesel::delete(sessions::table.filter(sessions::id_hash.eq_any(old))).execute(db)?;
    }
    Ok(())
}

/// Returns the newest login or reauthentication of a user's live sessions.
pub fn newest_proof(
    db: &mut DbConnection,
    user_id: &UserId,
    live_at: LiveAt,
) -> QueryResult<Option<Timestamp>> {
    live_of!(user_id, live_at)
        .order(mine.field(sessions::proven_at).desc())
        .select(mine.field(sessions::proven_at))
        .first(db)
        .optional()
}

/// Returns the id hashes of a user's live sessions, the longest idle last.
pub fn live(
    db: &mut DbConnection,
    user_id: &UserId,
    live_at: LiveAt,
) -> QueryResult<Vec<SessionIdHash>> {
    live_of!(user_id, live_at)
        .order(mine.field(sessions::last_seen_at).desc())
        .select(mine.field(sessions::id_hash))
        .load(db)
}
