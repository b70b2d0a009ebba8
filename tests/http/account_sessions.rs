//! The list of sessions: what it shows, who can end which session, and when it requires
//! reauthentication.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, Response, TestApp};

const EMAIL: &str = "ada@example.org";
const PAGE: &str = "/account/sessions";
const TITLE: &str = "Sessions";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 \
                      Mobile/15E148 Safari/604.1";
const PAGES: &str = "nav[aria-label='Pages of sessions']";

/// Logs in with a browser of this name.
fn log_in_from(app: &TestApp, user_agent: &str) -> Browser {
    let browser = app.browser().named(user_agent);
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    browser
}

/// Returns the id of a browser's session, from its cookie.
fn session_id(browser: &Browser) -> String {
    let cookie = browser.cookie("session").expect("signed in");
    let claims = cookie.split('.').nth(1).expect("three parts");
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    claims["jti"].as_str().expect("text").to_owned()
}

/// Returns the target of the first button in a list.
#[track_caller]
fn first_button(page: &Response) -> String {
    page.attribute("li form", "action").expect("a button")
}

#[test]
fn page_lists_each_device_and_marks_this_one() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(Duration::from_hours(2));
    let phone = log_in_from(&app, IPHONE);
    app.advance(Duration::from_mins(5));
    phone.get("/dashboard");
    app.wait_for_uses(1);
    app.advance(Duration::from_mins(30));

    let page = laptop.get(PAGE);
    page.assert_page(200, TITLE);
    let rows = page.texts("ul.rows > li");
    assert_eq!(
        rows,
        [
            "Firefox on Windows This device Active just now Logged in 2 hours ago 127.0.0.1",
            "Safari on iPhone New device Active 30 minutes ago Logged in 35 minutes ago 127.0.0.1 \
             Log out Safari on iPhone, active 30 minutes ago",
        ]
    );
    assert_eq!(
        page.texts("main form"),
        [
            "Log out of all other devices",
            "Log out Safari on iPhone, active 30 minutes ago"
        ],
        "a form for each button"
    );
    let on_the_phone = phone.get(PAGE).texts("ul.rows > li");
    assert!(
        on_the_phone[0].starts_with("Safari on iPhone This device"),
        "{on_the_phone:?}"
    );
    assert!(
        on_the_phone[1].starts_with("Firefox on Windows Active"),
        "{on_the_phone:?}"
    );
}

#[test]
fn new_device_is_marked_for_7_days() {
    let app = TestApp::start();
    let laptop = app.register(EMAIL, PASSWORD);
    laptop.log_in_remembered(EMAIL, PASSWORD);
    let phone = app.browser().named(IPHONE);
    phone.log_in_remembered(EMAIL, PASSWORD);
    let is_marked = || {
        let page = laptop.get(PAGE);
        assert_eq!(page.texts("ul.rows > li").len(), 2);
        page.texts("li .badge.review") == ["New device"]
    };
    assert!(is_marked());
    // The laptop was known, although it logged in at the same time.
    assert!(phone.get(PAGE).texts("li .badge.review").is_empty());
    app.advance(Duration::from_hours(7 * 24 - 1));
    assert!(is_marked());
    app.advance(Duration::from_hours(1));
    assert!(!is_marked());
    // Both are known now.
    phone.post("/logout", &[]);
    phone.log_in_remembered(EMAIL, PASSWORD);
    assert!(!is_marked());
}

#[test]
fn page_shows_no_session_id() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    log_in_from(&app, IPHONE);
    let page = laptop.get(PAGE).body;
    let hashes = app.home.column("sessions", "id_hash");
    assert_eq!(hashes.len(), 2);
    for hash in hashes {
        assert!(!page.contains(&hash));
    }
    let cookie = laptop.cookie("session").expect("signed in");
    for secret in cookie.split('.').chain([session_id(&laptop).as_str()]) {
        assert!(!page.contains(secret), "{secret}");
    }
}

#[test]
fn only_session_has_no_buttons() {
    let app = TestApp::start();
    let page = app.register_and_log_in(EMAIL, PASSWORD).get(PAGE);
    page.assert_page(200, TITLE);
    assert_eq!(
        (
            page.texts("ul.rows > li").len(),
            page.texts("main form").len()
        ),
        (1, 0),
        "{}",
        page.body
    );
    assert!(
        page.text("main")
            .contains("You’re logged in on this device only.")
    );
}

