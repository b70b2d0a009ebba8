//! `PgBouncer` in front of PostgreSQL. `scripts/test-pgbouncer` installs it and runs these tests.

use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::outage::rejected_line;
use crate::support::postgres::Postgres;
use crate::support::{Home, PASSWORD, Process, eventually};

/// A running pool, which exits when dropped.
struct PgBouncer {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl PgBouncer {
    /// Starts a pool with this mode and size in front of a server.
    fn start(server: &Postgres, mode: &str, size: usize) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pgbouncer.ini");
        let configuration = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=vestibule\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = {mode}\n\
             default_pool_size = {size}\nunix_socket_dir =\n",
            server.port()
        );
        fs::write(&file, configuration).expect("a file");
        for (path, mode) in [(folder.path(), 0o755), (file.as_path(), 0o644)] {
            fs::set_permissions(path, Permissions::from_mode(mode)).expect("our own");
        }
        // It refuses to run as root.
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--clear-groups", "pgbouncer"]);
            command
        } else {
            Command::new("pgbouncer")
        };
        let child = command
            .arg("-q")
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/test-pgbouncer installs it");
        eventually(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self {
            child,
            port,
            _folder: folder,
        }
    }

    fn url(&self, server: &Postgres, home: &Home) -> String {
        let port = |number: u16| format!(":{number}/");
        home.variables()[0]
            .1
            .replace(&port(server.port()), &port(self.port))
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
#[ignore = "scripts/test-pgbouncer runs it"]
fn pool_in_session_mode_serves() {
    let server = Postgres::start();
    let home = Home::on(&server.url("postgres"));
    let pool = PgBouncer::start(&server, "session", 20);
    let url = pool.url(&server, &home);
    let process = Process::serve(&home, &[("DATABASE_URL", &url)]);
    process
        .browser()
        .sign_up("ada@example.org", PASSWORD)
        .assert_redirect("/signup/sent");
    assert_eq!(process.browser().get("/readyz").status, 200);
}

/// Settings and prepared statements of a session would be lost.
#[test]
#[ignore = "scripts/test-pgbouncer runs it"]
fn pool_in_transaction_mode_is_rejected() {
    let server = Postgres::start();
    let home = Home::on(&server.url("postgres"));
    for size in [1, 20] {
        let pool = PgBouncer::start(&server, "transaction", size);
        let line = rejected_line(&home, &pool.url(&server, &home));
        assert!(line.contains("set pool_mode = session"), "{line}");
    }
}
