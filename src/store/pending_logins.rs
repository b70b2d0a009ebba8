//! Pending logins: the password was right, and the second step is still to come. They are stored by
//! the hash of their secret.

use diesel::prelude::*;

use super::schema::pending_logins;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{DeviceHash, ProgramSecretHash, UserId};

/// A login that waits for the second step.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = pending_logins, treat_none_as_default_value = false)]
pub struct PendingLogin {
    /// SHA-256 of the secret.
    pub id_hash: ProgramSecretHash,
    pub user_id: UserId,
    /// True for a login of an API client.
    pub is_api: bool,
    /// True if the session outlives the browser process.
    pub remember: bool,
    /// The browser. `None` for an API client.
    pub device_hash: Option<DeviceHash>,
    /// The User-Agent header of the client.
    pub user_agent: String,
    /// The IP address of the client, as text.
    pub client_address: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

pub fn insert(db: &mut DbConnection, login: &PendingLogin) -> QueryResult<()> {
    diesel::insert_into(pending_logins::table)
        .values(login)
        .execute(db)?;
    Ok(())
}

/// Returns a pending login that is neither used nor expired.
pub fn live(
    db: &mut DbConnection,
    id_hash: &ProgramSecretHash,
    now: Timestamp,
) -> QueryResult<Option<PendingLogin>> {
    pending_logins::table
        .find(id_hash)
        .filter(pending_logins::used_at.is_null())
        .filter(pending_logins::expires_at.gt(now))
        .select(PendingLogin::as_select())
        .first(db)
        .optional()
}

/// Returns all pending logins of a user, newest first.
pub fn all(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Vec<PendingLogin>> {
    pending_logins::table
        .filter(pending_logins::user_id.eq(user_id))
        .order((
            pending_logins::created_at.desc(),
            pending_logins::id_hash.desc(),
        ))
        .select(PendingLogin::as_select())
        .load(db)
}

/// Uses a pending login of a user. Returns false if it was used before or has expired.
pub fn consume(
    db: &mut DbConnection,
    user_id: &UserId,
    id_hash: &ProgramSecretHash,
    now: Timestamp,
) -> QueryResult<bool> {
    let updated = diesel::update(pending_logins::table.find(id_hash))
        .filter(pending_logins::user_id.eq(user_id))
        .filter(pending_logins::used_at.is_null())
        .filter(pending_logins::expires_at.gt(now))
        .set(pending_logins::used_at.eq(now))
        .execute(db)?;
    Ok(updated == 1)
}

/// Returns the hashes of a user's live pending logins and of their devices, newest first.
pub fn of_user(
    db: &mut DbConnection,
    user_id: &UserId,
    now: Timestamp,
) -> QueryResult<Vec<(ProgramSecretHash, Option<DeviceHash>)>> {
    pending_logins::table
        .filter(pending_logins::user_id.eq(user_id))
        .filter(pending_logins::used_at.is_null())
        .filter(pending_logins::expires_at.gt(now))
        .order((
            pending_logins::created_at.desc(),
            pending_logins::id_hash.desc(),
        ))
        .select((pending_logins::id_hash, pending_logins::device_hash))
        .load(db)
}

/// Ends a user's pending logins. Their rows stay until the clean-up has reported them.
pub fn end(
    db: &mut DbConnection,
    user_id: &UserId,
    ids: &[ProgramSecretHash],
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(pending_logins::table)
        .filter(pending_logins::user_id.eq(user_id))
        .filter(pending_logins::id_hash.eq_any(ids))
        .set(pending_logins::expires_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Marks a pending login as reported, so that its end causes no notice.
pub fn set_login_notified(
    db: &mut DbConnection,
    user_id: &UserId,
    id_hash: &ProgramSecretHash,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(pending_logins::table.find(id_hash))
        .filter(pending_logins::user_id.eq(user_id))
        .set(pending_logins::notified_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Marks all present pending logins of a user as reported.
pub fn set_notified(db: &mut DbConnection, user_id: &UserId, now: Timestamp) -> QueryResult<()> {
    diesel::update(pending_logins::table)
        .filter(pending_logins::user_id.eq(user_id))
        .filter(pending_logins::notified_at.is_null())
        .set(pending_logins::notified_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Returns true if there is such a pending login, and it was not reported yet.
pub fn is_unreported(db: &mut DbConnection, id_hash: &ProgramSecretHash) -> QueryResult<bool> {
    let unreported = pending_logins::table
        .find(id_hash)
        .filter(pending_logins::notified_at.is_null());
    diesel::select(diesel::dsl::exists(unreported)).get_result(db)
}

/// Returns up to `limit` pending logins that expired unused and were not reported.
pub fn find_expired_unreported(
    db: &mut DbConnection,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<PendingLogin>> {
    pending_logins::table
        .filter(pending_logins::expires_at.le(now))
        .filter(pending_logins::used_at.is_null())
        .filter(pending_logins::notified_at.is_null())
        .order(pending_logins::expires_at)
        .limit(limit)
        .select(PendingLogin::as_select())
        .load(db)
}
