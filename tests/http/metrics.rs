//! The metrics at `/metrics`, on their own listener.

use std::net::TcpListener;

use crate::edge::{routes, stylesheet};
use crate::support::smtp::{Behaviour, SmtpSink};
use crate::support::{Browser, Home, OTHER_PASSWORD, PASSWORD, Process, TestApp, eventually};

const EMAIL: &str = "ada@example.org";

fn app() -> TestApp {
    TestApp::start_with(|settings| settings.edge.metrics_listen = Some(([127, 0, 0, 1], 0).into()))
}

fn scrape(app: &TestApp) -> String {
    let response = Browser::new(app.metrics.as_deref().expect("it listens")).get("/metrics");
    assert_eq!(
        (response.status, response.header("content-type")),
        (200, "text/plain; version=0.0.4")
    );
    response.body
}

/// Returns the value of a series.
#[track_caller]
fn value<'text>(text: &'text str, series: &str) -> &'text str {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{series} in {text}"))
}

fn requests(method: &str, route: &str, status: u16) -> String {
    format!(
        "vestibule_request_duration_seconds_count{{method=\"{method}\",route=\"{route}\",\
         status=\"{status}\"}}"
    )
}

#[test]
fn metrics_count_requests_and_logins() {
    let app = app();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.browser().log_in(EMAIL, OTHER_PASSWORD);
    app.browser().log_in("nobody@example.org", PASSWORD);
    browser.get("/dashboard");
    browser.get("/people/ada");
    browser.get("/%64ashboard");
    browser.get("/people/grace");
    browser.get("/nowhere/at/all?token=secret");
    let page = browser.get("/");
    assert_eq!(page.status, 303);
    browser.get(&stylesheet(&app.browser().get("/")));
    app.browser().send(
        "POST",
        "/login",
        &[("content-type", "application/x-www-form-urlencoded")],
        "",
    );
    app.browser()
        .send("BREW", "/login", &[("sec-fetch-site", "same-origin")], "");

    let text = scrape(&app);
    for (series, count) in [
        (requests("POST", "/login", 303), "1"),
        (requests("POST", "/login", 422), "2"),
        (requests("POST", "/login", 403), "1"),
        (requests("other", "/login", 405), "1"),
        (requests("GET", "/dashboard", 200), "2"),
        (requests("GET", "/people/{handle}", 404), "2"),
        (requests("GET", "none", 404), "1"),
        (requests("GET", "/static/", 200), "1"),
        (
            "vestibule_logins_total{outcome=\"signed_in\"}".to_owned(),
            "1",
        ),
        ("vestibule_logins_total{outcome=\"wrong\"}".to_owned(), "2"),
        ("vestibule_logins_total{outcome=\"held\"}".to_owned(), "0"),
        ("vestibule_password_checks".to_owned(), "0"),
        ("vestibule_mails_waiting".to_owned(), "0"),
        ("vestibule_database_up".to_owned(), "1"),
    ] {
        assert_eq!(value(&text, &series), count, "{series} in {text}");
    }
    for kind in ["read", "write"] {
        assert_ne!(
            value(
                &text,
                &format!("vestibule_database_wait_seconds_count{{kind=\"{kind}\"}}")
            ),
            "0"
        );
    }
    assert!(
        !text.contains("secret")
            && !text.contains("nowhere")
            && !text.contains("grace")
            && !text.contains('@')
    );
}

#[test]
fn metrics_listener_serves_metrics_only() {
    let app = app();
    assert_eq!(app.browser().get("/metrics").status, 404);
    let metrics = Browser::new(app.metrics.as_deref().expect("it listens"));
    let paths = routes().into_iter().map(|(path, _)| path);
    for path in paths.chain(["/metrics/".to_owned(), "/api/v1/me".to_owned()]) {
        assert_eq!(metrics.get(&path).status, 404, "{path}");
    }
    assert_eq!(metrics.post("/metrics", &[]).status, 405);
    assert!(TestApp::start().metrics.is_none());
}

#[test]
fn metrics_show_queued_and_finished_emails() {
    let sink = SmtpSink::start();
    sink.behave_for(EMAIL, Behaviour::RejectTemporarily);
    let smtp = vestibule::config::SmtpUrl::parse(&sink.url());
    let app = TestApp::start_with(|settings| {
        settings.edge.metrics_listen = Some(([127, 0, 0, 1], 0).into());
        settings.mail.smtp = smtp;
    });
    for email in [EMAIL, "grace@example.org"] {
        app.browser()
            .sign_up(email, PASSWORD)
            .assert_redirect("/signup/sent");
    }
    eventually(|| {
        let text = scrape(&app);
        let is_one = |series| value(&text, series) == "1";
        is_one("vestibule_mails_total{outcome=\"sent\"}")
            && is_one("vestibule_mails_total{outcome=\"refused_for_now\"}")
            && is_one("vestibule_mails_waiting")
    });
    app.advance(std::time::Duration::from_secs(20));
    assert_eq!(value(&scrape(&app), "vestibule_oldest_mail_seconds"), "20");
}

#[test]
fn metrics_address_in_use_is_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let variables = [("VESTIBULE_METRICS_LISTEN", address.as_str())];
    let output = Process::output(&Home::new(), &["serve"], &variables);
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(
        line.starts_with(&format!("vestibule: can't listen on {address}")),
        "{line}"
    );
    let open = Process::output(
        &Home::new(),
        &["serve"],
        &[("VESTIBULE_METRICS_LISTEN", "0.0.0.0:0")],
    );
    let reason = String::from_utf8_lossy(&open.stderr).into_owned();
    assert!(
        open.status.code() == Some(1) && reason.contains("which other machines can reach"),
        "{reason}"
    );
    let wrong = Process::output(
        &Home::new(),
        &["check"],
        &[("VESTIBULE_METRICS_LISTEN", "9100")],
    );
    assert_eq!(wrong.status.code(), Some(2));
}
