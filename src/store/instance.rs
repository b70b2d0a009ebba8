//! Facts that an installation stores about itself.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use super::schema::instance;
use crate::clock::Timestamp;
use crate::db::{DbConnection, EitherConnection};

const SECRET_FINGERPRINTS: &str = "secret_fingerprints";

const UNKNOWN_PROXY: &str = "unknown_proxy";

const UNKNOWN_ORIGIN: &str = "unknown_origin";

const APPROVALS_NOTIFIED_AT: &str = "approvals_notified_at";

/// Returns the fingerprints of the secrets that the database was last used with, separated by
/// commas. Returns `None` for a new database.
pub fn secret_fingerprints(db: &mut DbConnection) -> QueryResult<Option<String>> {
    get(db, SECRET_FINGERPRINTS)
}

pub fn set_secret_fingerprints(db: &mut DbConnection, fingerprints: &str) -> QueryResult<()> {
    set(db, SECRET_FINGERPRINTS, fingerprints)
}

/// Returns the last peer that forwarded a request without being a configured trusted proxy.
pub fn unknown_proxy(db: &mut DbConnection) -> QueryResult<Option<String>> {
    get(db, UNKNOWN_PROXY)
}

pub fn set_unknown_proxy(db: &mut DbConnection, peer: &str) -> QueryResult<()> {
    set(db, UNKNOWN_PROXY, peer)
}

/// Returns the last origin for which a proxy asked, and which no app had.
pub fn unknown_origin(db: &mut DbConnection) -> QueryResult<Option<String>> {
    get(db, UNKNOWN_ORIGIN)
}

pub fn set_unknown_origin(db: &mut DbConnection, origin: &str) -> QueryResult<()> {
    set(db, UNKNOWN_ORIGIN, origin)
}

/// Returns the time of the last email to administrators about sign-ups that await approval.
pub fn approvals_notified_at(db: &mut DbConnection) -> QueryResult<Option<Timestamp>> {
    let millis = get(db, APPROVALS_NOTIFIED_AT)?;
    Ok(millis.and_then(|millis| millis.parse().ok().map(Timestamp::from_millis)))
}

pub fn set_approvals_notified_at(db: &mut DbConnection, now: Timestamp) -> QueryResult<()> {
    set(db, APPROVALS_NOTIFIED_AT, &now.millis().to_string())
}

/// Returns the time of the database server's clock in milliseconds since 1970. Returns `None` for
/// SQLite, which uses the clock of this machine.
pub fn database_clock(db: &mut DbConnection) -> QueryResult<Option<i64>> {
    #[derive(QueryableByName)]
    struct Clock {
        #[diesel(sql_type = BigInt)]
        millis: i64,
    }
    match db.either() {
        EitherConnection::Sqlite(_) => Ok(None),
        EitherConnection::Postgres(db) => {
            let query = sql_query(
                "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis",
            );
            Ok(Some(query.get_result::<Clock>(db)?.millis))
        }
    }
}

fn get(db: &mut DbConnection, key: &str) -> QueryResult<Option<String>> {
    instance::table
        .find(key)
        .select(instance::value)
        .first(db)
        .optional()
}

fn set(db: &mut DbConnection, key: &str, value: &str) -> QueryResult<()> {
    let updated = diesel::update(instance::table.find(key))
        .set(instance::value.eq(value))
        .execute(db)?;
    if updated == 0 {
        diesel::insert_into(instance::table)
            .values((instance::key.eq(key), instance::value.eq(value)))
            .execute(db)?;
    }
    Ok(())
}
