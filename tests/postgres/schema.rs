//! The migrations of PostgreSQL make the same tables as those of SQLite, and revert them
//! completely.

use std::collections::BTreeSet;

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::schema_words;
use crate::support::postgres::{Database, Postgres};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

fn lines(connection: &mut PgConnection, query: &str) -> BTreeSet<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = sql_types::Text)]
        line: String,
    }
    sql_query(query)
        .load::<Line>(connection)
        .expect("rows")
        .into_iter()
        .map(|row| row.line)
        .collect()
}

#[test]
fn migrations_make_the_schema_and_revert_it_completely() {
    const COLUMNS: &str = "SELECT table_name || '.' || column_name || ' ' || data_type || \
        CASE is_nullable WHEN 'YES' THEN ' NULL' ELSE '' END AS line \
        FROM information_schema.columns JOIN information_schema.tables \
        USING (table_schema, table_name) WHERE table_schema = 'public' \
        AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_\\_diesel%'";
    const INDEXES: &str = "SELECT indexname::text AS line FROM pg_indexes WHERE schemaname = \
                           'public' \
        AND indexname NOT LIKE '%\\_key' AND indexname NOT LIKE '%\\_pkey'";
    let server = Postgres::start();
    let database = Database::new(&server.url("postgres"));
    let mut connection = PgConnection::establish(&database.url).expect("connects");
    connection
        .run_pending_migrations(MIGRATIONS)
        .expect("migrates");
    assert_eq!(
        lines(&mut connection, COLUMNS),
        schema_words::in_words_of(schema_words::POSTGRES)
    );
    assert_eq!(lines(&mut connection, INDEXES), sqlite_indexes());
    connection
        .revert_all_migrations(MIGRATIONS)
        .expect("reverts");
    assert_eq!(lines(&mut connection, COLUMNS), BTreeSet::new());
}

fn sqlite_indexes() -> BTreeSet<String> {
    use diesel::SqliteConnection;
    const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = sql_types::Text)]
        name: String,
    }
    let mut connection = SqliteConnection::establish(":memory:").expect("opens");
    connection.run_pending_migrations(SQLITE).expect("migrates");
    let names =
        sql_query("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL");
    names
        .load::<Name>(&mut connection)
        .expect("names")
        .into_iter()
        .map(|row| row.name)
        .collect()
}
