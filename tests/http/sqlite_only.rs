//! Tests for SQLite only: its file, the files beside it, and other programs that open it.
//! PostgreSQL runs skip them.

mod attacks;
mod look_ups;
mod resource_limits;

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use diesel::connection::SimpleConnection;

use crate::start_up::rejected;
use crate::support::{Home, PASSWORD, Process, TestApp};

#[test]
fn defaults_create_a_private_folder_and_secret() {
    let home = Home::new();
    let process = Process::serve(&home, &[]);
    let port = process.base.rsplit(':').next().expect("a port");
    assert_eq!(
        process.lines[0],
        format!("listening on http://127.0.0.1:{port}")
    );
    assert_eq!(process.lines[1], format!("open http://localhost:{port}"));
    assert_eq!(process.browser().get("/").status, 200);
    let mode = |path: &str| {
        fs::metadata(home.path().join(path))
            .expect(path)
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("data"), 0o700);
    for file in [
        "secret",
        "vestibule.db",
        "vestibule.db-wal",
        "vestibule.db-shm",
    ] {
        assert_eq!(mode(&format!("data/{file}")), 0o600, "{file}");
    }
    assert_eq!(
        fs::read_dir(home.path().join("data"))
            .expect("the folder")
            .count(),
        4,
        "nothing else"
    );
}

#[test]
fn damaged_database_is_rejected_and_not_overwritten() {
    let home = Home::new();
    fs::create_dir(home.path().join("data")).expect("a folder");
    let file = home.path().join("data/vestibule.db");
    let junk = "this is no database, but somebody may want it back".repeat(100);
    fs::write(&file, &junk).expect("written");
    let (status, line) = rejected(&home, &[]);
    assert_eq!(status, 1, "{line}");
    assert!(line.contains("vestibule.db"), "{line}");
    assert_eq!(fs::read_to_string(&file).expect("still there"), junk);
}

/// Simulates a file system without hard links, such as exFAT. A preloaded library makes every link
/// call fail.
#[test]
fn first_start_needs_no_hard_links() {
    let home = Home::new();
    let (source, library) = (
        home.path().join("no_links.c"),
        home.path().join("no_links.so"),
    );
    let no_links = "#include <errno.h>
        int link(const char *a, const char *b) { errno = EPERM; return -1; }
        int linkat(int a, const char *b, int c, const char *d, int e) {
          errno = EPERM;
          return -1;
        }";
    fs::write(&source, no_links).expect("a file");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status()
        .expect("the compiler that Rust links with");
    assert!(compiled.success());
    let library = library.to_str().expect("UTF-8");
    let process = Process::serve(&home, &[("LD_PRELOAD", library)]);
    assert_eq!(process.browser().get("/readyz").status, 200);
    assert!(home.path().join("data/secret").is_file());
}

#[test]
fn damaged_missing_or_other_secret_is_rejected() {
    let home = Home::new();
    drop(Process::serve(&home, &[]));
    let file = home.path().join("data/secret");
    let secret = fs::read_to_string(&file).expect("the secret");

    fs::write(&file, "short").expect("written");
    let (status, line) = rejected(&home, &[]);
    assert!(status == 1 && line.contains("damaged"), "{line}");
    assert_eq!(
        fs::read_to_string(&file).expect("still there"),
        "short",
        "not overwritten"
    );

    fs::remove_file(&file).expect("removed");
    let (status, line) = rejected(&home, &[]);
    assert!(status == 1 && line.contains("missing"), "{line}");
    assert!(!file.exists(), "no new one is made");

    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let (status, line) = rejected(&home, &[("VESTIBULE_SECRET", other)]);
    assert!(
        status == 1 && line.contains("another secret") && !line.contains(other),
        "{line}"
    );

    // The right secret in the variable is as good as the file. It may have a new one in front.
    let both = format!("{other},{}", secret.trim());
    drop(Process::serve(&home, &[("VESTIBULE_SECRET", &both)]));
    drop(Process::serve(&home, &[("VESTIBULE_SECRET", other)]));
}

