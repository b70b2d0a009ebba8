//! Facts that an installation stores about itself.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use super::schema::instance;
use crate::db::DbConnection;

const SECRET_FINGERPRINTS: &str = "secret_fingerprints";

const UNKNOWN_PROXY: &str = "unknown_proxy";

/// Returns the fingerprints of the secrets that the database was last used with, separated by
/// commas. Returns `None` for a new database.
pub fn secret_fingerprints(connection: &mut DbConnection) -> QueryResult<Option<String>> {
    get(connection, SECRET_FINGERPRINTS)
}

pub fn set_secret_fingerprints(connection: &mut DbConnection, fingerprints: &str) -> QueryResult<()> {
    set(connection, SECRET_FINGERPRINTS, fingerprints)
}

/// Returns the last peer that forwarded a request without being a configured trusted proxy.
pub fn unknown_proxy(connection: &mut DbConnection) -> QueryResult<Option<String>> {
    get(connection, UNKNOWN_PROXY)
}

pub fn set_unknown_proxy(connection: &mut DbConnection, peer: &str) -> QueryResult<()> {
    set(connection, UNKNOWN_PROXY, peer)
}

/// Returns the time of the database server's clock in milliseconds since 1970. Returns `None` for
/// SQLite, which uses the clock of this machine.
pub fn database_clock(connection: &mut DbConnection) -> QueryResult<Option<i64>> {
    #[derive(QueryableByName)]
    struct Clock {
        #[diesel(sql_type = BigInt)]
        millis: i64,
    }
    match connection {
        DbConnection::Sqlite(_) => Ok(None),
        DbConnection::Postgres(connection) => {
            let query = sql_query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis");
            Ok(Some(query.get_result::<Clock>(connection)?.millis))
        }
    }
}

fn get(connection: &mut DbConnection, key: &str) -> QueryResult<Option<String>> {
    instance::table.find(key).select(instance::value).first(connection).optional()
}

fn set(connection: &mut DbConnection, key: &str, value: &str) -> QueryResult<()> {
    let updated = diesel::update(instance::table.find(key)).set(instance::value.eq(value)).execute(connection)?;
    if updated == 0 {
        diesel::insert_into(instance::table)
            .values((instance::key.eq(key), instance::value.eq(value)))
            .execute(connection)?;
    }
    Ok(())
}