#[test]
fn ended_device_learns_why_at_next_request() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    let phone = log_in_from(&app, IPHONE);
    let end = first_button(&laptop.get(PAGE));
    laptop.post(&end, &[]).assert_redirect(PAGE);
    let page = laptop.get(PAGE);
    assert_eq!(page.notice(), "Device logged out.");
    assert_eq!(page.texts("ul.rows > li").len(), 1);

    phone
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    let notice = phone.get("/login?next=%2Fdashboard").notice();
    assert_eq!(
        notice,
        "You were logged out from another device. Log in to continue."
    );
    assert_eq!(laptop.get("/dashboard").status, 200);
    assert_eq!(
        (app.events("session_ended"), app.events("logged_out")),
        (1, 0)
    );

    laptop.post(&end, &[]).assert_redirect(PAGE);
    assert_eq!(app.events("session_ended"), 1, "ended before");

    // The first request of the ended device may also be a form.
    let phone = log_in_from(&app, IPHONE);
    laptop
        .post(&first_button(&laptop.get(PAGE)), &[])
        .assert_redirect(PAGE);
    assert_eq!(
        phone.post("/account/profile", &[("name", "Ada")]).status,
        401
    );
    assert_eq!(phone.get("/login").notice(), notice);
    assert_eq!(
        (phone.cookie("session"), phone.get("/login").notice()),
        (None, String::new()),
        "said once"
    );
}

#[test]
fn other_sessions_end_and_devices_stay_known() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    let others = [
        log_in_from(&app, IPHONE),
        log_in_from(&app, "curl/8.5.0"),
        app.browser(),
    ];
    others[2].log_in(EMAIL, PASSWORD);
    let attacker = app.register_and_log_in("grace@example.org", PASSWORD);
    let known = app.home.count("known_devices", "TRUE");

    laptop
        .post("/account/sessions/end-others", &[])
        .assert_redirect(PAGE);
    assert_eq!(
        laptop.get(PAGE).notice(),
        "All other devices have been logged out."
    );
    for other in others {
        other
            .get("/dashboard")
            .assert_redirect("/login?next=%2Fdashboard");
    }
    assert_eq!(
        (
            laptop.get("/dashboard").status,
            attacker.get("/dashboard").status
        ),
        (200, 200)
    );
    assert_eq!(
        (
            app.events("other_sessions_ended"),
            app.home.count("known_devices", "TRUE")
        ),
        (1, known)
    );
}

#[test]
fn handle_of_another_user_is_not_found() {
    let app = TestApp::start();
    let ada = app.register_and_log_in(EMAIL, PASSWORD);
    log_in_from(&app, IPHONE);
    let grace = app.register_and_log_in("grace@example.org", PASSWORD);
    let end = first_button(&ada.get(PAGE));
    let long = format!("/account/sessions/{}/end", "a".repeat(2000));
    for path in [
        &end,
        "/account/sessions/AAAAAAAAAAAAAAAAAAAAAA/end",
        "/account/sessions/a%00b/end",
        "/account/sessions/%27%20OR%20%27%27=%27/end",
        "/account/sessions/%E2%82%AC/end",
        &long,
    ] {
        assert_eq!(grace.post(path, &[]).status, 404, "{path}");
    }
    // Neither the hash nor the id in the cookie names a session here.
    let mut ids = app.home.column("sessions", "id_hash");
    assert_eq!(ids.len(), 3);
    ids.push(session_id(&ada));
    for id in ids {
        assert_eq!(
            ada.post(&format!("/account/sessions/{id}/end"), &[]).status,
            404,
            "{id}"
        );
    }
    assert_eq!((app.live_sessions(), app.events("session_ended")), (3, 0));

    // With a password, too: an unknown session renews nothing.
    app.advance(Duration::from_mins(11));
    let cookie = grace.cookie("session");
    assert_eq!(
        grace.post(&end, &[("current_password", PASSWORD)]).status,
        404
    );
    assert_eq!(
        (grace.cookie("session"), grace.get(PAGE).status),
        (cookie, 200)
    );
    assert_eq!(app.live_sessions(), 3);
}

#[test]
fn ten_minutes_need_no_reauthentication() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    log_in_from(&app, IPHONE);
    app.advance(
        Duration::from_mins(10)
            .checked_sub(Duration::from_millis(1))
            .expect("longer"),
    );
    let page = laptop.get(PAGE);
    assert_eq!(
        page.attribute("main input:not([type=hidden])", "name"),
        None,
        "{}",
        page.body
    );
    app.advance(Duration::from_millis(1));
    // The time has come: nothing has ended, and the page of this button asks.
    let end = first_button(&page);
    laptop
        .post(&end, &[])
        .assert_page(422, "Log out Safari on iPhone");
    assert_eq!(app.live_sessions(), 2);
}

