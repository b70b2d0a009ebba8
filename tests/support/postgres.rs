//! PostgreSQL for tests: a private server that a test may stop, crash and restart ([`Postgres`]),
//! the server that all tests of a run share ([`shared`]), and a test's own database on either
//! ([`Database`]).

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use url::Url;

use super::unpoisoned;

/// A private server on its own port. Deleted with its data when dropped, and also when its test is
/// killed.
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    guard: Child,
}

/// A database without rows. When dropped, it disconnects every client.
pub struct Database {
    /// The URL, for `DATABASE_URL`.
    pub url: String,
    name: String,
    at_end: AtEnd,
    /// A connection to another database of the server.
    server: Mutex<PgConnection>,
    /// A connection for the next call of [`Database::with_connection`]. Opening one takes a tenth
    /// of the time of a short test.
    kept_connection: Mutex<Option<PgConnection>>,
}

/// PostgreSQL takes half a second to create a database, and as long again to migrate it. So one
/// that a test leaves in order serves the next test.
enum AtEnd {
    Drop,
    Keep,
}

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

const USED: &str = "vestibule_test_";
const KEPT: &str = "vestibule_kept_";

const REMOVE_ROWS: &str = "
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET lock_timeout = '5s';
    SET session_replication_role = 'replica';
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations'
        LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
        FOR name IN SELECT sequencename FROM pg_sequences
        LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', name); END LOOP;
    END $$;";

/// Returns the URL of the server that all tests of a run share, if there is one. Its database
/// serves only to create others.
pub fn shared() -> Option<String> {
    env::var("VESTIBULE_TEST_POSTGRES")
        .ok()
        .filter(|url| !url.is_empty())
}

impl Postgres {
    pub fn start() -> Self {
        Self::make(false)
    }

    /// Starts a server that speaks TLS too, with a certificate for the name `localhost` only:
    /// `tls/ca.crt` in its folder signed it, `tls/other-ca.crt` did not.
    pub fn start_with_tls() -> Self {
        Self::make(true)
    }

