//! The activity page: it shows every event, and only to its user.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{OTHER_PASSWORD, PASSWORD, Response, TestApp, eventually};

const EMAIL: &str = "ada@example.org";
const PAGE: &str = "/account/activity";
const NEW_BROWSER: &str = "Logged in from a new device";

/// Returns the event of each row, newest first.
fn what(page: &Response) -> Vec<String> {
    page.texts("ol.rows > li h2")
}

/// Inserts events of a user, `(kind, milliseconds ago, id)` each. The address repeats the id, so
/// that a page names the row.
fn arrange(app: &TestApp, email: &str, events: &[(&str, i64, String)]) {
    let now = app.clock.now().millis();
    let rows: Vec<String> = events
        .iter()
        .map(|(kind, ago, id)| {
            format!(
                "('{id}', {}, '{kind}', (SELECT id FROM users WHERE email = '{email}'), \
                 'curl/8.5.0', '{id}')",
                now - ago
            )
        })
        .collect();
    app.home.sql(&format!(
        "INSERT INTO events (id, happened_at, kind, user_id, user_agent, client_address) VALUES {}",
        rows.join(", ")
    ));
}

#[test]
fn page_shows_logins_and_failures_with_device() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    app.advance(Duration::from_mins(1));
    app.browser()
        .named("curl/8.5.0")
        .log_in(EMAIL, OTHER_PASSWORD);
    app.advance(Duration::from_mins(1));
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    let page = browser.get(PAGE);
    page.assert_page(200, "Activity");
    assert_eq!(
        page.texts("ol.rows > li"),
        [
            "Logged in just now Firefox on Windows 127.0.0.1",
            "Failed login 1 minute ago curl 127.0.0.1 The password was wrong, or the account was \
             locked or needed a new password.",
            "Account created 2 minutes ago Firefox on Windows 127.0.0.1 Your email address was \
             confirmed.",
        ]
    );
    assert_eq!(
        ["datetime", "title"].map(|name| page.attribute("ol time", name)),
        ["2026-11-22T12:02:00Z", "22 November 2026, 12:02 UTC"].map(|at| Some(at.to_owned()))
    );
    assert!(page.text("main").contains("in the last 90 days"));
}

#[test]
fn page_shows_a_day_of_events() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    let tick = || app.advance(Duration::from_millis(1));
    tick();
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    tick();
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(
        app.emails_to(EMAIL).len(),
        2,
        "the sign-up's, and one that tells of it"
    );
    tick();
    browser
        .post("/account/sessions/end-others", &[])
        .assert_redirect("/account/sessions");
    tick();
    app.browser().post(
        "/signup",
        &[("email", EMAIL), ("password", OTHER_PASSWORD), ("name", "")],
    );
    assert_eq!(app.emails_to(EMAIL).len(), 3);
    tick();
    app.browser().post("/password/forgot", &[("email", EMAIL)]);
    let token = app.email_to(EMAIL).token();
    tick();
    app.browser().reset_password(&token, OTHER_PASSWORD);
    tick();
    browser
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
    tick();
    assert_eq!(browser.post("/account/export", &[]).status, 200);
    tick();
    browser.post("/logout", &[]);
    tick();
    browser
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(
        what(&browser.get(PAGE)),
        [
            "Logged in",
            "Logged out",
            "Data downloaded",
            NEW_BROWSER,
            "Password reset",
            "Password reset requested",
            "Sign-up attempt with your email address",
            "All other devices logged out",
            NEW_BROWSER,
            "Logged in",
            "Account created",
        ]
    );
}

#[test]
fn events_have_undo_buttons_while_undo_is_possible() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    browser.log_in_remembered(EMAIL, PASSWORD);
    app.advance(Duration::from_mins(1));
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    let id = app.undoable_events().remove(0);
    let page = browser.get(PAGE);
    let words = format!("This wasn’t me: {NEW_BROWSER}, just now");
    assert_eq!(page.texts("ol a"), [words]);
    assert_eq!(
        page.attribute("ol a", "href"),
        Some(format!("/account/activity/{id}/undo"))
    );

    let has_button = || !browser.get(PAGE).texts("ol a").is_empty();
    for arranged in ["used_at", "void_at"] {
        app.home.sql(&format!(
            "UPDATE links SET {arranged} = 1 WHERE purpose = 'undo'"
        ));
        assert!(!has_button(), "{arranged}");
        app.home.sql(&format!(
            "UPDATE links SET {arranged} = NULL WHERE purpose = 'undo'"
        ));
    }
    app.home
        .sql("UPDATE links SET subject_id = 'another' WHERE purpose = 'undo'");
    assert!(!has_button(), "the link of another user");
    let user = "SELECT user_id FROM events WHERE undo_link_id IS NOT NULL";
    app.home.sql(&format!(
        "UPDATE links SET subject_id = ({user}) WHERE purpose = 'undo'"
    ));
    app.advance(Duration::from_millis(7 * 24 * 3_600_000 - 1));
    assert!(has_button());
    app.advance(Duration::from_millis(1));
    assert!(!has_button(), "7 days are over");
    assert!(what(&browser.get(PAGE)).contains(&NEW_BROWSER.to_owned()));
}

