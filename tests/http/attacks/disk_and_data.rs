//! Attacks that fill the disk, stall the service with one account, or find data that should be
//! gone.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use vestibule::config::PublicUrl;

use super::{ATTACKER, ELSEWHERE, HOME, VICTIM, app};
use crate::support::{Browser, Home, PASSWORD, Process, TestApp, connect};

const PROFILE_CHANGED: &str = "kind = 'profile_changed'";

/// "Forgot" and "resend" for made-up addresses wrote five rows each, without a limit.
#[test]
fn made_up_addresses_are_limited_by_network() {
    let app = app();
    let attacker = app.browser().at(ELSEWHERE);
    for number in 0..30 {
        let path = ["/password/forgot", "/verify/resend"][number % 2];
        assert_eq!(
            attacker
                .post(path, &[("email", &format!("n{number}@example.org"))])
                .status,
            303
        );
    }
    for (path, title) in [
        ("/password/forgot", "Error: Forgot your password?"),
        ("/verify/resend", "Error: Resend confirmation email"),
    ] {
        let held = attacker.post(path, &[("email", VICTIM)]);
        held.assert_page(429, title);
        assert_eq!(
            (held.header("retry-after"), held.value("email").as_str()),
            ("600", VICTIM)
        );
        assert_eq!(
            held.errors(),
            ["There have been too many requests from your network. Try again in 10 minutes."]
        );
        let body = json!({ "email": VICTIM }).to_string();
        let headers = [
            ("content-type", "application/json"),
            ("x-forwarded-for", ELSEWHERE),
        ];
        let path = format!("/api/v1{path}");
        app.program()
            .send("POST", &path, &headers, &body)
            .assert_problem(429, "too_many_requests");
    }
    assert_eq!(
        app.browser()
            .at(HOME)
            .post("/password/forgot", &[("email", VICTIM)])
            .status,
        303
    );
    assert_eq!(
        app.home.count("events", "TRUE"),
        0,
        "no event without an account"
    );
    let rows = app.home.rows().len();
    attacker.post("/password/forgot", &[("email", "more@example.org")]);
    assert_eq!(
        app.home.rows().len(),
        rows,
        "a rejected request writes nothing"
    );
}

#[test]
fn made_up_addresses_are_limited_for_the_day() {
    let app = app();
    let attacker = app.browser().at(ELSEWHERE);
    for number in 0..300 {
        if number % 30 == 0 {
            app.advance(Duration::from_mins(10));
        }
        assert_eq!(
            attacker.post("/verify/resend", &[("email", VICTIM)]).status,
            303,
            "{number}"
        );
    }
    app.advance(Duration::from_mins(10));
    assert_eq!(
        attacker.post("/verify/resend", &[("email", VICTIM)]).status,
        429
    );
}

/// Other forms write no event for an address without an account either.
#[test]
fn made_up_addresses_leave_no_event() {
    let app = app();
    let attacker = app.register_and_log_in(ATTACKER, PASSWORD);
    let events = app.home.count("events", "TRUE");
    assert_eq!(
        app.browser().log_in("nobody@example.org", PASSWORD).status,
        422
    );
    app.browser()
        .sign_up(VICTIM, PASSWORD)
        .assert_redirect("/signup/sent");
    attacker
        .post("/account/email", &[("email", "nobody@example.org")])
        .assert_redirect("/account/email");
    assert_eq!(
        app.home.count("events", "TRUE"),
        events + 1,
        "the account's own change of address"
    );
}

/// `PATCH /api/v1/me {}` wrote an event each time.
#[test]
fn unchanged_profiles_write_no_event() {
    let app = app();
    let browser = app.register_and_log_in(ATTACKER, PASSWORD);
    let program = app.program_with(&app.tokens(ATTACKER, PASSWORD).access);
    for _ in 0..3 {
        assert_eq!(program.patch("/api/v1/me", &json!({})).status, 200);
        browser
            .post("/account/profile", &[])
            .assert_redirect("/account/profile");
    }
    assert_eq!(app.home.count("events", PROFILE_CHANGED), 0);
    let others = || app.home.count("events", "kind = 'other_sessions_ended'");
    for _ in 0..3 {
        browser
            .post("/account/sessions/end-others", &[])
            .assert_redirect("/account/sessions");
    }
    assert_eq!(others(), 1, "the first ended the program's");
}

