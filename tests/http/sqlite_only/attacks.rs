//! Attacks on SQLite only: its write queue, its files, and what stays in them.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use diesel::connection::SimpleConnection;

use crate::support::{Home, PASSWORD, Process, TestApp, behind_a_proxy, eventually};

const EMAIL: &str = "ada@example.org";

/// 1,400 connections of "forgot" filled the queue of the one thread that writes.
#[test]
fn write_queue_is_not_filled_by_one_network() {
    let app = TestApp::start_with(behind_a_proxy);
    let owner = app.register_and_log_in(EMAIL, PASSWORD).at("203.0.113.7");
    let mut database = app.home.sqlite();
    database.batch_execute("BEGIN IMMEDIATE").expect("the lock");
    let address = app.base.strip_prefix("http://").expect("an address");
    let body = "email=nobody%40example.org";
    let request = format!(
        "POST /password/forgot HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: \
         same-origin\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nX-Forwarded-For: \
         198.51.100.66\r\n\r\n{body}",
        body.len()
    );
    let flood: Vec<TcpStream> = (0..1_400)
        .map(|_| {
            let mut stream = TcpStream::connect(address).expect("connects");
            stream.write_all(request.as_bytes()).expect("sends");
            stream
        })
        .collect();
    // A connection that finds the queue full is rejected at once.
    let rejected = |stream: &TcpStream| {
        stream.set_nonblocking(true).expect("sockets can");
        stream.peek(&mut [0; 12]).is_ok()
    };
    eventually(|| flood.iter().filter(|stream| rejected(stream)).count() >= 100);
    thread::scope(|scope| {
        let login = scope.spawn(move || owner.log_in(EMAIL, PASSWORD).status);
        // The one thread of pages has had time to queue the login, or to reject it.
        for _ in 0..50 {
            assert_eq!(app.browser().get("/healthz").status, 200);
        }
        database.batch_execute("COMMIT").expect("the lock is free");
        assert_eq!(login.join().expect("an answer"), 303);
    });
}

/// `secure_delete` does not reach pages of an old state in the write-ahead log.
#[test]
fn deleted_account_leaves_no_data_in_files() {
    let app = TestApp::start();
    let browser = app.browser();
    let name = "Augusta Ada King";
    browser.post(
        "/signup",
        &[("email", EMAIL), ("password", PASSWORD), ("name", name)],
    );
    browser.post("/verify", &[("token", &app.email_to(EMAIL).token())]);
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    let hash = app
        .home
        .column("password_credentials", "password_hash")
        .remove(0);
    let is_kept = |text: &str| {
        let content = app.home.content();
        content
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!([EMAIL, name, &hash].iter().all(|text| is_kept(text)));
    browser.post(
        "/account/delete",
        &[("current_password", PASSWORD), ("confirm", "on")],
    );
    assert_eq!(app.home.count("users", "TRUE"), 0);
    for text in [EMAIL, name, &hash] {
        assert!(!is_kept(text), "{text}");
    }
}

/// The files do not contain what the clean-up removed either.
#[test]
fn expired_sign_up_leaves_no_data_in_files() {
    let app = TestApp::start_with(|settings| {
        settings.cleanup_every = std::time::Duration::from_millis(5);
    });
    app.browser().post(
        "/signup",
        &[
            ("email", EMAIL),
            ("password", PASSWORD),
            ("name", "Augusta Ada King"),
        ],
    );
    app.advance(std::time::Duration::from_hours(49));
    let is_kept = || {
        app.home
            .content()
            .windows(EMAIL.len())
            .any(|window| window == EMAIL.as_bytes())
    };
    eventually(|| !is_kept());
}

#[test]
fn world_readable_files_cause_a_warning() {
    let home = Home::new();
    drop(Process::serve(&home, &[]));
    let path = |name: &str| home.path().join(name);
    let set = |name: &str, mode| {
        fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).expect("set");
    };
    let warnings = || {
        let server = Process::serve(&home, &[]);
        server.signal("TERM");
        let (_, log) = server.wait();
        let said = |command| {
            String::from_utf8_lossy(&Process::output(&home, &[command], &[]).stdout).into_owned()
        };
        [log, said("check"), said("doctor")].map(|text| {
            text.lines()
                .filter(|line| line.contains("every user of this machine"))
                .count()
        })
    };
    assert_eq!(warnings(), [0, 0, 0]);
    for (name, open, closed) in [
        ("data", 0o755, 0o700),
        ("data/secret", 0o644, 0o600),
        ("data/vestibule.db", 0o604, 0o600),
    ] {
        set(name, open);
        assert_eq!(warnings(), [1, 1, 1], "{name}");
        set(name, closed);
    }
    for (name, open) in [
        ("data", 0o777),
        ("data/secret", 0o444),
        ("data/vestibule.db", 0o666),
    ] {
        set(name, open);
    }
    // The doctor has one line for all files.
    assert_eq!(warnings(), [3, 3, 1]);
}
