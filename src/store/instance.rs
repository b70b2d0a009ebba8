//! What the installation knows about itself.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use super::schema::instance;
use crate::db::DbConnection;

const SECRET_FINGERPRINTS: &str = "secret_fingerprints";

const UNKNOWN_PROXY: &str = "unknown_proxy";

/// Fingerprints of the secrets that the database was last used with, comma-separated; `None` on a new one.
pub fn secret_fingerprints(connection: &mut DbConnection) -> QueryResult<Option<String>> {
    get(connection, SECRET_FINGERPRINTS)
}

/// Replaces them.
pub fn set_secret_fingerprints(connection: &mut DbConnection, fingerprints: &str) -> QueryResult<()> {
    set(connection, SECRET_FINGERPRINTS, fingerprints)
}

/// The peer that forwarded a request last and is no proxy that the operator has named.
pub fn unknown_proxy(connection: &mut DbConnection) -> QueryResult<Option<String>> {
    get(connection, UNKNOWN_PROXY)
}

/// Replaces it.
pub fn set_unknown_proxy(connection: &mut DbConnection, peer: &str) -> QueryResult<()> {
    set(connection, UNKNOWN_PROXY, peer)
}

/// What time it is by the clock of the database's own machine, in milliseconds since 1970; `None` if that is this one.
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