#[test]
fn failed_folder_creation_is_one_line() {
    let home = Home::new();
    fs::write(home.path().join("file"), "").expect("written");
    let url = format!("sqlite://{}/file/data/test.db", home.path().display());
    let (status, line) = rejected(&home, &[("DATABASE_URL", &url)]);
    assert_eq!(status, 1);
    assert!(line.contains("file/data"), "{line}");
}

#[test]
fn check_prints_settings_and_creates_nothing() {
    let home = Home::new();
    let secret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let output = Process::output(
        &home,
        &["check"],
        &[
            ("VESTIBULE_APP_NAME", "Example"),
            ("VESTIBULE_SECRET", secret),
        ],
    );
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("Example") && text.contains("development") && text.contains("127.0.0.1:8080"),
        "{text}"
    );
    assert!(!text.contains(secret));
    assert_eq!(fs::read_dir(home.path()).expect("the folder").count(), 0);
    fs::write(home.path().join("list"), "no filter").expect("written");
    for variable in [
        ("VESTIBULE_LISTEN", "0.0.0.0:80"),
        ("VESTIBULE_BREACHED_PASSWORDS", "list"),
    ] {
        let bad = Process::output(&home, &["check"], &[variable]);
        assert_eq!(bad.status.code(), Some(1), "{variable:?}");
    }
}

#[test]
fn doctor_finds_damage_and_failing_writes() {
    let app = TestApp::start();
    app.register_and_log_in("ada@example.org", PASSWORD);
    let home = Arc::clone(&app.home);
    drop(app);
    let doctor = || {
        let output = Process::output(&home, &["doctor"], &[]);
        let said = [output.stdout, output.stderr]
            .map(|said| String::from_utf8_lossy(&said).into_owned())
            .concat();
        (output.status.code(), said)
    };
    let (status, said) = doctor();
    assert!(
        status == Some(0) && said.contains("ok    database"),
        "{said}"
    );
    home.sql(
        "CREATE TRIGGER full BEFORE UPDATE ON instance BEGIN SELECT RAISE(ABORT, 'the disk is \
              full'); END",
    );
    let (status, said) = doctor();
    assert!(
        status == Some(1) && said.contains("the disk is full"),
        "{said}"
    );
    home.sql("DROP TRIGGER full");
    let page = "SELECT CAST(rootpage AS TEXT) AS line FROM sqlite_schema WHERE name = 'sessions'";
    let page: u64 = home.lines(page)[0].parse().expect("a number");
    home.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    let file = fs::OpenOptions::new()
        .write(true)
        .open(home.file())
        .expect("opens");
    file.write_all_at(&[0; 4096], (page - 1) * 4096)
        .expect("written");
    let (status, said) = doctor();
    assert!(
        status == Some(1) && said.contains("WRONG database"),
        "{said}"
    );
}

/// The cookie stays, no page redirects to the login, and the server recovers by itself.
#[test]
fn locked_database_is_503_and_no_logout() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    let mut other = app.home.sqlite();
    other.batch_execute("BEGIN EXCLUSIVE").expect("locks");
    let response = browser.post("/password/forgot", &[("email", "ada@example.org")]);
    response.assert_page(503, "Sorry, we’re not available right now");
    assert_ne!(response.header("retry-after"), "");
    let logout = browser.post("/logout", &[]);
    assert_eq!(logout.status, 503);
    assert!(logout.set_cookies("session").is_empty());
    assert_eq!(browser.get("/dashboard").status, 200, "reading goes on");
    other.batch_execute("ROLLBACK").expect("unlocks");
    browser
        .post("/password/forgot", &[("email", "ada@example.org")])
        .assert_redirect("/password/sent");
}

