//! PostgreSQL connections and migrations. The [`pool`] holds the connections that serve requests.

mod pool;
mod requirements;

use std::path::Path;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, sql_query};

use super::lock_key::advisory_lock;
use super::{DbConnection, DbError, EitherConnection, OpenError, migrations};
use crate::clock::Stopwatch;
use crate::config::PostgresUrl;
use crate::values::one_line;

pub(super) use pool::{Mode, Pool};

const BETWEEN_TRIES: Duration = Duration::from_millis(500);
/// An arbitrary number that nothing else in the database uses, which is "vestibul" in ASCII.
const MIGRATION_LOCK: i64 = 0x7665_7374_6962_756c;
/// Another node's migration may take a minute.
const NO_HURRY: &str = "SET statement_timeout = '60s'; SET lock_timeout = '60s'";
/// Common locations of the system's trusted root certificates.
const ROOT_CERTIFICATES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// Runs pending migrations. If several nodes start at once, one migrates and the others wait.
pub(super) fn prepare(url: &PostgresUrl, timeout: Duration) -> Result<(), OpenError> {
    let name = url.to_string();
    let mut connection = connect_within(url, timeout)?;
    require_own_session(&mut connection, url, timeout)?;
    require(&mut connection, &name, requirements::problem_before_reading)?;
    // Checked first, because the role of the server need not have the right to change the schema
    // (ASVS 13.2.2).
    if migrations::nothing_is_pending(&mut connection).map_err(|failed| failed.of(&name))? {
        return require(&mut connection, &name, requirements::problem_before_serving);
    }
    require(
        &mut connection,
        &name,
        requirements::problem_before_migrating,
    )?;
    let EitherConnection::Postgres(mut postgres) = connection.into_either() else {
        return Ok(());
    };
    let migrated = postgres
        .batch_execute(NO_HURRY)
        .map_err(migrations::Failed::from)
        .and_then(|()| {
            postgres.transaction(|postgres| {
                advisory_lock(postgres, MIGRATION_LOCK)?;
                migrations::run_pending(postgres, migrations::POSTGRES)
            })
        });
    migrated.map_err(|failed| failed.of(&name))
}

/// Returns an error if a pool in front of the server shares its sessions. Opens a second connection
/// for the time of the check.
fn require_own_session(
    connection: &mut DbConnection,
    url: &PostgresUrl,
    timeout: Duration,
) -> Result<(), OpenError> {
    let EitherConnection::Postgres(mut other) = connect_within(url, timeout)?.into_either() else {
        return Ok(());
    };
    require(connection, &url.to_string(), |connection| {
        requirements::problem_of_pool(connection, &mut other)
    })
}

/// Returns an error if `problem` finds one.
fn require(
    connection: &mut DbConnection,
    name: &str,
    problem: impl FnOnce(&mut PgConnection) -> QueryResult<Option<String>>,
) -> Result<(), OpenError> {
    let EitherConnection::Postgres(postgres) = connection.either() else {
        return Ok(());
    };
    match problem(postgres) {
        Ok(None) => Ok(()),
        Ok(Some(problem)) => Err(OpenError::Unusable(name.to_owned(), problem)),
        Err(error) => Err(OpenError::Unusable(
            name.to_owned(),
            one_line(&error.to_string()),
        )),
    }
}

fn connect_within(url: &PostgresUrl, timeout: Duration) -> Result<DbConnection, OpenError> {
    let begun = Stopwatch::start();
    let mut reported = false;
    loop {
        match connect(url) {
            Ok(connection) => return Ok(connection),
            Err(error) if begun.elapsed() >= timeout => {
                return Err(OpenError::Unreachable(url.to_string(), timeout, error));
            }
            Err(error) if !reported => {
                let error = one_line(&error.to_string());
                tracing::warn!(%url, error, "waiting for database");
                reported = true;
            }
            Err(_) => {}
        }
        thread::sleep(BETWEEN_TRIES);
    }
}

fn connect(url: &PostgresUrl) -> Result<DbConnection, DbError> {
    let named = std::env::var_os("PGSSLROOTCERT").is_some();
    let root = if url.needs_root_certificate() && !named {
        ROOT_CERTIFICATES
            .into_iter()
            .find(|file| Path::new(file).exists())
    } else {
        None
    };
    let unavailable =
        |error: diesel::ConnectionError| DbError::Unavailable(one_line(&error.to_string()));
    let mut connection =
        PgConnection::establish(&url.connection_string(root)).map_err(unavailable)?;
    // In milliseconds. A successful write must be on disk, whatever the default of the database
    // server is.
    sql_query(
        "SELECT set_config('statement_timeout', '2000', false), \
                set_config('lock_timeout', '2000', false), \
                set_config('idle_in_transaction_session_timeout', '5000', false), \
                set_config('synchronous_commit', \
                  CASE current_setting('synchronous_commit') \
                    WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)",
    )
    .execute(&mut connection)?;
    Ok(connection.into())
}

/// Returns the connection unless the server has closed it. Sends nothing to the server but reads
/// pending input. That may hold a final message first and the end of the stream after it, hence two
/// reads.
fn still_open(mut connection: DbConnection) -> Option<DbConnection> {
    let EitherConnection::Postgres(postgres) = connection.either() else {
        return Some(connection);
    };
    let is_open = (0..2).all(|_| {
        postgres
            .notifications_iter()
            .all(|notification| notification.is_ok())
    });
    is_open.then_some(connection)
}
