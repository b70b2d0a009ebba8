//! Mails that wait to be delivered, or, in development mode, to be read. A row without its sealed part is done with, one
//! way or another; what is left says how.

use diesel::prelude::*;

use super::schema::outbox;
use crate::db::DbConnection;

/// The next attempt of a mail that is never delivered.
pub const NEVER: i64 = i64::MAX;

/// A mail as it waits.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox)]
pub struct OutboxRow {
    /// Random; also the stable part of the Message-ID.
    pub id: String,
    /// Which letter it is: for the operator.
    pub letter: String,
    /// Where it goes, in rows of earlier versions; now that is sealed, too.
    pub recipient: String,
    /// What is needed to compose it, sealed; gone once it is not needed any more.
    pub sealed: Option<Vec<u8>>,
    /// When it was written.
    pub created_at: i64,
    /// When it has no more use: its link has died, or the notice is old.
    #[diesel(column_name = dies_at)]
    pub expires_at: i64,
    /// How often it was tried in vain.
    pub attempts: i32,
    /// When to try next; while it is being sent, when somebody else may.
    pub next_attempt_at: i64,
    /// Whose mail it is: a waiting sign-up or a user, with whom it goes.
    pub subject_id: Option<String>,
}

/// What became of a mail, for whom it was written to.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct ListedMail {
    /// Which letter it is.
    pub letter: String,
    /// When it was written.
    pub created_at: i64,
    /// When a server took it.
    pub sent_at: Option<i64>,
    /// When it was given up.
    pub given_up_at: Option<i64>,
    /// How often it was tried in vain.
    pub attempts: i32,
    /// When it is tried next.
    pub next_attempt_at: i64,
}

/// Puts a mail in, in the transaction of what it tells of.
pub fn insert(connection: &mut DbConnection, row: &OutboxRow) -> QueryResult<()> {
    diesel::insert_into(outbox::table).values(row).execute(connection)?;
    Ok(())
}

/// The mails that still have a use, newest first, at most `limit`.
pub fn newest(connection: &mut DbConnection, now: i64, limit: i64) -> QueryResult<Vec<OutboxRow>> {
    outbox::table
        .filter(outbox::dies_at.gt(now))
        .order(outbox::number.desc())
        .limit(limit)
        .select(OutboxRow::as_select())
        .load(connection)
}

/// One of them.
pub fn by_id(connection: &mut DbConnection, id: &str, now: i64) -> QueryResult<Option<OutboxRow>> {
    outbox::table
        .filter(outbox::id.eq(id))
        .filter(outbox::dies_at.gt(now))
        .select(OutboxRow::as_select())
        .first(connection)
        .optional()
}

/// Takes mails that are due, at most `limit`, until `lease_ends_at`: of several that take at once, each mail goes to one.
pub fn claim(connection: &mut DbConnection, now: i64, lease_ends_at: i64, limit: i64) -> QueryResult<Vec<OutboxRow>> {
    let due = outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.le(now))
        .filter(outbox::dies_at.gt(now))
        .order((outbox::next_attempt_at, outbox::number))
        .limit(limit)
        .select(outbox::number)
        .load::<i64>(connection)?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    diesel::update(outbox::table)
        .filter(outbox::number.eq_any(due))
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.le(now))
        .set(outbox::next_attempt_at.eq(lease_ends_at))
        .returning((
            outbox::id,
            outbox::letter,
            outbox::recipient,
            outbox::sealed,
            outbox::created_at,
            outbox::dies_at,
            outbox::attempts,
            outbox::next_attempt_at,
            outbox::subject_id,
        ))
        .get_results(connection)
}

/// When the next mail is due.
pub fn next_due(connection: &mut DbConnection, now: i64) -> QueryResult<Option<i64>> {
    outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.lt(NEVER))
        .filter(outbox::dies_at.gt(now))
        .select(diesel::dsl::min(outbox::next_attempt_at))
        .first(connection)
}

/// A server has taken it: nobody needs to make it again.
pub fn sent(connection: &mut DbConnection, id: &str, now: i64) -> QueryResult<()> {
    diesel::update(outbox::table.filter(outbox::id.eq(id)))
        .set((outbox::sent_at.eq(now), outbox::sealed.eq(None::<Vec<u8>>)))
        .execute(connection)?;
    Ok(())
}

