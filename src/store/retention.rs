//! Deletion of outdated rows, with one function for each table. Each call deletes a limited number
//! of rows, so that other work does not wait long for the database. Each returns the number of
//! deleted rows.

use diesel::prelude::*;

use super::schema::{
    admin_log, events, factor_recoveries, form_results, invitations, known_devices, links,
    login_failures, outbox, passkeys, pending_logins, pending_signups, personal_tokens,
    rate_limits, recovery_codes, sessions, spent_challenges, totp_credentials, used_codes,
};
use super::session_lists::LiveAt;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{DeviceHash, UserId};

/// Deletes at most `$limit` rows that match `$condition`, by key. The deletion checks the condition
/// again, because another request may have extended a row.
macro_rules! delete_slice {
    ($db:expr, $table:ident, $key:expr, $condition:expr, $limit:expr) => {{
        let keys: Vec<String> = $table::table
            .filter($condition)
            .limit($limit)
            .select($key)
            .load($db)?;
        diesel::delete($table::table.filter($key.eq_any(keys)).filter($condition)).execute($db)
    }};
}

/// Deletes at most `$limit` devices that match `$condition`. The key has two columns, so they are
/// deleted one by one. The condition is checked again, because a device may have just been used.
macro_rules! delete_devices {
    ($db:expr, $condition:expr, $limit:expr) => {{
        let old: Vec<(UserId, DeviceHash)> = known_devices::table
            .filter($condition)
            .limit($limit)
            .select((known_devices::user_id, known_devices::device_hash))
            .load($db)?;
        let mut count = 0;
        for (user_id, device_hash) in old {
            let device = known_devices::table.find((user_id, device_hash));
            count += diesel::delete(device.filter($condition)).execute($db)?;
        }
        Ok(count)
    }};
}

/// Deletes pending sign-ups that expired by `now`, with their links. A later user of the same email
/// address must not inherit them.
pub fn pending_signups(db: &mut DbConnection, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let is_over = || pending_signups::expires_at.le(now);
    let over: Vec<String> = pending_signups::table
        .filter(is_over())
        .limit(limit)
        .select(pending_signups::id)
        .load(db)?;
    // The condition is checked again because another request may have extended a sign-up.
    let gone: Vec<String> = diesel::delete(
        pending_signups::table
            .filter(pending_signups::id.eq_any(over))
            .filter(is_over()),
    )
    .returning(pending_signups::id)
    .get_results(db)?;
    let count = gone.len();
    diesel::delete(links::table.filter(links::subject_id.eq_any(gone))).execute(db)?;
    Ok(count)
}

/// Deletes invitations that were accepted or expired by `end`.
pub fn invitations(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        invitations,
        invitations::id,
        invitations::expires_at.le(end),
        limit
    )
}

/// Deletes links that expired by `end`.
pub fn links(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(db, links, links::id, links::expires_at.le(end), limit)
}

/// Deletes emails that had expired by `end`.
pub fn outbox(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(db, outbox, outbox::id, outbox::expires_at.le(end), limit)
}

/// Deletes sessions that had ended or expired by a point in time.
pub fn sessions(db: &mut DbConnection, live_at: LiveAt, limit: i64) -> QueryResult<usize> {
    let over = || {
        let idle_since = sessions::last_seen_at
            .le(live_at.remembered)
            .or(sessions::remember
                .eq(false)
                .and(sessions::last_seen_at.le(live_at.usual)));
        sessions::ended_at
            .le(live_at.now)
            .or(sessions::expires_at.le(live_at.now).nullable())
            .or(idle_since.nullable())
    };
    // Every such session was last seen by then. This redundant condition lets the query use an
    // index.
    delete_slice!(
        db,
        sessions,
        sessions::id_hash,
        sessions::last_seen_at
            .le(live_at.now)
            .nullable()
            .and(over()),
        limit
    )
}

/// Deletes API tokens that expired by `end`.
pub fn personal_tokens(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        personal_tokens,
        personal_tokens::id,
        personal_tokens::expires_at.le(end),
        limit
    )
}

/// Deletes events that happened by `end`.
pub fn events(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(db, events, events::id, events::happened_at.le(end), limit)
}

/// Deletes actions of administrators that happened by `end`.
pub fn admin_log(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        admin_log,
        admin_log::id,
        admin_log::happened_at.le(end),
        limit
    )
}

/// Deletes rate-limit rows that expired by `now`.
pub fn rate_limits(db: &mut DbConnection, now: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        rate_limits,
        rate_limits::key,
        rate_limits::expires_at.le(now),
        limit
    )
}

/// Deletes results of forms that expired by `now`.
pub fn form_results(db: &mut DbConnection, now: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        form_results,
        form_results::key,
        form_results::expires_at.le(now),
        limit
    )
}

/// Deletes counters of login failures that expired by `now`.
pub fn login_failures(db: &mut DbConnection, now: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        login_failures,
        login_failures::key,
        login_failures::expires_at.le(now),
        limit
    )
}

/// Deletes pending logins that expired by `now` and were used or reported.
pub fn pending_logins(db: &mut DbConnection, now: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        pending_logins,
        pending_logins::id_hash,
        pending_logins::expires_at.le(now).and(
            pending_logins::used_at
                .is_not_null()
                .or(pending_logins::notified_at.is_not_null())
        ),
        limit
    )
}

/// Deletes authenticator apps that were removed by `end`.
pub fn removed_apps(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        totp_credentials,
        totp_credentials::id,
        totp_credentials::removed_at.le(end),
        limit
    )
}

/// Deletes passkeys that were removed by `end`.
pub fn removed_passkeys(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        passkeys,
        passkeys::id,
        passkeys::removed_at.le(end),
        limit
    )
}

/// Deletes used challenges that expired by `now`.
pub fn spent_challenges(db: &mut DbConnection, now: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        spent_challenges,
        spent_challenges::challenge_hash,
        spent_challenges::expires_at.le(now),
        limit
    )
}

/// Deletes codes of hand-overs that were redeemed and expired by `now`.
pub fn used_codes(db: &mut DbConnection, now: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        used_codes,
        used_codes::code_hash,
        used_codes::expires_at.le(now),
        limit
    )
}

/// Deletes requests to remove a second step that had ended by `end`.
pub fn factor_recoveries(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        factor_recoveries,
        factor_recoveries::id,
        factor_recoveries::ended_at.le(end),
        limit
    )
}

/// Deletes recovery codes that were replaced by `end`.
pub fn removed_codes(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_slice!(
        db,
        recovery_codes,
        recovery_codes::code_hash,
        recovery_codes::removed_at.le(end),
        limit
    )
}

/// Deletes known devices that were last used by `end`.
pub fn known_devices(db: &mut DbConnection, end: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_devices!(db, known_devices::last_used_at.le(end), limit)
}

/// Deletes devices that a password reset made count as known, and whose day ended by `now`.
pub fn temporary_devices(db: &mut DbConnection, now: Timestamp, limit: i64) -> QueryResult<usize> {
    delete_devices!(db, known_devices::counts_as_known_until.le(now), limit)
}
