//! What is deleted when its time is over: one function a table, a slice at a time, so that nobody waits long for the
//! database. Each tells how many rows went.

use diesel::prelude::*;

use super::schema::{events, known_devices, links, outbox, pending_signups, personal_tokens, sessions, throttles};
use super::sessions::IdleSince;
use crate::db::DbConnection;

/// Deletes the rows that `$condition` finds, at most `$limit`, by their key; it is asked again as they go, since somebody may
/// have prolonged one.
macro_rules! delete_slice {
    ($connection:expr, $table:ident, $key:expr, $condition:expr, $limit:expr) => {{
        let keys: Vec<String> = $table::table.filter($condition).limit($limit).select($key).load($connection)?;
        diesel::delete($table::table.filter($key.eq_any(keys)).filter($condition)).execute($connection)
    }};
}

/// Sign-ups whose time ran out by `now`, with their links: whoever gets the address later has nothing to do with them.
pub fn pending_signups(connection: &mut DbConnection, now: i64, limit: i64) -> QueryResult<usize> {
    let is_over = || pending_signups::expires_at.le(now);
    let over: Vec<String> =
        pending_signups::table.filter(is_over()).limit(limit).select(pending_signups::id).load(connection)?;
    // Somebody may have prolonged one since.
    let gone: Vec<String> =
        diesel::delete(pending_signups::table.filter(pending_signups::id.eq_any(over)).filter(is_over()))
            .returning(pending_signups::id)
            .get_results(connection)?;
    let count = gone.len();
    diesel::delete(links::table.filter(links::subject_id.eq_any(gone))).execute(connection)?;
    Ok(count)
}

/// Links that ended by `end`.
pub fn links(connection: &mut DbConnection, end: i64, limit: i64) -> QueryResult<usize> {
    delete_slice!(connection, links, links::id, links::expires_at.le(end), limit)
}

/// Mails that had no more use by `end`.
pub fn outbox(connection: &mut DbConnection, end: i64, limit: i64) -> QueryResult<usize> {
    delete_slice!(connection, outbox, outbox::id, outbox::dies_at.le(end), limit)
}

/// Sessions that were over by `end`: ended, past their end, or idle since before `idle`.
pub fn sessions(connection: &mut DbConnection, end: i64, idle: IdleSince, limit: i64) -> QueryResult<usize> {
    let over = || {
        let idle_since = sessions::last_seen_at
            .le(idle.remembered)
            .or(sessions::remember.eq(false).and(sessions::last_seen_at.le(idle.plain)));
        sessions::ended_at.le(end).or(sessions::expires_at.le(end).nullable()).or(idle_since.nullable())
    };
    // Whatever is over by then was last seen by then, which an index knows.
    delete_slice!(connection, sessions, sessions::id_hash, sessions::last_seen_at.le(end).nullable().and(over()), limit)
}

/// Personal access tokens that ended by `end`.
pub fn personal_tokens(connection: &mut DbConnection, end: i64, limit: i64) -> QueryResult<usize> {
    delete_slice!(connection, personal_tokens, personal_tokens::id, personal_tokens::expires_at.le(end), limit)
}

/// What happened by `end`.
pub fn events(connection: &mut DbConnection, end: i64, limit: i64) -> QueryResult<usize> {
    delete_slice!(connection, events, events::id, events::happened_at.le(end), limit)
}

/// Limits that count nothing any more by `now`.
pub fn throttles(connection: &mut DbConnection, now: i64, limit: i64) -> QueryResult<usize> {
    delete_slice!(connection, throttles, throttles::key, throttles::expires_at.le(now), limit)
}

/// Browsers that were last used by `end`. Their key has two parts; who comes back a moment too late is just not known.
pub fn known_devices(connection: &mut DbConnection, end: i64, limit: i64) -> QueryResult<usize> {
    let old: Vec<(String, String)> = known_devices::table
        .filter(known_devices::last_used_at.le(end))
        .limit(limit)
        .select((known_devices::user_id, known_devices::device_hash))
        .load(connection)?;
    let mut gone = 0;
    for (user_id, device_hash) in old {
        gone += diesel::delete(known_devices::table.find((user_id, device_hash))).execute(connection)?;
    }
    Ok(gone)
}