/// Nobody needs it any more.
pub fn delete(connection: &mut DbConnection, id: &str) -> QueryResult<()> {
    diesel::delete(outbox::table.filter(outbox::id.eq(id))).execute(connection)?;
    Ok(())
}

/// It will not be delivered.
pub fn given_up(connection: &mut DbConnection, id: &str, now: i64) -> QueryResult<()> {
    diesel::update(outbox::table.filter(outbox::id.eq(id)))
        .set((outbox::given_up_at.eq(now), outbox::sealed.eq(None::<Vec<u8>>)))
        .execute(connection)?;
    Ok(())
}

/// A mail that was taken is tried again at `next_attempt_at`, unless it has been taken by somebody else meanwhile.
pub fn postpone(
    connection: &mut DbConnection,
    taken: &OutboxRow,
    attempts: i32,
    next_attempt_at: i64,
) -> QueryResult<()> {
    diesel::update(outbox::table.filter(outbox::id.eq(&taken.id)))
        .filter(outbox::next_attempt_at.eq(taken.next_attempt_at))
        .set((outbox::attempts.eq(attempts), outbox::next_attempt_at.eq(next_attempt_at)))
        .execute(connection)?;
    Ok(())
}

/// Erases what has died undelivered, at most `limit`; gives the ids of those that were meant for somebody.
pub fn expire(connection: &mut DbConnection, now: i64, limit: i64) -> QueryResult<(usize, Vec<String>)> {
    let dead = outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::dies_at.le(now))
        .limit(limit)
        .select(outbox::number)
        .load::<i64>(connection)?;
    let expired: Vec<(String, i64)> = diesel::update(outbox::table)
        .filter(outbox::number.eq_any(dead))
        .filter(outbox::sealed.is_not_null())
        .set((outbox::given_up_at.eq(now), outbox::sealed.eq(None::<Vec<u8>>)))
        .returning((outbox::id, outbox::next_attempt_at))
        .get_results(connection)?;
    let count = expired.len();
    let meant =
        expired.into_iter().filter(|(_, next_attempt_at)| *next_attempt_at != NEVER).map(|(id, _)| id).collect();
    Ok((count, meant))
}

/// The mails of a subject that are still kept, newest first.
pub fn all(connection: &mut DbConnection, subject_id: &str) -> QueryResult<Vec<ListedMail>> {
    outbox::table
        .filter(outbox::subject_id.eq(subject_id))
        .order(outbox::number.desc())
        .select(ListedMail::as_select())
        .load(connection)
}

/// Mails that wait to be delivered, the oldest first, those after a number, at most `limit`; with their numbers.
pub fn waiting(connection: &mut DbConnection, after: i64, limit: i64) -> QueryResult<Vec<(i64, OutboxRow)>> {
    outbox::table
        .filter(outbox::number.gt(after))
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.lt(NEVER))
        .order(outbox::number)
        .limit(limit)
        .select((outbox::number, OutboxRow::as_select()))
        .load(connection)
}

/// How many mails wait to be delivered, and since when the oldest does.
pub fn count_waiting(connection: &mut DbConnection) -> QueryResult<(i64, Option<i64>)> {
    outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.lt(NEVER))
        .select((diesel::dsl::count_star(), diesel::dsl::min(outbox::created_at)))
        .first(connection)
}

/// Has mails tried at `now` that were to be tried after `later` only: one of them, or all. Tells how many.
pub fn retry_now(connection: &mut DbConnection, id: Option<&str>, later: i64, now: i64) -> QueryResult<usize> {
    let waiting = outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.gt(later))
        .filter(outbox::next_attempt_at.lt(NEVER));
    match id {
        Some(id) => {
            diesel::update(waiting.filter(outbox::id.eq(id))).set(outbox::next_attempt_at.eq(now)).execute(connection)
        }
        None => diesel::update(waiting).set(outbox::next_attempt_at.eq(now)).execute(connection),
    }
}

/// Makes the mails of one subject those of another: a sign-up has become a user.
pub fn hand_over(connection: &mut DbConnection, from: &str, to: &str) -> QueryResult<()> {
    diesel::update(outbox::table.filter(outbox::subject_id.eq(from)))
        .set(outbox::subject_id.eq(to))
        .execute(connection)?;
    Ok(())
}

/// Removes every mail of a subject.
pub fn delete_all(connection: &mut DbConnection, subject_id: &str) -> QueryResult<()> {
    diesel::delete(outbox::table.filter(outbox::subject_id.eq(subject_id))).execute(connection)?;
    Ok(())
}
