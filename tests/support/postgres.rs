//! PostgreSQL for tests: a private server that a test may stop, crash and start again
//! ([`Postgres`]), the one that all tests of a run share ([`shared`]), and a database of a test's
//! own on either ([`Database`]).

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use url::Url;

/// A private server on a port of its own. Gone with its data when dropped, and also when its test
/// is killed.
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    guard: Child,
}

/// A new, empty database. Dropped with its owner, whoever is still connected.
pub struct Database {
    /// Where it is, for `DATABASE_URL`.
    pub url: String,
    server: String,
    name: String,
}

/// The server that all tests of a run share, if this run has one: a URL whose database serves only
/// to make others.
pub fn shared() -> Option<String> {
    env::var("VESTIBULE_TEST_POSTGRES")
        .ok()
        .filter(|url| !url.is_empty())
}

impl Postgres {
    pub fn start() -> Self {
        Self::make(false)
    }

    /// Starts one that speaks TLS too, with a certificate for the name `localhost` alone:
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
            // What ends the test may go to all processes of its group: the guard is to outlive it.
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

    /// The URL of one of its databases; `postgres` is there from the start.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://vestibule@127.0.0.1:{}/{database}", self.port)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops it in order: who is connected is told.
    pub fn stop(&self) {
        self.halt("fast");
    }

    /// Stops it as a crash does: what was committed is there after the next start, nothing else.
    pub fn crash(&self) {
        self.halt("immediate");
    }

    /// Starts it after a stop or a crash, on the same port.
    pub fn start_again(&self) {
        said_by(script(&["start"]).arg(&self.folder));
    }

    fn halt(&self, how: &str) {
        said_by(script(&["stop"]).arg(&self.folder).arg(how));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The end of its input is the guard's sign to wipe.
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}

impl Database {
    /// Makes one on the server of this URL.
    pub fn new(server_url: &str) -> Self {
        let name = format!(
            "vestibule_test_{:016x}",
            RandomState::new().hash_one("a database")
        );
        let mut url = Url::parse(server_url).expect("a URL");
        url.set_path(&name);
        // Nobody can be connected to this template, which would be in the way of a copy.
        PgConnection::establish(server_url)
            .expect("the server answers")
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .expect("a new database");
        Self {
            url: url.into(),
            server: server_url.to_owned(),
            name,
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Its server may be gone, and the database with it.
        if let Ok(mut server) = PgConnection::establish(&self.server) {
            drop(server.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)));
        }
    }
}

fn script(arguments: &[&str]) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs it to its end; gives its standard output.
fn said_by(command: &mut Command) -> String {
    let output = command.output().expect("scripts/postgres runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}