    fn make(tls: bool) -> Self {
        let said =
            said_by(script(&["start"]).env("VESTIBULE_POSTGRES_TLS", if tls { "1" } else { "0" }));
        let (folder, url) = said.trim_end().split_once('\n').expect("two lines");
        let guard = script(&["guard", folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A signal that ends the test may go to its whole process group. The guard must outlive
            // it.
            .process_group(0)
            .spawn()
            .expect("the guard starts");
        let port = Url::parse(url).expect("a URL").port().expect("a port");
        Self {
            folder: folder.into(),
            port,
            guard,
        }
    }

    /// Returns the URL of one of its databases. `postgres` always exists.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://vestibule@127.0.0.1:{}/{database}", self.port)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server in order, and disconnects its clients.
    pub fn stop(&self) {
        self.halt("fast");
    }

    /// Stops the server as a crash does. Only committed data is there after the next start.
    pub fn crash(&self) {
        self.halt("immediate");
    }

    /// Starts the server after a stop or a crash, on the same port.
    pub fn start_again(&self) {
        said_by(script(&["start"]).arg(&self.folder));
    }

    fn halt(&self, how: &str) {
        said_by(script(&["stop"]).arg(&self.folder).arg(how));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The guard deletes the server when its input ends.
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}

impl Database {
    /// Creates an empty database on the server of this URL.
    pub fn new(server_url: &str) -> Self {
        let database = Self::named(server_url, AtEnd::Drop);
        database.create();
        database
    }

    /// Takes a database that an earlier test has left, which may have its tables already. Creates
    /// one if there is none.
    pub fn kept_or_new(server_url: &str) -> Self {
        #[derive(QueryableByName)]
        struct Kept {
            #[diesel(sql_type = sql_types::Text)]
            name: String,
        }
        let database = Self::named(server_url, AtEnd::Keep);
        let kept =
            format!("SELECT datname::text AS name FROM pg_database WHERE datname LIKE '{KEPT}%'");
        let kept: Vec<Kept> = sql_query(kept)
            .load(&mut *unpoisoned(&database.server))
            .expect("databases");
        // Another test may be faster.
        let is_taken = kept
            .iter()
            .any(|kept| database.rename(&kept.name, &database.name));
        if !is_taken {
            database.create();
        }
        database
    }

    /// Runs `work` on a connection to the database.
    pub fn with_connection<T>(&self, work: impl FnOnce(&mut PgConnection) -> T) -> T {
        let mut kept = unpoisoned(&self.kept_connection);
        let mut connection = kept.take().unwrap_or_else(|| connect(&self.url));
        let result = work(&mut connection);
        // Only on the shared server. A restart of a private server would break the connection.
        *kept = matches!(self.at_end, AtEnd::Keep).then_some(connection);
        result
    }

    fn create(&self) {
        // No client can connect to this template. A connection would prevent the copy.
        let create = format!("CREATE DATABASE {} TEMPLATE template0", self.name);
        unpoisoned(&self.server)
            .batch_execute(&create)
            .expect("a new database");
    }

    fn named(server_url: &str, at_end: AtEnd) -> Self {
        let random = RandomState::new().hash_one("a database");
        let name = format!("{USED}{random:016x}");
        let mut url = Url::parse(server_url).expect("a URL");
        url.set_path(&name);
        Self {
            url: url.into(),
            name,
            at_end,
            server: Mutex::new(connect(server_url)),
            kept_connection: Mutex::default(),
        }
    }

    /// Empties the database and renames it for the next test. Returns false if that fails.
    fn keep(&self) -> bool {
        if !self.remove_rows() {
            return false;
        }
        self.wait_until_unused();
        self.rename(&self.name, &self.name.replace(USED, KEPT))
    }

    /// Deletes all rows. Returns false if the migrations differ or the deletion fails. Closes the
    /// kept connection, which would prevent the rename.
    fn remove_rows(&self) -> bool {
        let kept = unpoisoned(&self.kept_connection).take();
        let connection = kept.or_else(|| PgConnection::establish(&self.url).ok());
        connection.is_some_and(|mut connection| {
            has_all_migrations(&mut connection) && connection.batch_execute(REMOVE_ROWS).is_ok()
        })
    }

    /// Waits for the end of all sessions, for five seconds at most. The rename of PostgreSQL looks
    /// for them only every 100 ms.
    fn wait_until_unused(&self) {
        let wait = format!(
            "DO $$ BEGIN
                FOR attempt IN 1..2500 LOOP
                    PERFORM pg_stat_clear_snapshot();
                    EXIT WHEN NOT EXISTS (
                        SELECT FROM pg_stat_activity WHERE datname = '{}');
                    PERFORM pg_sleep(0.002);
                END LOOP;
            END $$",
            self.name
        );
        // If it fails, so does the rename.
        drop(unpoisoned(&self.server).batch_execute(&wait));
    }

    fn rename(&self, from: &str, to: &str) -> bool {
        unpoisoned(&self.server)
            .batch_execute(&format!("ALTER DATABASE {from} RENAME TO {to}"))
            .is_ok()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let is_kept = match self.at_end {
            AtEnd::Keep if !thread::panicking() => self.keep(),
            AtEnd::Keep | AtEnd::Drop => false,
        };
        if !is_kept {
            // The server may be gone, and the database with it.
            let drop_it = format!("DROP DATABASE {} WITH (FORCE)", self.name);
            drop(unpoisoned(&self.server).batch_execute(&drop_it));
        }
    }
}

/// Returns false also if there is a migration of another version.
fn has_all_migrations(connection: &mut PgConnection) -> bool {
    let mut known: Vec<_> = MigrationSource::<Pg>::migrations(&MIGRATIONS)
        .expect("embedded migrations")
        .iter()
        .map(|migration| migration.name().version().as_owned())
        .collect();
    known.sort();
    connection.applied_migrations().is_ok_and(|mut applied| {
        applied.sort();
        applied == known
    })
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).expect("the server answers")
}

fn script(arguments: &[&str]) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs a command to its end. Returns its standard output.
fn said_by(command: &mut Command) -> String {
    let output = command.output().expect("scripts/postgres runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}