/// All buttons once shared a form with one password field. Enter in the field pressed the first
/// button, which logs out every other device.
#[test]
fn enter_presses_the_button_that_was_pressed() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    let others = [log_in_from(&app, IPHONE), log_in_from(&app, "curl/8.5.0")];
    app.advance(Duration::from_mins(11));
    let page = laptop.get(PAGE);
    assert!(page.texts("main input:not([type=hidden])").is_empty());
    let end = page
        .attribute("li:nth-child(2) form", "action")
        .expect("a button");
    let asked = laptop.post(&end, &[]);
    assert!(asked.errors().is_empty(), "pressing it is no mistake");
    assert!(
        asked
            .text("main")
            .contains("enter your password to continue")
    );
    assert_eq!(asked.attribute("#account", "value").as_deref(), Some(EMAIL));
    assert_eq!(asked.texts("main form button").len(), 1);
    assert_eq!(asked.attribute("main form", "action"), Some(end.clone()));
    let form = [("current_password", PASSWORD)];
    laptop.post(&end, &form).assert_redirect(PAGE);
    let live = others.map(|other| other.get("/dashboard").status);
    assert_eq!(live.iter().filter(|status| **status == 200).count(), 1);
}

#[test]
fn ending_all_reauthenticates_on_its_own_page() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    log_in_from(&app, IPHONE);
    app.advance(Duration::from_mins(11));
    let asked = laptop.post("/account/sessions/end-others", &[]);
    asked.assert_page(422, "Log out of all other devices");
    assert_eq!(
        asked.texts("main form button"),
        ["Log out of all other devices"]
    );
    assert_eq!(
        asked.attribute("main form", "action").as_deref(),
        Some("/account/sessions/end-others")
    );
    assert_eq!(app.live_sessions(), 2);
}

#[test]
fn reauthentication_after_11_minutes_renews_the_session() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    let phone = log_in_from(&app, IPHONE);
    app.advance(Duration::from_mins(11));
    let end = first_button(&laptop.get(PAGE));
    for (path, title) in [
        (end.as_str(), "Log out Safari on iPhone"),
        (
            "/account/sessions/end-others",
            "Log out of all other devices",
        ),
    ] {
        for (typed, error) in [
            ("", "Enter your current password"),
            (
                OTHER_PASSWORD,
                "Your current password isn’t right. Try again, or reset it if you’ve forgotten it.",
            ),
        ] {
            let rejected = laptop.post(path, &[("current_password", typed)]);
            rejected.assert_page(422, &format!("Error: {title}"));
            assert_eq!(rejected.errors(), [error]);
            assert_eq!(rejected.value("current_password"), "");
        }
    }
    assert_eq!(
        (app.live_sessions(), app.events("password_refused")),
        (2, 2)
    );

    let old = laptop.cookie("session").expect("signed in");
    laptop
        .post(&end, &[("current_password", PASSWORD)])
        .assert_redirect(PAGE);
    let new = laptop.cookie("session").expect("still signed in");
    assert_ne!(new, old);
    let stolen = app.browser();
    stolen.set_cookie("session", &old);
    stolen
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    phone
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    let page = laptop.get(PAGE);
    assert_eq!(
        (page.status, page.texts("ul.rows > li").len()),
        (200, 1),
        "it is the same session, renewed"
    );
    // The password was given just now, so the next form needs none.
    log_in_from(&app, IPHONE);
    laptop
        .post("/account/sessions/end-others", &[])
        .assert_redirect(PAGE);
}

#[test]
fn ending_others_by_password_keeps_renewed_session() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    let phone = log_in_from(&app, IPHONE);
    app.advance(Duration::from_mins(11));
    let old = laptop.cookie("session");
    laptop
        .post(
            "/account/sessions/end-others",
            &[("current_password", PASSWORD)],
        )
        .assert_redirect(PAGE);
    assert_ne!(laptop.cookie("session"), old);
    assert_eq!(
        (
            laptop.get("/dashboard").status,
            phone.get("/dashboard").status
        ),
        (200, 303)
    );
}

#[test]
fn ending_the_own_session_logs_out() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    let handle = app.home.column("sessions", "handle").remove(0);
    laptop
        .post(&format!("/account/sessions/{handle}/end"), &[])
        .assert_redirect("/login");
    assert_eq!(laptop.cookie("session"), None);
    assert_eq!(laptop.get("/login").notice(), "You’ve logged out.");
    assert_eq!(
        (app.events("logged_out"), app.events("session_ended")),
        (1, 0)
    );
}