/// Otherwise new data would be in a file that is lost.
#[test]
fn moved_or_replaced_database_is_503() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    let [here, away] = [app.home.file(), app.home.path().join("away.db")];
    let forgot = || browser.post("/password/forgot", &[("email", "ada@example.org")]);
    let is_refused = |why: &str| {
        assert_eq!(browser.get("/readyz").status, 503, "{why}");
        forgot().assert_page(503, "Sorry, we’re not available right now");
        assert_eq!(browser.get("/dashboard").status, 503, "{why}");
        assert_eq!(browser.get("/healthz").status, 200, "{why}");
    };
    fs::rename(&here, &away).expect("moved");
    is_refused("moved away");
    assert!(!here.exists(), "and none is made in its place");
    fs::copy(&away, &here).expect("copied");
    is_refused("another one in its place");
    fs::rename(&away, &here).expect("moved back");
    assert_eq!(browser.get("/readyz").status, 200);
    forgot().assert_redirect("/password/sent");
    assert_eq!(
        browser.get("/dashboard").status,
        200,
        "no session has ended"
    );
}

/// Asserts that a command rejects a database whose other files are still there.
#[track_caller]
fn assert_creates_no_database(home: &Home, command: &[&str], database: &Path) {
    let rejected = Process::output(home, command, &[]);
    let reason = String::from_utf8_lossy(&rejected.stderr).into_owned();
    assert!(
        rejected.status.code() == Some(1) && reason.contains("is missing or empty"),
        "{command:?}: {reason}"
    );
    assert!(!database.exists());
}

/// SQLite would discard the log beside a new file, and acknowledged data with it.
#[test]
fn database_is_not_created_beside_old_files() {
    let home = Home::new();
    let server = Process::serve(&home, &[]);
    server.browser().sign_up("ada@example.org", PASSWORD);
    server.signal("KILL");
    server.wait();
    let [database, away] = ["data/vestibule.db", "data/away.db"].map(|file| home.path().join(file));
    fs::rename(&database, &away).expect("moved");
    for command in [&["doctor"][..], &["user", "list"], &["serve"], &["migrate"]] {
        assert_creates_no_database(&home, command, &database);
    }
    fs::rename(&away, &database).expect("moved back");
    let server = Process::serve(&home, &[]);
    assert!(
        server
            .browser()
            .get("/dev/mailbox.json")
            .body
            .contains("ada@example.org")
    );
}

/// A new database would share the log of the running server, and both would be destroyed.
#[test]
fn command_creates_no_database_beside_running_server() {
    let app = TestApp::start();
    app.register("ada@example.org", PASSWORD);
    app.home
        .sqlite()
        .batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("the log is empty");
    let [here, away] = [app.home.file(), app.home.path().join("away.db")];
    fs::rename(&here, &away).expect("moved");
    for command in [&["doctor"][..], &["user", "list"]] {
        assert_creates_no_database(&app.home, command, &here);
    }
    fs::rename(&away, &here).expect("moved back");
    app.log_in("ada@example.org", PASSWORD);
}

#[test]
fn filter_can_be_built_before_first_start() {
    let home = Home::new();
    fs::write(home.path().join("list"), PASSWORD).expect("written");
    let built = Process::output(&home, &["passwords", "build", "list"], &[]);
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let server = Process::serve(&home, &[]);
    assert_eq!(
        server.browser().sign_up("ada@example.org", PASSWORD).status,
        422
    );
}

/// A backup program that hangs keeps the log from being used again. The log grows meanwhile.
#[test]
fn write_ahead_log_shrinks_after_stuck_reader() {
    const LIMIT: u64 = 8 * 1024 * 1024;
    let app = TestApp::start_with(|settings| settings.limits = false);
    let size = || {
        let log = app.home.file().with_extension("db-wal");
        fs::metadata(log).expect("the write-ahead log").len()
    };
    let mut number = 0;
    let mut sign_up = || {
        number += 1;
        let email = format!("person-{number}@example.org");
        app.browser()
            .sign_up(&email, PASSWORD)
            .assert_redirect("/signup/sent");
    };
    let mut reader = app.home.sqlite();
    reader
        .batch_execute("BEGIN; SELECT count(*) FROM users;")
        .expect("begins to read");
    while size() <= LIMIT {
        sign_up();
    }
    reader.batch_execute("ROLLBACK").expect("ends");
    // A write moves the log into the database, and the next one begins the log again.
    for _ in 0..2 {
        sign_up();
    }
    assert!(size() <= LIMIT, "{} bytes after {number} sign-ups", size());
}
