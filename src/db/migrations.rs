//! Migrations: built into the program, run at start, one program at a time, refused when the database is newer.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::open_sqlite;
use super::{DbConnection, DbError, OpenError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// How long one start waits while another one migrates.
const WAIT_FOR_THE_OTHER: &str = "PRAGMA busy_timeout = 60000;";

/// Runs what is pending on the file at `path`.
pub(super) fn run(path: &Path) -> Result<(), OpenError> {
    let mut connection = open_sqlite(path).map_err(|error| OpenError::File(path.to_owned(), error.to_string()))?;
    connection
        .batch_execute(WAIT_FOR_THE_OTHER)
        .map_err(|error| OpenError::File(path.to_owned(), error.to_string()))?;
    // One transaction around the look and the change: of two programs that start at once, the second finds it done.
    connection
        .immediate_transaction(|connection| {
            let applied = connection.applied_migrations().map_err(|error| Failed::Migration(error.to_string()))?;
            let known = known_versions();
            if let Some(unknown) = applied.iter().find(|version| !known.contains(&version.to_string())) {
                return Err(Failed::Newer(unknown.to_string()));
            }
            connection.run_pending_migrations(SQLITE).map_err(|error| Failed::Migration(error.to_string()))?;
            Ok(())
        })
        .map_err(|failed| match failed {
            Failed::Newer(version) => OpenError::Newer(path.to_owned(), version),
            Failed::Migration(reason) => OpenError::Migration(path.to_owned(), reason),
        })
}

/// Whether every migration that this program knows has run.
pub(super) fn are_all_applied(connection: &mut DbConnection) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Applied {
        #[diesel(sql_type = sql_types::Text)]
        version: String,
    }
    let applied = sql_query("SELECT version FROM __diesel_schema_migrations").load::<Applied>(connection)?;
    let applied: BTreeSet<String> = applied.into_iter().map(|row| row.version).collect();
    Ok(known_versions().is_subset(&applied))
}

fn known_versions() -> BTreeSet<String> {
    let migrations: Vec<Box<dyn Migration<Sqlite>>> =
        // What is embedded was read and checked by the macro when this was compiled.
        MigrationSource::<Sqlite>::migrations(&SQLITE).expect("embedded migrations are well formed");
    migrations.iter().map(|migration| MigrationVersion::as_owned(&migration.name().version()).to_string()).collect()
}

enum Failed {
    Newer(String),
    Migration(String),
}

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self::Migration(error.to_string())
    }
}
