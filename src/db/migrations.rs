//! Database migrations, embedded in the program. They run at start, on one node at a time. Both
//! databases use the same migration names. A database of a newer version is rejected.

use std::collections::BTreeSet;

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{DbConnection, DbError, OpenError};

pub(super) const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
pub(super) const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// A reason why the migrations did not run.
pub(super) enum Failed {
    /// The database has a migration that this program does not know.
    Newer(String),
    /// A migration failed.
    Migration(String),
}

impl Failed {
    /// Converts to the error for the operator. `database` must not contain a password.
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

/// Runs pending migrations. The caller's transaction keeps other nodes out.
pub(super) fn run_pending<DB, C>(
    connection: &mut C,
    migrations: EmbeddedMigrations,
) -> Result<(), Failed>
where
    DB: Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let applied = connection
        .applied_migrations()
        .map_err(|error| Failed::Migration(error.to_string()))?;
    refuse_newer(applied.iter().map(ToString::to_string))?;
    connection
        .run_pending_migrations(migrations)
        .map_err(|error| Failed::Migration(error.to_string()))?;
    Ok(())
}

/// Returns true if every migration of this program has run. Unknown migrations are allowed, because
/// a newer node may be running beside this one.
pub(super) fn are_all_applied(connection: &mut DbConnection) -> Result<bool, DbError> {
    Ok(known().is_subset(&applied(connection)?))
}

/// Returns true if no migration is pending. Unlike [`are_all_applied`], rejects a newer database.
/// Used at start.
pub(super) fn nothing_is_pending(connection: &mut DbConnection) -> Result<bool, Failed> {
    let Ok(applied) = applied(connection) else {
        return Ok(false);
    };
    let all = known().is_subset(&applied);
    refuse_newer(applied.into_iter())?;
    Ok(all)
}

fn refuse_newer(mut applied: impl Iterator<Item = String>) -> Result<(), Failed> {
    let known = known();
    applied
        .find(|version| !known.contains(version))
        .map_or(Ok(()), |version| Err(Failed::Newer(version)))
}

fn applied(connection: &mut DbConnection) -> Result<BTreeSet<String>, DbError> {
    #[derive(QueryableByName)]
    struct Applied {
        #[diesel(sql_type = sql_types::Text)]
        version: String,
    }
    let applied =
        sql_query("SELECT version FROM __diesel_schema_migrations").load::<Applied>(connection)?;
    Ok(applied.into_iter().map(|row| row.version).collect())
}

fn known() -> BTreeSet<String> {
    let migrations: Vec<Box<dyn Migration<Sqlite>>> =
        // The macro checked the embedded migrations at compile time. SQLite stands for both
        // databases, because the names are the same.
        MigrationSource::<Sqlite>::migrations(&SQLITE).expect("embedded migrations are well \
                                                               formed");
    migrations
        .iter()
        .map(|migration| MigrationVersion::as_owned(&migration.name().version()).to_string())
        .collect()
}
