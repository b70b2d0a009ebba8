//! Migrations: built into the program, of the same names for both databases, run at start, one program at a time,
//! refused when the database is newer.

use std::collections::BTreeSet;

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{DbConnection, DbError, OpenError};

pub(super) const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
pub(super) const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Why a database is not brought up to date.
pub(super) enum Failed {
    /// It has a migration that this program does not know.
    Newer(String),
    /// A migration did not run.
    Migration(String),
}

impl Failed {
    /// As the operator reads it. `database` must hold no password.
    pub(super) fn of(self, database: &str) -> OpenError {
        match self {
            Self::Newer(version) => OpenError::Newer(database.to_owned(), version),
            Self::Migration(reason) => OpenError::Migration(database.to_owned(), reason),
        }
    }
}

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self::Migration(error.to_string())
    }
}

/// Runs what is pending, in the transaction of `connection`, which keeps others out.
pub(super) fn run_pending<DB, C>(connection: &mut C, migrations: EmbeddedMigrations) -> Result<(), Failed>
where
    DB: Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let applied = connection.applied_migrations().map_err(|error| Failed::Migration(error.to_string()))?;
    refuse_newer(applied.iter().map(ToString::to_string))?;
    connection.run_pending_migrations(migrations).map_err(|error| Failed::Migration(error.to_string()))?;
    Ok(())
}

/// Whether every migration of this program has run. There may be others: a newer node has been started beside this one.
pub(super) fn are_all_applied(connection: &mut DbConnection) -> Result<bool, DbError> {
    Ok(known().is_subset(&applied(connection)?))
}

/// The same, for a start: a newer database is an error.
pub(super) fn nothing_is_pending(connection: &mut DbConnection) -> Result<bool, Failed> {
    let Ok(applied) = applied(connection) else { return Ok(false) };
    let all = known().is_subset(&applied);
    refuse_newer(applied.into_iter())?;
    Ok(all)
}

fn refuse_newer(mut applied: impl Iterator<Item = String>) -> Result<(), Failed> {
    let known = known();
    applied.find(|version| !known.contains(version)).map_or(Ok(()), |version| Err(Failed::Newer(version)))
}

fn applied(connection: &mut DbConnection) -> Result<BTreeSet<String>, DbError> {
    #[derive(QueryableByName)]
    struct Applied {
        #[diesel(sql_type = sql_types::Text)]
        version: String,
    }
    let applied = sql_query("SELECT version FROM __diesel_schema_migrations").load::<Applied>(connection)?;
    Ok(applied.into_iter().map(|row| row.version).collect())
}

fn known() -> BTreeSet<String> {
    let migrations: Vec<Box<dyn Migration<Sqlite>>> =
        // What is embedded was read and checked by the macro when this was compiled; both databases have the same names.
        MigrationSource::<Sqlite>::migrations(&SQLITE).expect("embedded migrations are well formed");
    migrations.iter().map(|migration| MigrationVersion::as_owned(&migration.name().version()).to_string()).collect()
}
