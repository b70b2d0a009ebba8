//! The dashboard: greeting, logins and sessions, for its owner only.

use std::time::Duration;

use crate::edge::routes;
use crate::support::{PASSWORD, TestApp};

#[test]
fn it_greets_by_name_or_address() {
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
        &[("token", &app.mail_to("ada@example.org").token())],
    );
    browser.log_in("ada@example.org", PASSWORD);
    let page = browser.get("/dashboard");
    assert_eq!(page.title(), "Dashboard");
    assert_eq!(page.text("h1"), "Hello Ada <b>L</b>");
    assert!(page.text("main").contains("ada@example.org"));
    let nameless = app.sign_in("grace@example.org", PASSWORD);
    assert_eq!(
        nameless.get("/dashboard").text("h1"),
        "Hello grace@example.org"
    );
}

#[test]
fn it_tells_of_this_login_the_one_before_and_how_many_sessions_live() {
    let app = TestApp::start();
    let browser = app.sign_in("ada@example.org", PASSWORD);
    let first = browser.get("/dashboard").text("main");
    assert!(
        first.contains("22 November 2026, 12:00 UTC") && first.contains("Firefox on Windows"),
        "{first}"
    );
    assert!(
        first.contains("first login") && first.contains("Only this device"),
        "{first}"
    );

    app.advance(Duration::from_hours(2));
    let phone = app.browser().named(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 \
         Safari/604.1",
    );
    phone
        .log_in("ada@example.org", PASSWORD)
        .assert_redirect("/dashboard");
    let second = phone.get("/dashboard").text("main");
    assert!(
        second.contains("14:00 UTC") && second.contains("Safari on iPhone"),
        "{second}"
    );
    assert!(
        second.contains("12:00 UTC") && second.contains("Firefox on Windows"),
        "{second}"
    );
    assert!(second.contains("2 devices"), "{second}");
    phone.post("/logout", &[]);
    assert!(
        browser
            .get("/dashboard")
            .text("main")
            .contains("Only this device")
    );
}

#[test]
fn every_signed_in_page_has_a_log_out_button() {
    let app = TestApp::start();
    let browser = app.sign_in("ada@example.org", PASSWORD);
    app.log_in("ada@example.org", PASSWORD);
    let event = app.undoable_events().remove(0);
    let paths = routes()
        .into_iter()
        .map(|(path, _)| path.replace("{id}", &event));
    let needs_login = |path: &String| {
        let answer = app.browser().get(path);
        answer.header("location").starts_with("/login?next=")
    };
    let paths: Vec<_> = paths.filter(needs_login).collect();
    assert_eq!(paths.len(), 13, "{paths:?}");
    for path in paths {
        let page = browser.get(&path);
        // Without its token the link does not work, and the page says so.
        let is_link = path == "/account/email/confirm";
        assert_eq!(page.status, if is_link { 410 } else { 200 }, "{path}");
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
fn nobody_else_sees_it() {
    let app = TestApp::start();
    app.sign_in("ada@example.org", PASSWORD);
    let page = app.sign_in("grace@example.org", PASSWORD).get("/dashboard");
    assert!(!page.body.contains("ada@example.org"));
    app.browser()
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
}
