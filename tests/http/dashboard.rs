//! The dashboard: greeting, logins and sessions, for its owner only.

use std::time::Duration;

use crate::edge::routes;
use crate::support::{PASSWORD, TestApp};

#[test]
fn dashboard_greets_by_name_or_address() {
    let app = TestApp::start();
    let browser = app.browser();
    browser.post(
        "/signup",
        &[
            ("email", "ada@example.org"),
            ("password", PASSWORD),
            ("name", "Ada <b>L</b>"),
        ],
    );
    browser.post(
        "/verify",
        &[("token", &app.email_to("ada@example.org").token())],
    );
    browser.log_in("ada@example.org", PASSWORD);
    let page = browser.get("/dashboard");
    assert_eq!(page.title(), "Dashboard");
    assert_eq!(page.text("h1"), "Hello Ada <b>L</b>");
    assert!(page.text("main").contains("ada@example.org"));
    let nameless = app.register_and_log_in("grace@example.org", PASSWORD);
    assert_eq!(
        nameless.get("/dashboard").text("h1"),
        "Hello grace@example.org"
    );
}

#[test]
fn check_up_shows_last_login_and_sessions() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    let first = browser.get("/dashboard").text("main");
    assert!(
        first.contains("Your account is ready.") && first.contains("Only this device"),
        "{first}"
    );

    app.advance(Duration::from_hours(2));
    let other = app.log_in("ada@example.org", PASSWORD);
    let second = other.get("/dashboard").text("main");
    assert!(
        second.contains("Last login 2 hours ago, Firefox on Windows."),
        "{second}"
    );
    assert!(second.contains("2 devices"), "{second}");
    other.post("/logout", &[]);
    let third = browser.get("/dashboard").text("main");
    assert!(third.contains("Only this device"), "{third}");
}

#[test]
fn a_login_from_a_new_device_comes_first() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    let own = browser.get("/dashboard").text("main");
    assert!(!own.contains("New login"), "{own}");

    app.advance(Duration::from_hours(2));
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
        (
            "user-agent",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 \
             Safari/604.1",
        ),
    ];
    let body = format!(
        "email=ada%40example.org&password={}",
        PASSWORD.replace(' ', "+")
    );
    app.browser()
        .send("POST", "/login", &headers, &body)
        .assert_redirect("/dashboard");
    let page = browser.get("/dashboard");
    assert!(page.text("main").contains("1 thing needs your attention."));
    assert_eq!(
        page.texts("ul.rows > li")[0],
        "New login Review: Safari on iPhone, just now, IP address 127.0.0.1. Was this you? Review: \
         New login"
    );
}

#[test]
fn pending_address_and_expiring_token_need_attention() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    let rows = browser.get("/dashboard").texts("ul.rows > li");
    assert_eq!(
        rows,
        [
            "Email address OK: ada@example.org, confirmed Change: Email address",
            "Password OK: Last changed just now Change: Password",
            "Second step Not set up. Add one, so that your password alone isn’t enough to log in. \
             Add a second step",
            "Passkeys Log in with your fingerprint, face or screen lock. Add a passkey",
            "Sessions OK: Only this device Review: Sessions",
            "API tokens OK: None Manage: API tokens",
        ]
    );
    browser.post("/account/email", &[("email", "new@example.org")]);
    browser.post("/account/tokens", &[("name", "Backup"), ("days", "7")]);
    let page = browser.get("/dashboard");
    assert!(page.text("main").contains("2 things need your attention."));
    assert_eq!(
        page.texts("ul.rows > li")[..2],
        [
            "API tokens Review: Backup expires in 7 days. Manage: API tokens",
            "Email address Pending: Waiting for you to confirm new@example.org. Resend or cancel: \
             Email address",
        ]
    );
}

#[test]
fn every_logged_in_page_has_a_logout_button() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    app.log_in("ada@example.org", PASSWORD);
    let event = app.undoable_events().remove(0);
    let paths = routes()
        .into_iter()
        .map(|(path, _)| path.replace("{id}", &event));
    let needs_login = |path: &String| {
        let response = app.browser().get(path);
        // The second step is part of the login.
        let is_login = path.starts_with("/login/");
        !is_login && response.header("location").starts_with("/login?next=")
    };
    let paths: Vec<_> = paths.filter(needs_login).collect();
    assert_eq!(paths.len(), 19, "{paths:?}");
    for path in paths {
        let page = browser.get(&path);
        let status = match path.as_str() {
            // Without its token the link does not work, and the page says so.
            "/account/email/confirm" => 410,
            // No app has this id.
            path if path.starts_with("/apps/") => 400,
            _ => 200,
        };
        assert_eq!(page.status, status, "{path}");
        assert_eq!(
            page.attribute("form[action='/logout']", "method")
                .as_deref(),
            Some("post"),
            "{path}"
        );
        assert_eq!(
            page.text("form[action='/logout'] button"),
            "Log out",
            "{path}"
        );
    }
}

#[test]
fn logged_out_browser_sees_no_dashboard() {
    let app = TestApp::start();
    app.register_and_log_in("ada@example.org", PASSWORD);
    let page = app
        .register_and_log_in("grace@example.org", PASSWORD)
        .get("/dashboard");
    assert!(!page.body.contains("ada@example.org"));
    app.browser()
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
}
