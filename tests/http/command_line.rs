//! The operator's commands, beside a running server.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vestibule::clock::Clock;

use crate::support::smtp::{Behaviour, SmtpSink};
use crate::support::{Home, OTHER_PASSWORD, PASSWORD, Process, TestApp, eventually};

const EMAIL: &str = "ada@example.org";

/// Starts an app at the machine's time, which commands use.
fn app() -> TestApp {
    TestApp::start_in(Arc::new(Home::new()), Clock::System, |settings| {
        settings.limits = true;
    })
}

/// Returns the one line of a command that fails.
#[track_caller]
fn rejected(app: &TestApp, arguments: &[&str]) -> String {
    let output = app.run(arguments);
    let line = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(
        (output.status.code(), line.lines().count()),
        (Some(1), 1),
        "{arguments:?}: {line}"
    );
    line
}

/// One random id in 64 begins with a hyphen, and so may an address.
#[test]
fn arguments_may_begin_with_a_hyphen() {
    let app = app();
    for id in ["-AAAAAAA", "-hAAAAAA", "--AAAAAA", "--help-A"] {
        assert!(
            rejected(&app, &["client", "delete", id]).contains(&format!("there is no client {id}")),
            "{id}"
        );
    }
    let address = "-ada@example.org";
    for command in ["show", "lock"] {
        assert!(rejected(&app, &["user", command, address]).contains("no account has the address"));
    }
    assert!(
        app.command(&["why", address])
            .starts_with("No account has this address")
    );
}

#[test]
fn commands_list_show_lock_log_out_delete_accounts() {
    let app = app();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.register("grace@example.org", PASSWORD);
    let list = app.command(&["user", "list"]);
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(
        list.lines()
            .last()
            .is_some_and(|line| line.starts_with(EMAIL)),
        "the newest first: {list}"
    );
    let found: Value = serde_json::from_str(&app.command(&["user", "list", "grace", "--json"]))
        .expect("one object");
    assert_eq!(
        (&found["email"], &found["locked_at"]),
        (&json!("grace@example.org"), &Value::Null)
    );
    assert!(
        app.command(&["user", "show", "ADA@example.org"])
            .contains("administrator  no")
    );

    assert_eq!(
        app.command(&["user", "lock", EMAIL]),
        "ada@example.org is locked.\n"
    );
    browser
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    assert_eq!(browser.log_in(EMAIL, PASSWORD).status, 403);
    app.email_about(EMAIL, "Your account was locked – Vestibule");
    assert!(
        app.command(&["user", "list", "ada"])
            .trim_end()
            .ends_with(" locked")
    );
    app.command(&["user", "unlock", EMAIL]);
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    app.command(&["user", "end-sessions", EMAIL]);
    browser
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");

    assert!(rejected(&app, &["user", "delete", EMAIL]).contains("add --yes"));
    assert_eq!(
        app.command(&["user", "delete", EMAIL, "--yes"]),
        "ada@example.org is deleted.\n"
    );
    app.email_about(EMAIL, "Your account was deleted – Vestibule");
    assert_eq!(app.home.count("users", &format!("email = '{EMAIL}'")), 0);
    for arguments in [
        ["user", "show", EMAIL],
        ["user", "lock", EMAIL],
        ["user", "end-sessions", EMAIL],
    ] {
        assert!(rejected(&app, &arguments).contains("no account has the address"));
    }
    assert!(rejected(&app, &["user", "show", "ada"]).contains("Enter an email address"));
}

#[test]
fn why_names_the_reason_for_blocked_login() {
    let app = app();
    let why = |email: &str| app.command(&["why", email]);
    assert!(why("nobody@example.org").starts_with("No account has this address"));
    app.browser().sign_up("waits@example.org", PASSWORD);
    assert!(why("waits@example.org").starts_with("The address is not confirmed"));
    app.register_and_log_in(EMAIL, PASSWORD);
    assert!(
        why(EMAIL).starts_with(
            "Nothing keeps ada@example.org from logging in with the correct password."
        )
    );

    app.command(&["user", "lock", EMAIL]);
    let gates: Value = serde_json::from_str(&app.command(&["why", EMAIL, "--json"])).expect("JSON");
    let names: Vec<_> = gates["gates"]
        .as_array()
        .expect("gates")
        .iter()
        .map(|gate| gate["gate"].clone())
        .collect();
    assert_eq!(names, [json!("locked")], "{gates}");
    assert!(
        why(EMAIL).starts_with("The account has been locked since"),
        "{}",
        why(EMAIL)
    );
    app.command(&["user", "unlock", EMAIL]);

    app.home
        .sql("UPDATE password_credentials SET blocked_at = 1");
    assert!(
        why(EMAIL).contains("Someone chose “This wasn’t me” at 1970"),
        "{}",
        why(EMAIL)
    );
}

