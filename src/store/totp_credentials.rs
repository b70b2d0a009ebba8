//! Authenticator apps of users. A removed app stays for a while, so that the owner can undo the
//! removal.

use diesel::prelude::*;

use super::schema::totp_credentials;
use super::undoable::undoable;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::UserId;

/// An authenticator app to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = totp_credentials, treat_none_as_default_value = false)]
pub struct NewTotpCredential<'a> {
    pub id: &'a str,
    pub user_id: &'a UserId,
    /// The name that the owner chose.
    pub name: &'a str,
    /// The sealed secret.
    pub sealed: &'a [u8],
    /// The id of the operator's secret with which `sealed` was made.
    pub key_id: &'a str,
    /// The newest step whose code was used. Codes of this and of earlier steps are rejected.
    pub last_step: i64,
    pub created_at: Timestamp,
}

/// An authenticator app.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = totp_credentials)]
pub struct TotpCredential {
    pub id: String,
    /// The name that the owner chose.
    pub name: String,
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// The newest step whose code was used. Codes of this and of earlier steps are rejected.
    pub last_step: i64,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub removed_at: Option<Timestamp>,
}

/// An authenticator app whose secret is sealed with an older secret of the operator.
#[derive(Clone, Debug, Queryable)]
pub struct OutdatedSeal {
    pub id: String,
    pub user_id: UserId,
    pub sealed: Vec<u8>,
}

undoable!(totp_credentials, TotpCredential);

pub fn insert(db: &mut DbConnection, app: &NewTotpCredential<'_>) -> QueryResult<()> {
    diesel::insert_into(totp_credentials::table)
        .values(app)
        .execute(db)?;
    Ok(())
}

/// Returns true if there is an app with this id, live or removed.
pub fn exists(db: &mut DbConnection, id: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(totp_credentials::table.find(id))).get_result(db)
}

/// Records the use of a code. Returns false if a code of this or a later step was used before.
pub fn use_step(
    db: &mut DbConnection,
    user_id: &UserId,
    id: &str,
    step: i64,
    now: Timestamp,
) -> QueryResult<bool> {
    let updated = diesel::update(totp_credentials::table.find(id))
        .filter(totp_credentials::user_id.eq(user_id))
        .filter(totp_credentials::removed_at.is_null())
        .filter(totp_credentials::last_step.lt(step))
        .set((
            totp_credentials::last_step.eq(step),
            totp_credentials::last_used_at.eq(now),
        ))
        .execute(db)?;
    Ok(updated == 1)
}

/// Returns up to `limit` apps whose secret is not sealed with `key_id`, in the order of their ids.
/// They follow the id `after`.
pub fn sealed_otherwise(
    db: &mut DbConnection,
    key_id: &str,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<OutdatedSeal>> {
    totp_credentials::table
        .filter(totp_credentials::key_id.ne(key_id))
        .filter(totp_credentials::id.gt(after))
        .order(totp_credentials::id)
        .limit(limit)
        .select((
            totp_credentials::id,
            totp_credentials::user_id,
            totp_credentials::sealed,
        ))
        .load(db)
}

/// Returns how many apps are sealed with each key.
pub fn count_by_key(db: &mut DbConnection) -> QueryResult<Vec<(String, i64)>> {
    totp_credentials::table
        .group_by(totp_credentials::key_id)
        .select((totp_credentials::key_id, diesel::dsl::count_star()))
        .load(db)
}

/// Replaces the sealed secret of a user's app.
pub fn reseal(
    db: &mut DbConnection,
    user_id: &UserId,
    id: &str,
    sealed: &[u8],
    key_id: &str,
) -> QueryResult<()> {
    diesel::update(totp_credentials::table.find(id))
        .filter(totp_credentials::user_id.eq(user_id))
        .set((
            totp_credentials::sealed.eq(sealed),
            totp_credentials::key_id.eq(key_id),
        ))
        .execute(db)?;
    Ok(())
}