#[test]
fn one_of_twenty_presses_ends_the_session() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    log_in_from(&app, IPHONE);
    let end = first_button(&laptop.get(PAGE));
    assert_eq!(
        press_twenty_times(&app, &laptop, &end, ""),
        BTreeMap::from([(303, 20)])
    );
    assert_eq!((app.live_sessions(), app.events("session_ended")), (1, 1));
}

#[test]
fn one_of_twenty_reauthentications_renews_the_session() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    log_in_from(&app, IPHONE);
    app.advance(Duration::from_mins(11));
    let end = first_button(&laptop.get(PAGE));
    let statuses = press_twenty_times(&app, &laptop, &end, PASSWORD);
    // The other requests use the session id that is no longer valid.
    assert_eq!(statuses, BTreeMap::from([(303, 1), (401, 19)]));
    assert_eq!((app.live_sessions(), app.events("session_ended")), (1, 1));
}

/// Returns how often each status came.
fn press_twenty_times(
    app: &TestApp,
    browser: &Browser,
    path: &str,
    password: &str,
) -> BTreeMap<u16, usize> {
    let cookie = browser.cookie("session").expect("signed in");
    let press = || {
        let browser = app.browser();
        browser.set_cookie("session", &cookie);
        browser.post(path, &[("current_password", password)]).status
    };
    let mut statuses = BTreeMap::new();
    std::thread::scope(|scope| {
        let presses: Vec<_> = (0..20).map(|_| scope.spawn(press)).collect();
        for press in presses {
            *statuses.entry(press.join().expect("answers")).or_default() += 1;
        }
    });
    statuses
}

#[test]
fn logged_out_browser_lists_and_ends_no_session() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    log_in_from(&app, IPHONE);
    let end = first_button(&laptop.get(PAGE));
    let logged_out = app.browser();
    logged_out
        .get(PAGE)
        .assert_redirect("/login?next=%2Faccount%2Fsessions");
    for path in [end.as_str(), "/account/sessions/end-others"] {
        logged_out
            .post(path, &[("current_password", PASSWORD)])
            .assert_page(401, "Log in to continue");
        assert_eq!(logged_out.get(path).status, 405);
        assert_eq!(
            laptop
                .send("POST", path, &[("sec-fetch-site", "cross-site")], "")
                .status,
            403
        );
    }
    assert_eq!(app.live_sessions(), 2);
    assert!(
        !app.register_and_log_in("grace@example.org", PASSWORD)
            .get(PAGE)
            .body
            .contains("iPhone")
    );
}

/// Returns the link to the next page.
fn earlier(page: &Response) -> Option<String> {
    let words = page.texts(&format!("{PAGES} a"));
    let href = || {
        page.attribute(&format!("{PAGES} a:last-child"), "href")
            .expect("a link")
    };
    words
        .last()
        .filter(|words| *words == "Older")
        .map(|_| href())
}

#[test]
fn each_of_45_sessions_is_on_one_page() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    app.home.sql(&more_sessions(&app, 44));
    // Sessions of other users, ended, expired and idle ones are not shown.
    app.register_and_log_in("grace@example.org", PASSWORD);
    for (handle, arranged) in [
        ("dead1", "ended_at = 1".to_owned()),
        (
            "dead2",
            format!("expires_at = {}", app.clock.now().millis()),
        ),
        (
            "dead3",
            "last_seen_at = last_seen_at - 100000000".to_owned(),
        ),
    ] {
        app.home.sql(&another_session(&app, handle, 1));
        app.home.sql(&format!(
            "UPDATE sessions SET {arranged} WHERE handle = '{handle}'"
        ));
    }
    let others = "SELECT client_address AS line FROM sessions WHERE client_address LIKE 'from-%' \
                  AND handle NOT LIKE 'dead%' ORDER BY last_seen_at DESC, handle DESC";
    let expected: Vec<String> = ["127.0.0.1".to_owned()]
        .into_iter()
        .chain(app.home.lines(others))
        .collect();
    // This session was used first, in the middle, last.
    for ago in [-1, 3, 1000] {
        let seen = app.clock.now().millis() - ago;
        app.home.sql(&format!(
            "UPDATE sessions SET last_seen_at = {seen} WHERE handle NOT LIKE 'handle%' AND handle \
             NOT LIKE 'dead%'"
        ));
        let (mut path, mut sizes, mut seen) = (Some(PAGE.to_owned()), Vec::new(), Vec::new());
        while let Some(next) = path {
            let page = laptop.get(&next);
            page.assert_page(200, TITLE);
            sizes.push(page.texts("ul.rows > li").len());
            seen.extend(page.texts("ul.rows > li .facts bdi"));
            assert_eq!(
                page.texts(".badge.ok").len(),
                usize::from(sizes.len() == 1),
                "{next}"
            );
            let newest = page.attribute(&format!("{PAGES} a:first-child"), "href");
            assert_eq!(newest.as_deref() == Some(PAGE), sizes.len() > 1, "{next}");
            assert_eq!(
                page.texts("main form button").first().map(String::as_str),
                Some("Log out of all other devices")
            );
            path = earlier(&page);
        }
        assert_eq!(sizes, [20, 20, 5], "{ago}");
        assert_eq!(seen, expected, "{ago}");
    }
}