#[test]
fn each_of_120_events_is_on_one_page() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.home.sql("DELETE FROM events");
    // Seven events share a millisecond. They must neither be lost between two pages nor shown
    // twice.
    let events: Vec<_> = (0..120)
        .map(|number| {
            (
                "logged_out",
                number / 7,
                format!("e{:03}", (number * 37) % 120),
            )
        })
        .collect();
    arrange(&app, EMAIL, &events);
    let (mut path, mut sizes, mut seen) = (PAGE.to_owned(), Vec::new(), Vec::new());
    loop {
        let page = browser.get(&path);
        page.assert_page(200, "Activity");
        sizes.push(what(&page).len());
        seen.extend(page.texts("ol.rows > li bdi:not([translate])"));
        let links = page.texts("nav[aria-label='Pages of activity'] a");
        let newest = page.attribute("nav[aria-label='Pages of activity'] a:first-child", "href");
        assert_eq!(
            newest.as_deref() == Some(PAGE),
            sizes.len() > 1,
            "{links:?}"
        );
        if links.last().map(String::as_str) != Some("Older") {
            break;
        }
        path = page
            .attribute("nav[aria-label='Pages of activity'] a:last-child", "href")
            .expect("a link");
    }
    assert_eq!(sizes, [20; 6]);
    assert_eq!(seen.len(), 120);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 120);
    let in_order = "SELECT id AS line FROM events ORDER BY happened_at DESC, id DESC";
    assert_eq!(seen, app.home.lines(in_order));
}

#[test]
fn invalid_cursor_shows_the_first_page() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let first = what(&browser.get(PAGE));
    assert_eq!(first.len(), 2);
    for before in [
        "",
        "x",
        "1",
        "1.",
        "-1.a",
        "1.a%00",
        "1.%27",
        "99999999999999999999.a",
        "1.a.b",
        "%3Cscript%3E",
        "1.%C3%A9",
    ] {
        let page = browser.get(&format!("{PAGE}?before={before}"));
        assert_eq!((page.status, what(&page)), (200, first.clone()), "{before}");
        assert!(!page.body.contains("<script>"));
    }
    let past_the_end = browser.get(&format!("{PAGE}?before=1.a"));
    assert!(past_the_end.text("main").contains("No older activity."));
    assert_eq!(
        past_the_end.texts("nav[aria-label='Pages of activity'] a"),
        ["Newest"]
    );
}

#[test]
fn browser_name_is_escaped_and_unknown_event_shown() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let hostile = "<script>alert(1)</script> \"' Firefox/1 <b>Windows";
    app.browser().named(hostile).log_in(EMAIL, "wrong");
    app.home.sql(
        "UPDATE events SET client_address = '<script>alert(2)</script>' WHERE kind = \
                  'log_in_refused'",
    );
    arrange(
        &app,
        EMAIL,
        &[("<script>alert(3)</script>", -1, "later".to_owned())],
    );
    let page = browser.get(PAGE);
    assert!(
        !page.body.contains("<script>") && !page.body.contains("<b>"),
        "{}",
        page.body
    );
    assert!(page.text("main").contains("<script>alert(2)</script>"));
    assert_eq!(what(&page)[0], "Other activity");
}

#[test]
fn other_users_see_no_event() {
    let app = TestApp::start();
    let ada = app.register_and_log_in(EMAIL, PASSWORD);
    let grace = app.register_and_log_in("grace@example.org", PASSWORD);
    let events: Vec<_> = (0..60)
        .map(|number| ("exported", number + 1, format!("event-{number:03}")))
        .collect();
    arrange(&app, EMAIL, &events);
    let older = ada
        .get(PAGE)
        .attribute("nav[aria-label='Pages of activity'] a", "href")
        .expect("a link");
    for path in [PAGE, older.as_str()] {
        let own = ada.get(path).body;
        assert!(
            own.contains("Data downloaded") && own.contains("event-"),
            "{own}"
        );
        let page = grace.get(path);
        assert!(
            !page.body.contains("Data downloaded") && !page.body.contains("event-"),
            "{}",
            page.body
        );
    }
    let all: BTreeSet<_> = what(&grace.get(PAGE)).into_iter().collect();
    assert_eq!(
        all,
        BTreeSet::from(["Account created", "Logged in"].map(str::to_owned))
    );
    app.browser()
        .get(PAGE)
        .assert_redirect("/login?next=%2Faccount%2Factivity");
}

#[test]
fn events_are_deleted_after_90_days() {
    let app = TestApp::start_with(|settings| settings.cleanup_every = Duration::from_millis(5));
    let browser = app.register(EMAIL, PASSWORD);
    browser.log_in_remembered(EMAIL, PASSWORD);
    for _ in 0..9 {
        app.advance(Duration::from_secs(10 * 24 * 3600 - 1));
        assert_eq!(what(&browser.get(PAGE)).len(), 2);
        app.wait_for_uses(1);
    }
    app.advance(Duration::from_secs(9));
    eventually(|| app.home.count("events", "TRUE") == 0);
    assert!(
        browser
            .get(PAGE)
            .text("main")
            .contains("No activity in the last 90 days.")
    );
}