#[test]
fn why_names_failures_and_lockout() {
    let home = Home::new();
    let app = TestApp::start_in(Arc::new(home), Clock::System, |_| {});
    let known = app.register(EMAIL, PASSWORD);
    for _ in 0..5 {
        app.browser().log_in(EMAIL, OTHER_PASSWORD);
    }
    // The time is ahead of any clock. The wait is still bounded by the rule.
    let row = |consecutive: u32| {
        app.home.sql(&format!(
            "UPDATE login_failures SET consecutive = {consecutive}, last_at = 9999999999999"
        ));
    };
    row(14);
    assert!(
        app.command(&["why", EMAIL])
            .contains("Too many wrong passwords from unknown devices"),
        "{}",
        app.command(&["why", EMAIL])
    );
    row(100);
    assert!(
        app.command(&["why", EMAIL])
            .contains("After 100 consecutive wrong passwords"),
        "{}",
        app.command(&["why", EMAIL])
    );
    known.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
    assert!(
        app.command(&["why", EMAIL])
            .contains("Too many wrong passwords from unknown devices"),
        "{}",
        app.command(&["why", EMAIL])
    );
    for _ in 0..10 {
        assert_eq!(known.log_in(EMAIL, OTHER_PASSWORD).status, 422);
    }
    assert!(
        app.command(&["why", EMAIL])
            .contains("Too many wrong passwords from a known device"),
        "{}",
        app.command(&["why", EMAIL])
    );
}

#[test]
fn queued_emails_are_listed_retried_and_tested() {
    let sink = SmtpSink::start();
    sink.behave_for(EMAIL, Behaviour::RejectTemporarily);
    let url = sink.url();
    let home = Arc::new(Home::new());
    let smtp = vestibule::config::SmtpUrl::parse(&url);
    let app = TestApp::start_in(Arc::clone(&home), Clock::System, |settings| {
        settings.mail.smtp = smtp;
        settings.mail.delivery.look_every = Duration::from_millis(20);
        settings.mail.delivery.rejected_temporarily =
            (Duration::from_mins(10), Duration::from_hours(1));
    });
    app.browser()
        .sign_up(EMAIL, PASSWORD)
        .assert_redirect("/signup/sent");
    eventually(|| app.home.count("outbox", "attempts > 0") == 1);
    let variables = [("VESTIBULE_SMTP_URL", url.as_str())];
    let run = |arguments: &[&str]| Process::output(&home, arguments, &variables);
    let list = String::from_utf8(run(&["mail", "list"]).stdout).expect("UTF-8");
    assert!(list.contains(" confirm_email ada@example.org "), "{list}");
    let listed: Value =
        serde_json::from_slice(&run(&["mail", "list", "--json"]).stdout).expect("one object");
    assert_eq!(
        (&listed["letter"], &listed["to"]),
        (&json!("confirm_email"), &json!(EMAIL))
    );
    let why = String::from_utf8(run(&["why", EMAIL]).stdout).expect("UTF-8");
    assert!(
        why.contains("The address is not confirmed") && why.contains("'confirm_email'"),
        "{why}"
    );

    let rejected = run(&["mail", "test", EMAIL]);
    assert!(
        String::from_utf8_lossy(&rejected.stderr).contains("did not accept the test email"),
        "{rejected:?}"
    );
    sink.stop();
    assert_eq!(
        run(&["mail", "test", "me@example.org"]).status.code(),
        Some(1),
        "nothing listens"
    );
    let doctor = run(&["doctor"]);
    assert!(
        doctor.status.code() == Some(1)
            && String::from_utf8_lossy(&doctor.stdout).contains("WRONG mail"),
        "{doctor:?}"
    );
    sink.start_again();
    sink.behave_for(EMAIL, Behaviour::Accept);
    let retried = run(&["mail", "retry"]);
    assert!(
        String::from_utf8_lossy(&retried.stdout).starts_with("Emails due now: 1."),
        "{retried:?}"
    );
    sink.wait_until(|received| received.iter().any(|message| message.to == [EMAIL]));
    let sent = run(&["mail", "test", "me@example.org"]);
    assert!(
        sent.status.success(),
        "{}",
        String::from_utf8_lossy(&sent.stderr)
    );
    sink.wait_until(|received| {
        received
            .iter()
            .any(|message| message.to == ["me@example.org"])
    });
    assert_eq!(run(&["mail", "list"]).stdout, b"");
}

