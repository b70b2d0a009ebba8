//! The home of a program under test: its own folder and, on PostgreSQL, its own database. The run
//! decides which database is used. A test for SQLite only is in the module `sqlite_only`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types,
};
use tempfile::TempDir;

use super::postgres::{Database, shared};

/// Every node on PostgreSQL needs the same secret.
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// The tables with rows of a user without API tokens.
const TABLES_OF_A_USER: [&str; 7] = [
    "events",
    "known_devices",
    "links",
    "outbox",
    "password_credentials",
    "sessions",
    "users",
];

pub struct Home {
    folder: TempDir,
    database: Option<Database>,
}

impl Home {
    /// Creates a home without data.
    pub fn new() -> Self {
        Self::with_database(shared().map(|server| Database::kept_or_new(&server)))
    }

    /// Creates a home on the test's own server.
    pub fn on(server_url: &str) -> Self {
        Self::with_database(Some(Database::new(server_url)))
    }

    fn with_database(database: Option<Database>) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            database,
        }
    }

    /// Creates a home with these data, which were written with the secret of the tests.
    pub fn with_data(sql: &str) -> Self {
        let home = Self::with_database(shared().map(|server| Database::new(&server)));
        if home.database.is_none() {
            let folder = home.path().join("data");
            fs::create_dir(&folder).expect("a folder");
            fs::write(folder.join("secret"), SECRET).expect("the secret");
        }
        home.sql(sql);
        home
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path of the SQLite database.
    pub fn file(&self) -> PathBuf {
        self.path().join("data/vestibule.db")
    }

    /// Returns the variables that make a program use this home.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        match &self.database {
            Some(database) => vec![
                ("DATABASE_URL", database.url.clone()),
                ("VESTIBULE_SECRET", SECRET.to_owned()),
            ],
            None => vec![(
                "DATABASE_URL",
                format!("sqlite://{}", self.file().display()),
            )],
        }
    }

    /// Returns the URL of the database, if it is on PostgreSQL.
    pub fn postgres_url(&self) -> Option<&str> {
        Some(&self.database.as_ref()?.url)
    }

    /// Returns the secret that a program here has created or was given.
    pub fn secret(&self) -> String {
        match &self.database {
            Some(_) => SECRET.to_owned(),
            None => fs::read_to_string(self.path().join("data/secret"))
                .expect("the secret")
                .trim()
                .to_owned(),
        }
    }

    /// Changes the database directly, to arrange what no page can.
    pub fn sql(&self, text: &str) {
        match &self.database {
            Some(database) => database.with_connection(|connection| connection.batch_execute(text)),
            None => self.sqlite().batch_execute(text),
        }
        .expect("runs");
    }

    /// Opens a connection to the SQLite file.
    pub fn sqlite(&self) -> SqliteConnection {
        let mut connection =
            SqliteConnection::establish(self.file().to_str().expect("UTF-8")).expect("opens");
        connection
            .batch_execute("PRAGMA busy_timeout = 5000")
            .expect("waits");
        connection
    }

    /// Returns the number of rows of a table that meet a condition.
    pub fn count(&self, table: &str, condition: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = sql_types::BigInt)]
            count: i64,
        }
        let query = sql_query(format!(
            "SELECT count(*) AS count FROM {table} WHERE {condition}"
        ));
        let rows: Vec<Count> = match &self.database {
            Some(database) => database.with_connection(|connection| query.load(connection)),
            None => query.load(&mut self.sqlite()),
        }
        .expect("counts");
        rows[0].count
    }

    /// Returns every row of every table as text: the table and each `column=value`, between tabs;
    /// bytes as hexadecimal digits.
    pub fn rows(&self) -> Vec<String> {
        let (columns, text): (_, fn(&str) -> String) = match &self.database {
            Some(_) => (
                "SELECT table_name || '.' || column_name AS line FROM information_schema.columns \
                 WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
                |column| format!("\"{column}\"::text"),
            ),
            None => (
                "SELECT t.name || '.' || c.name AS line FROM sqlite_master t, \
                 pragma_table_info(t.name) c \
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
                |column| {
                    format!(
                        "CASE typeof(\"{column}\") WHEN 'blob' THEN hex(\"{column}\") \
                         ELSE \"{column}\" END"
                    )
                },
            ),
        };
        let mut cells: BTreeMap<String, String> = BTreeMap::new();
        for line in self.lines(columns) {
            let (table, column) = line.split_once('.').expect("a table and a column");
            let cell = format!(" || '\t{column}=' || coalesce({}, '')", text(column));
            cells.entry(table.to_owned()).or_default().push_str(&cell);
        }
        let tables: Vec<_> = cells
            .iter()
            .map(|(table, cells)| format!("SELECT '{table}'{cells} AS line FROM {table}"))
            .collect();
        let mut rows = self.lines(&tables.join(" UNION ALL "));
        rows.sort();
        rows
    }

    /// Asserts which tables have rows with the id of a user. A new table fails the test, so that it
    /// is added to what is exported and deleted.
    #[track_caller]
    pub fn assert_tables_of_user(&self, id: &str) {
        let rows = self.rows();
        let tables: BTreeSet<_> = rows
            .iter()
            .filter(|row| row.contains(id))
            .filter_map(|row| row.split('\t').next())
            .collect();
        assert_eq!(tables, BTreeSet::from(TABLES_OF_A_USER));
    }

    /// Returns the rows of a query, whose one column is the text `line`.
    pub fn lines(&self, query: &str) -> Vec<String> {
        let query = sql_query(query);
        let rows: Vec<Line> = match &self.database {
            Some(database) => database.with_connection(|connection| query.load(connection)),
            None => query.load(&mut self.sqlite()),
        }
        .expect("lines");
        rows.into_iter().map(|row| row.line).collect()
    }

    /// Returns the values of a column, in no order. Leaves out missing values.
    pub fn column(&self, table: &str, column: &str) -> Vec<String> {
        self.lines(&format!(
            "SELECT {column} AS line FROM {table} WHERE {column} IS NOT NULL"
        ))
    }

    /// Returns everything that is stored: the bytes of SQLite's files, or the rows of PostgreSQL as
    /// text.
    pub fn content(&self) -> Vec<u8> {
        if let Some(database) = &self.database {
            return database.with_connection(rows).into_bytes();
        }
        let database = fs::read(self.file()).expect("the database");
        // The log exists while the database is in use.
        let log = fs::read(self.file().with_extension("db-wal")).unwrap_or_default();
        [database, log].concat()
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = sql_types::Text)]
    line: String,
}

fn rows(connection: &mut PgConnection) -> String {
    let mut load = |query: String| -> Vec<String> {
        let lines = sql_query(query).load::<Line>(connection).expect("rows");
        lines.into_iter().map(|row| row.line).collect()
    };
    let tables = load(
        "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'".to_owned(),
    );
    let mut all: Vec<String> = tables
        .iter()
        .flat_map(|table| load(format!("SELECT t::text AS line FROM {table} t")))
        .collect();
    all.sort();
    all.join("\n")
}