#[test]
fn profile_changes_are_limited_to_60_an_hour() {
    let app = app();
    let browser = app.register_and_log_in(ATTACKER, PASSWORD);
    let program = app.program_with(&app.tokens(ATTACKER, PASSWORD).access);
    for number in 0..60 {
        assert_eq!(
            program
                .patch("/api/v1/me", &json!({ "name": format!("Ada {number}") }))
                .status,
            200
        );
    }
    program
        .patch("/api/v1/me", &json!({ "name": "Ada" }))
        .assert_problem(429, "too_many_requests");
    let held = browser.post("/account/profile", &[("name", "Typed")]);
    held.assert_page(429, "Error: Profile");
    assert_eq!(
        (held.header("retry-after"), held.value("name").as_str()),
        ("3600", "Typed")
    );
    assert_eq!(
        held.errors(),
        ["You’ve changed your profile too many times. Try again in 1 hour."]
    );
    app.advance(Duration::from_hours(1));
    browser
        .post("/account/profile", &[("name", "Typed")])
        .assert_redirect("/account/profile");
}

/// Inserts rows of an account directly, numbered from 0.
fn fill(app: &TestApp, count: u32, insert: &str) {
    app.home.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1) \
         {insert}"
    ));
}

fn fill_events(app: &TestApp, count: u32, undo: &str) {
    fill(
        app,
        count,
        &format!(
            "INSERT INTO events (id, happened_at, kind, user_id, user_agent, client_address, \
             undo_link_id)
             SELECT users.id || 'e' || i, 1000 + i, 'logged_in', users.id, 'x', '127.0.0.1', \
             {undo} FROM n, users"
        ),
    );
}

#[test]
fn events_of_one_account_are_bounded() {
    let app = app();
    let browser = app.register(ATTACKER, PASSWORD);
    let live = app
        .home
        .lines("SELECT id AS line FROM links WHERE purpose = 'verify'")
        .remove(0);
    fill_events(&app, 10_050, "NULL");
    // The three oldest events: one with a valid undo link, one with a used link, one without its
    // link.
    app.home.sql(&format!(
        "INSERT INTO links (id, token_hash, purpose, subject_id, email_key, created_at, expires_at)
         SELECT 'works', 'works', 'undo', id, email_key, 0, 9999999999999 FROM users;
         UPDATE events SET undo_link_id = 'works' WHERE happened_at = 1000;
         UPDATE events SET undo_link_id = '{live}' WHERE happened_at = 1001;
         UPDATE events SET undo_link_id = 'gone' WHERE happened_at = 1002;"
    ));
    browser
        .log_in(ATTACKER, PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(app.home.count("events", "TRUE"), 10_001);
    assert_eq!(
        app.home.count("events", "happened_at = 1000"),
        1,
        "what can be undone stays"
    );
    assert_eq!(
        app.home
            .count("events", "happened_at BETWEEN 1001 AND 1040"),
        0
    );
}

#[test]
fn one_request_never_deletes_a_long_history() {
    let app = app();
    let browser = app.register(ATTACKER, PASSWORD);
    fill_events(&app, 11_000, "NULL");
    let before = app.home.count("events", "TRUE");
    browser
        .log_in(ATTACKER, PASSWORD)
        .assert_redirect("/dashboard");
    let after = app.home.count("events", "TRUE");
    assert!(
        (before - 400..before - 100).contains(&after),
        "{before} events, then {after}"
    );
}

#[test]
fn sessions_of_one_account_are_bounded() {
    let app = app();
    let browser = app.register_and_log_in(ATTACKER, PASSWORD);
    fill(
        &app,
        600,
        "INSERT INTO sessions (id_hash, user_id, signed_in_by, remember, created_at, last_seen_at, \
         expires_at,
             user_agent, client_address, handle, proven_at, ended_at)
         SELECT 's' || i, users.id, 'password', FALSE, 1000 + i, 1000 + i, 2000, 'x', 'x', 'h' || \
         i, 1000, 3000
         FROM n, users",
    );
    app.log_in(ATTACKER, PASSWORD);
    assert_eq!(app.home.count("sessions", "TRUE"), 500);
    assert_eq!(
        browser.get("/dashboard").status,
        200,
        "a live session is never trimmed"
    );
}