#[test]
fn built_filter_rejects_breached_passwords() {
    let home = Home::new();
    let (list, filter) = (home.path().join("list"), home.path().join("filter"));
    // One password in plain text, one by its SHA-1 with a count: "copper lantern drizzle".
    let sha1 = "copper lantern drizzle";
    let hash = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
        sha1.as_bytes(),
    );
    let hash = hash
        .as_ref()
        .iter()
        .fold(String::new(), |hash, byte| hash + &format!("{byte:02X}"));
    std::fs::write(&list, format!("{PASSWORD}\r\n{hash}:17\n\n")).expect("written");
    let (list, filter) = (
        list.to_str().expect("UTF-8"),
        filter.to_str().expect("UTF-8"),
    );
    let built = Process::output(&home, &["passwords", "build", list, "--out", filter], &[]);
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    assert!(
        String::from_utf8_lossy(&built.stdout).contains(": 2 passwords in "),
        "{built:?}"
    );

    let variables = [("VESTIBULE_BREACHED_PASSWORDS", filter)];
    let server = Process::serve(&home, &variables);
    for password in [PASSWORD, OTHER_PASSWORD] {
        let rejected = server.browser().sign_up(EMAIL, password);
        assert_eq!(rejected.status, 422);
        assert!(
            rejected.errors()[0].contains("has appeared in a data breach"),
            "{:?}",
            rejected.errors()
        );
    }
    let taken = [("email", EMAIL), ("password", "pebble orbit cinnamon")];
    server
        .browser()
        .post("/signup", &taken)
        .assert_redirect("/signup/sent");

    // A filter that is overwritten in place is ignored, and the server continues.
    std::fs::write(filter, "nonsense").expect("written");
    let asked = [("email", "eve@example.org"), ("password", PASSWORD)];
    server
        .browser()
        .post("/signup", &asked)
        .assert_redirect("/signup/sent");

    let rejected = Process::output(&home, &["serve"], &variables);
    let line = String::from_utf8_lossy(&rejected.stderr).into_owned();
    let reason = line.lines().last().unwrap_or_default();
    assert_eq!(rejected.status.code(), Some(1));
    assert!(
        reason.starts_with("vestibule: the filter of breached passwords"),
        "{line}"
    );
    let doctor = Process::output(&home, &["doctor"], &variables);
    let report = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(
        doctor.status.code() == Some(1) && report.contains("WRONG passwords"),
        "{report}"
    );
    let missing = Process::output(
        &home,
        &["passwords", "build", "nowhere", "--out", filter],
        &[],
    );
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn doctor_reports_each_check() {
    let app = app();
    let report = app.command(&["doctor"]);
    let lines = report.lines().map(|line| line.split_at(20).0.trim_end());
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            "ok    configuration",
            "ok    static files",
            "ok    passwords",
            "ok    files",
            "ok    database",
            "ok    clock",
            "warn  mail",
            "ok    second step",
            "ok    passkeys",
            "ok    proxies",
            "ok    apps",
        ],
        "{report}"
    );
    assert!(rejected(&app, &["mail", "test", EMAIL]).contains("VESTIBULE_SMTP_URL is not set"));

    let sink = SmtpSink::start();
    let url = sink.url();
    let strict = [
        ("VESTIBULE_PUBLIC_URL", "https://login.example.org"),
        ("VESTIBULE_SMTP_URL", url.as_str()),
        ("VESTIBULE_MAIL_FROM", "no-reply@example.org"),
    ];
    let home = Home::new();
    let server = Process::serve(&home, &strict);
    let forwarded =
        server
            .browser()
            .send("GET", "/login", &[("x-forwarded-for", "203.0.113.7")], "");
    assert_eq!(forwarded.status, 200);
    let doctor =
        |more: &[(&str, &str)]| Process::output(&home, &["doctor"], &[&strict[..], more].concat());
    let report = || String::from_utf8(doctor(&[]).stdout).expect("UTF-8");
    eventually(|| report().contains("warn  proxies       a request was forwarded by 127.0.0.1"));
    let report = report();
    assert!(report.contains("ok    mail"), "{report}");
    let named = doctor(&[("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1")]);
    assert!(
        String::from_utf8_lossy(&named.stdout).contains("ok    proxies       127.0.0.1"),
        "{named:?}"
    );
}
