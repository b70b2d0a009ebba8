//! Requests to remove a lost second step. Ended requests stay for a while.

use diesel::prelude::*;

use super::schema::factor_recoveries;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::UserId;

/// A request to remove the second step.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = factor_recoveries, treat_none_as_default_value = false)]
pub struct FactorRecovery {
    pub id: String,
    pub user_id: UserId,
    /// `owner` or `administrator`.
    pub requested_by: String,
    pub requested_at: Timestamp,
    /// The end of the wait.
    pub ready_at: Timestamp,
    /// Time of the last reminder.
    pub reminded_at: Option<Timestamp>,
    /// Time of the email with the link that removes the second step.
    pub ready_notified_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
    /// The User-Agent header of the client.
    pub user_agent: String,
    /// The IP address of the client, as text.
    pub client_address: String,
}

pub fn insert(db: &mut DbConnection, recovery: &FactorRecovery) -> QueryResult<()> {
    diesel::insert_into(factor_recoveries::table)
        .values(recovery)
        .execute(db)?;
    Ok(())
}

/// Returns a user's open request.
pub fn find_open(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Option<FactorRecovery>> {
    factor_recoveries::table
        .filter(factor_recoveries::user_id.eq(user_id))
        .filter(factor_recoveries::ended_at.is_null())
        .select(FactorRecovery::as_select())
        .first(db)
        .optional()
}

/// Returns all requests of a user, newest first.
pub fn all(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Vec<FactorRecovery>> {
    factor_recoveries::table
        .filter(factor_recoveries::user_id.eq(user_id))
        .order(factor_recoveries::requested_at.desc())
        .select(FactorRecovery::as_select())
        .load(db)
}

/// Returns up to `limit` open requests of all users, in the order of their ids. They follow the id
/// `after`.
pub fn all_open(
    db: &mut DbConnection,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<FactorRecovery>> {
    factor_recoveries::table
        .filter(factor_recoveries::ended_at.is_null())
        .filter(factor_recoveries::id.gt(after))
        .order(factor_recoveries::id)
        .limit(limit)
        .select(FactorRecovery::as_select())
        .load(db)
}

/// Ends a user's open request. Returns false if there is none.
pub fn end(
    db: &mut DbConnection,
    user_id: &UserId,
    reason: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    let updated = diesel::update(factor_recoveries::table)
        .filter(factor_recoveries::user_id.eq(user_id))
        .filter(factor_recoveries::ended_at.is_null())
        .set((
            factor_recoveries::ended_at.eq(now),
            factor_recoveries::end_reason.eq(reason),
        ))
        .execute(db)?;
    Ok(updated > 0)
}

/// Records a reminder.
pub fn set_reminded(db: &mut DbConnection, user_id: &UserId, now: Timestamp) -> QueryResult<()> {
    diesel::update(factor_recoveries::table)
        .filter(factor_recoveries::user_id.eq(user_id))
        .filter(factor_recoveries::ended_at.is_null())
        .set(factor_recoveries::reminded_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Records the email with the link.
pub fn set_ready_notified(
    db: &mut DbConnection,
    user_id: &UserId,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(factor_recoveries::table)
        .filter(factor_recoveries::user_id.eq(user_id))
        .filter(factor_recoveries::ended_at.is_null())
        .set(factor_recoveries::ready_notified_at.eq(now))
        .execute(db)?;
    Ok(())
}