#[test]
fn devices_tokens_and_notices_of_account_are_bounded() {
    let app = app();
    let browser = app.register_and_log_in(ATTACKER, PASSWORD);
    for _ in 0..60 {
        app.advance(Duration::from_mins(10));
        app.log_in(ATTACKER, PASSWORD);
    }
    assert_eq!(app.live_sessions(), 50);
    let evicted = browser.get("/dashboard");
    evicted.assert_redirect("/login?next=%2Fdashboard");
    let notice = browser.get(evicted.header("location")).notice();
    assert!(
        notice.contains("logged in on many other devices"),
        "{notice}"
    );
    assert_eq!(app.home.count("known_devices", "TRUE"), 50);
    assert_eq!(
        app.home.count("links", "purpose = 'undo'"),
        50,
        "notices of new devices a day"
    );
    fill(
        &app,
        50,
        "INSERT INTO personal_tokens (id, user_id, name, token_hash, created_at, expires_at)
         SELECT 't' || i, users.id, 'x', 't' || i, 0, 9999999999999 FROM n, users",
    );
    browser
        .log_in(ATTACKER, PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(
        browser
            .post("/account/tokens", &[("name", "One more"), ("days", "7")])
            .status,
        422
    );
    assert_eq!(app.home.count("personal_tokens", "TRUE"), 50);
}

/// Each round writes an event, a link and an email.
#[test]
fn new_passwords_and_reuse_notices_are_bounded() {
    let app = app();
    let browser = app.register_and_log_in(ATTACKER, PASSWORD);
    let change = |current: &str, new: &str| {
        browser
            .post(
                "/account/password",
                &[("current_password", current), ("password", new)],
            )
            .status
    };
    for _ in 0..15 {
        assert_eq!(change(PASSWORD, "copper lantern drizzle"), 303);
        assert_eq!(change("copper lantern drizzle", PASSWORD), 303);
    }
    let held = browser.post(
        "/account/password",
        &[("current_password", PASSWORD), ("password", "weak")],
    );
    assert_eq!(held.status, 422, "what is too short is not judged");
    assert_eq!(change(PASSWORD, "copper lantern drizzle"), 429);
    let notices = || app.home.count("outbox", "letter = 'session_copied'");
    for _ in 0..21 {
        reuse_a_refresh_token(&app, PASSWORD);
    }
    assert_eq!(
        (
            notices(),
            app.home.count("events", "kind = 'refresh_reused'")
        ),
        (20, 21)
    );
}

/// A day of everything that writes a link or an email, beyond each limit. Links are kept for 8 days
/// at most.
#[test]
fn links_and_emails_of_one_account_are_bounded() {
    const PER_DAY: i64 = 2_200 / 8;
    let app = app();
    app.register(ATTACKER, PASSWORD);
    let of_account = "subject_id = (SELECT id FROM users)";
    let written = |table: &str| app.home.count(table, of_account);
    let before = (written("links"), written("outbox"));
    let passwords = [PASSWORD, "copper lantern drizzle"];
    let (mut current, mut addresses) = (0, 0);
    for _ in 0..4 {
        let browser = app.log_in(ATTACKER, passwords[current]);
        for _ in 0..16 {
            let new = [
                ("current_password", passwords[current]),
                ("password", passwords[1 - current]),
            ];
            if browser.post("/account/password", &new).status == 303 {
                current = 1 - current;
            }
            browser.post("/account/tokens", &[("name", "Backup"), ("days", "7")]);
            app.home.sql("DELETE FROM personal_tokens");
            addresses += 1;
            let new = format!("eve{addresses}@example.net");
            browser.post(
                "/account/email",
                &[("email", &new), ("current_password", passwords[current])],
            );
            app.browser()
                .post("/password/forgot", &[("email", ATTACKER)]);
            app.log_in(ATTACKER, passwords[current]);
            reuse_a_refresh_token(&app, passwords[current]);
        }
        app.advance(Duration::from_hours(5));
    }
    let (links, emails) = (written("links") - before.0, written("outbox") - before.1);
    assert!((150..=PER_DAY).contains(&links), "{links} links in a day");
    assert!(
        (150..=PER_DAY).contains(&emails),
        "{emails} emails in a day"
    );
}

fn reuse_a_refresh_token(app: &TestApp, password: &str) {
    let first = app.tokens(ATTACKER, password).refresh;
    app.refresh(&first);
    app.advance(Duration::from_secs(31));
    app.refresh(&first)
        .assert_problem(401, "invalid_refresh_token");
}

#[test]
fn export_of_every_event_is_complete() {
    let app = app();
    let browser = app.register_and_log_in(ATTACKER, PASSWORD);
    fill_events(&app, 3_000, "NULL");
    let response = browser.post("/account/export", &[]);
    let file: Value = serde_json::from_str(&response.body).expect("JSON");
    let activity = file["activity"].as_array().expect("a list");
    assert_eq!(
        i64::try_from(activity.len()).expect("a count"),
        app.home.count("events", "TRUE")
    );
    let times: Vec<_> = activity
        .iter()
        .map(|event| event["happened_at"].as_str().expect("a time"))
        .collect();
    assert!(
        times.is_sorted_by(|one, next| one >= next),
        "newest first, none twice and none left out"
    );
}

/// Begins a download and reads nothing of it.
fn begin_export(app: &TestApp, browser: &Browser) -> TcpStream {
    let mut stream = connect(&app.base);
    let cookie = browser.cookie("session").expect("signed in");
    let request = format!(
        "POST /account/export HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: \
         same-origin\r\nCookie: session={cookie}\r\n\
         Content-Length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("sends");
    let mut first = [0; 12];
    stream.read_exact(&mut first).expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 200");
    stream
}

#[test]
fn exports_are_limited_per_account_and_node() {
    let app = app();
    let accounts = ["ada@example.org", "bob@example.org", "eve@example.org"]
        .map(|email| app.register_and_log_in(email, PASSWORD));
    // More than the buffers of both sides hold. So a download that is not read does not end.
    fill_events(&app, 8_000, "NULL");
    let name = "A".repeat(256);
    app.home
        .sql(&format!("UPDATE events SET user_agent = '{name}'"));
    let first = begin_export(&app, &accounts[0]);
    let second = accounts[0].post("/account/export", &[]);
    second.assert_page(429, "Error: Download your data");
    assert_eq!(
        second.errors(),
        ["A download is already running. Try again when it has finished."]
    );
    let other = begin_export(&app, &accounts[1]);
    assert_eq!(accounts[2].post("/account/export", &[]).status, 503);
    assert_eq!(app.browser().get("/healthz").status, 200);
    drop((first, other));
    crate::support::eventually(|| accounts[2].post("/account/export", &[]).status == 200);
}

/// A download longer than the idle time of a connection was cut off.
#[test]
fn slow_download_is_no_idle_connection() {
    let public_url = PublicUrl::parse("http://localhost");
    let app = TestApp::start_with(|settings| settings.edge.public_url.clone_from(&public_url));
    let browser = app.register_and_log_in(ATTACKER, PASSWORD);
    fill_events(&app, 9_000, "NULL");
    app.home.sql(
        "UPDATE events SET user_agent = 'A browser with a name of some length, as browsers \
              like to have them'",
    );
    // Only the download is on a connection with short timeouts.
    let app = app.restart_with(|settings| {
        settings.edge.public_url = public_url;
        settings.edge.keep_alive = Duration::from_millis(200);
        settings.edge.head_timeout = Duration::from_secs(2);
    });
    let mut stream = begin_export(&app, &browser);
    let (mut got, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    for _ in 0..13 {
        // The client is slow on purpose: nothing but time shows that its connection is kept.
        sleep(Duration::from_millis(200));
        let read = stream.read(&mut piece).expect("more of it");
        got.extend_from_slice(&piece[..read]);
    }
    stream.read_to_end(&mut got).expect("the rest");
    let text = String::from_utf8_lossy(&got);
    assert!(
        text.trim_end().ends_with('0') && text.contains("\n  ]\n}\n"),
        "{}",
        &text[text.len() - 200..]
    );
}

#[test]
fn strings_of_clients_are_bounded_in_the_log() {
    let home = Home::new();
    let process = Process::serve(&home, &[]);
    let endless = "A".repeat(20_000);
    for (method, path) in [
        (endless.as_str(), "/"),
        ("GET", &format!("/{endless}")),
        ("POST", "/login"),
    ] {
        let headers = [
            ("user-agent", endless.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("host", "localhost"),
        ];
        process.browser().send(method, path, &headers, "");
    }
    process.signal("TERM");
    let (status, log) = process.wait();
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains(&"A".repeat(100)), "{log}");
    assert!(log.lines().all(|line| line.len() < 1_000), "{}", log.len());
}

/// PostgreSQL takes no NUL in a text. A path with one was a 503.
#[test]
fn a_path_with_a_nul_is_not_found() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(ATTACKER, PASSWORD);
    for path in [
        "/dev/mailbox/%00",
        "/people/%00",
        "/people/a%00b",
        "/account/activity/%00/undo",
        "/%00",
        "/%00/x",
    ] {
        browser.get(path).assert_page(404, "Page not found");
    }
    for path in [
        "/account/sessions/%00/end",
        "/account/tokens/%00/remove",
        "/account/activity/%00/undo",
    ] {
        assert_eq!(browser.post(path, &[]).status, 404, "{path}");
    }
    let program = app.program_with(&app.tokens(ATTACKER, PASSWORD).access);
    for path in ["/api/v1/me/sessions/%00", "/api/v1/people/%00"] {
        assert_eq!(program.delete(path).status, 404, "{path}");
        assert_eq!(program.get(path).status, 404, "{path}");
    }
    // In a query or a form it is no server error either.
    for (path, status) in [
        ("/people?q=%00", 200),
        ("/people?after=%00", 200),
        ("/account/activity?before=%00", 200),
        ("/verify?token=%00", 410),
    ] {
        assert_eq!(browser.get(path).status, status, "{path}");
    }
    for (path, status) in [
        ("/api/v1/me/activity?after=%00", 422),
        ("/api/v1/people?q=%00", 200),
        ("/api/v1/people?after=a%00b", 422),
    ] {
        assert_eq!(program.get(path).status, status, "{path}");
    }
    let typed = "a\0b";
    for (path, field, status) in [
        ("/login", "email", 422),
        ("/login", "next", 422),
        ("/verify", "token", 410),
        ("/account/profile", "handle", 422),
    ] {
        let response = browser.post(path, &[(field, typed), ("password", typed)]);
        assert_eq!(response.status, status, "{path} {field}");
    }
}

#[test]
fn static_files_hide_inode_and_name_charset() {
    let app = TestApp::start();
    let page = app.browser().get("/");
    for (selector, attribute, kind) in [
        ("link[rel=stylesheet]", "href", "text/css; charset=utf-8"),
        ("script[src]", "src", "text/javascript; charset=utf-8"),
    ] {
        let path = page.attribute(selector, attribute).expect("a file");
        let file = app.browser().get(&path);
        let tag = file.header("etag").to_owned();
        let digits = tag
            .strip_prefix("W/\"")
            .and_then(|tag| tag.strip_suffix('"'))
            .expect("a weak tag");
        assert!(
            digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{tag}"
        );
        assert_eq!(
            (file.header("content-type"), file.header("last-modified")),
            (kind, "")
        );
        let again = app
            .browser()
            .send("GET", &path, &[("if-none-match", &tag)], "");
        assert_eq!(
            (again.status, again.body.as_str(), again.header("etag")),
            (304, "", tag.as_str())
        );
    }
}
