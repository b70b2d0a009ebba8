//! A connection to either database, and the differences between the two.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection, sql_query};

use super::DbError;

/// A connection to SQLite or PostgreSQL. Queries are written once for both. The scheme of the
/// database URL selects the variant.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    Sqlite(SqliteConnection),
    /// PostgreSQL, or a database that speaks its protocol.
    Postgres(PgConnection),
}

/// Runs a query on the inner connection. Only queries that every request needs use it. A query
/// through the enum builds its SQL text each time, which costs more than the look-up itself.
macro_rules! on_either {
    ($connection:expr, $inner:ident => $query:expr) => {
        match $connection {
            $crate::db::DbConnection::Sqlite($inner) => $query,
            $crate::db::DbConnection::Postgres($inner) => $query,
        }
    };
}
pub(crate) use on_either;

/// Locks `subject` until the transaction ends. Code that changes data of the subject takes the same
/// lock first, so data read after this call stays true. PostgreSQL uses an advisory lock. SQLite
/// has a single writer and needs none.
///
/// A subject is a normalised email address, a handle, a client network, or the id of a user or
/// pending sign-up. A transaction locks them in this order to avoid deadlocks. It locks several
/// subjects of one kind, such as users or email addresses, only in sorted order.
pub fn take_turn(connection: &mut DbConnection, subject: &str) -> Result<(), DbError> {
    if let DbConnection::Postgres(postgres) = connection {
        lock_until_the_end(postgres, lock_number(subject))?;
    }
    Ok(())
}

/// Locks several users in sorted order, regardless of the order of `users`.
pub fn take_turns<'a>(connection: &mut DbConnection, users: impl IntoIterator<Item = &'a str>) -> Result<(), DbError> {
    let users: BTreeSet<&str> = users.into_iter().collect();
    users.into_iter().try_for_each(|user| take_turn(connection, user))
}

/// Takes a PostgreSQL advisory lock, which is released when the transaction ends.
pub(super) fn lock_until_the_end(postgres: &mut PgConnection, number: i64) -> QueryResult<()> {
    sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(number).execute(postgres)?;
    Ok(())
}

/// Derives the number of an advisory lock. If two subjects share a number, they wait for each other
/// but stay correct.
fn lock_number(subject: &str) -> i64 {
    let hash = digest(&SHA256, subject.as_bytes());
    let mut number = [0; 8];
    number.copy_from_slice(&hash.as_ref()[..8]);
    i64::from_be_bytes(number)
}
