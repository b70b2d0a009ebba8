//! One connection to either database, and what the two do differently under every query.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection, sql_query};

use super::DbError;

/// One connection. Queries are written once, for both; a variant is chosen by the URL's scheme, never by trying.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// The embedded database.
    Sqlite(SqliteConnection),
    /// PostgreSQL, and engines that speak its protocol.
    Postgres(PgConnection),
}

/// Runs a query on the connection inside, for the few that every request asks: through the enum, the text of a query is
/// built anew each time, which costs more than the look-up itself. The query is written once and compiled for both.
macro_rules! on_either {
    ($connection:expr, $inner:ident => $query:expr) => {
        match $connection {
            $crate::db::DbConnection::Sqlite($inner) => $query,
            $crate::db::DbConnection::Postgres($inner) => $query,
        }
    };
}
pub(crate) use on_either;

/// Lets everything that concerns one subject happen one after the other, until the transaction ends: what it reads from
/// here on stays true while it writes. SQLite has one writer anyway; on PostgreSQL it is a lock, taken before the first
/// look. A subject is an address as compared, a handle, a client's network, or a user's id. A transaction takes
/// them in this order, and at most one of each but users, so that no two wait for each other; many addresses only in their own
/// order.
pub fn take_turn(connection: &mut DbConnection, subject: &str) -> Result<(), DbError> {
    if let DbConnection::Postgres(postgres) = connection {
        lock_until_the_end(postgres, lock_number(subject))?;
    }
    Ok(())
}

/// The same for several users, in one order whatever the order of `users`.
pub fn take_turns<'a>(connection: &mut DbConnection, users: impl IntoIterator<Item = &'a str>) -> Result<(), DbError> {
    let users: BTreeSet<&str> = users.into_iter().collect();
    users.into_iter().try_for_each(|user| take_turn(connection, user))
}

/// Waits for a lock of PostgreSQL and holds it to the end of the transaction.
pub(super) fn lock_until_the_end(postgres: &mut PgConnection, number: i64) -> QueryResult<()> {
    sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(number).execute(postgres)?;
    Ok(())
}

/// Two subjects with one number only wait for each other.
fn lock_number(subject: &str) -> i64 {
    let hash = digest(&SHA256, subject.as_bytes());
    let mut number = [0; 8];
    number.copy_from_slice(&hash.as_ref()[..8]);
    i64::from_be_bytes(number)
}
