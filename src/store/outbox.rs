//! Mails that wait to be delivered, or, in development mode, to be read.

use diesel::prelude::*;

use super::schema::outbox;
use crate::db::DbConnection;

/// A mail as it waits.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox)]
pub struct OutboxRow {
    /// Random; also the stable part of the Message-ID.
    pub id: String,
    /// Which letter it is: for the operator.
    pub letter: String,
    /// Where it goes.
    pub recipient: String,
    /// What is needed to compose it, sealed; gone once it is not needed any more.
    pub sealed: Option<Vec<u8>>,
    /// When it was written.
    pub created_at: i64,
    /// When it has no more use: its link has died, or the notice is old.
    pub dies_at: i64,
    /// When to try next.
    pub next_attempt_at: i64,
}

/// Puts a mail in, in the transaction of what it tells of.
pub fn insert(connection: &mut DbConnection, row: &OutboxRow) -> QueryResult<()> {
    diesel::insert_into(outbox::table).values(row).execute(connection)?;
    Ok(())
}

/// The mails that still have a use, newest first, at most `most`.
pub fn newest(connection: &mut DbConnection, now: i64, most: i64) -> QueryResult<Vec<OutboxRow>> {
    outbox::table
        .filter(outbox::dies_at.gt(now))
        .order(outbox::number.desc())
        .limit(most)
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