#[test]
fn later_page_ends_sessions_and_first_shows_errors() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    app.home.sql(&more_sessions(&app, 30));
    let later = laptop.get(&earlier(&laptop.get(PAGE)).expect("a second page"));
    let end = first_button(&later);
    laptop.post(&end, &[]).assert_redirect(PAGE);
    assert_eq!(app.live_sessions(), 30);
    let page = laptop.get(PAGE);
    assert_eq!(
        (page.texts("ul.rows > li").len(), page.notice().as_str()),
        (20, "Device logged out.")
    );
    assert_eq!(
        laptop
            .get(&earlier(&page).expect("a second page"))
            .texts("ul.rows > li")
            .len(),
        10
    );

    app.advance(Duration::from_mins(11));
    laptop
        .post(
            "/account/sessions/end-others",
            &[("current_password", PASSWORD)],
        )
        .assert_redirect(PAGE);
    let page = laptop.get(PAGE);
    assert_eq!(
        (page.texts("ul.rows > li").len(), page.texts(PAGES).len()),
        (1, 0)
    );
}

#[test]
fn page_holds_twenty_and_ignores_invalid_cursors() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    app.home.sql(&more_sessions(&app, 19));
    let first = laptop.get(PAGE);
    assert_eq!(
        (first.texts("ul.rows > li").len(), first.texts(PAGES).len()),
        (20, 0)
    );
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
    ] {
        let page = laptop.get(&format!("{PAGE}?before={before}"));
        assert_eq!(
            (page.status, page.texts("ul.rows > li")),
            (200, first.texts("ul.rows > li")),
            "{before}"
        );
        assert!(!page.body.contains("<script>"));
    }
    let past_the_end = laptop.get(&format!("{PAGE}?before=1.a"));
    assert!(
        past_the_end.text("main").contains("No older sessions."),
        "{}",
        past_the_end.body
    );
    assert_eq!(
        past_the_end.texts("ul.rows").len() + past_the_end.texts("main form").len(),
        0
    );
    assert_eq!(past_the_end.texts(&format!("{PAGES} a")), ["Newest"]);
}

/// Returns inserts of live sessions. Seven share each last use, because sessions with one time must
/// neither be lost between two pages nor shown twice. The address names the row.
fn more_sessions(app: &TestApp, most: i64) -> String {
    let all: Vec<_> = (0..most)
        .map(|number| {
            another_session(
                app,
                &format!("handle{:02}", (number * 7) % most),
                1 + number / 7,
            )
        })
        .collect();
    all.join("; ")
}

fn another_session(app: &TestApp, handle: &str, ago: i64) -> String {
    let now = app.clock.now().millis();
    format!(
        "INSERT INTO sessions (id_hash, user_id, signed_in_by, remember, created_at, last_seen_at, \
         expires_at, \
         user_agent, client_address, handle, proven_at) VALUES ('hash-{handle}', (SELECT id FROM \
         users WHERE \
         email = '{EMAIL}'), 'password', FALSE, {now}, {}, {}, 'curl/8.5.0', 'from-{handle}', \
         '{handle}', {now})",
        now - ago,
        now + 60_000_000
    )
}

#[test]
fn browser_name_is_escaped() {
    let app = TestApp::start();
    let laptop = app.register_and_log_in(EMAIL, PASSWORD);
    log_in_from(&app, "<script>alert(1)</script> \"' Firefox/1 <b>Windows");
    app.home
        .sql("UPDATE sessions SET client_address = '<script>alert(2)</script>'");
    let page = laptop.get(PAGE);
    assert!(
        !page.body.contains("<script>") && !page.body.contains("<b>"),
        "{}",
        page.body
    );
    assert!(page.text("main").contains("<script>alert(2)</script>"));
}
