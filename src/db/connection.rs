//! A connection to either database.

use diesel::{PgConnection, SqliteConnection};

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
