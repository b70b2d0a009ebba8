//! The lifetime of a session, and what ends it.

use std::time::Duration;

use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, TestApp, eventually};

const EMAIL: &str = "ada@example.org";
const DAY: Duration = Duration::from_hours(24);

/// Returns true if a browser is logged in. Then waits until that use is recorded.
fn is_logged_in(app: &TestApp, browser: &Browser) -> bool {
    let is_logged_in = browser.get("/dashboard").status == 200;
    let noted = format!(
        "ended_at IS NULL AND last_seen_at = {}",
        app.clock.now().millis()
    );
    eventually(|| !is_logged_in || app.home.count("sessions", &noted) > 0);
    is_logged_in
}

#[test]
fn plain_session_expires_after_24_idle_hours() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(
        DAY.checked_sub(Duration::from_millis(1))
            .expect("a day is longer"),
    );
    assert!(is_logged_in(&app, &browser));
    app.advance(DAY);
    browser
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    let notice = browser.get("/login?next=%2Fdashboard").notice();
    assert_eq!(notice, "Your session has expired. Log in to continue.");
}

#[test]
fn busy_plain_session_ends_after_7_days() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for _ in 0..13 {
        app.advance(DAY / 2);
        assert!(is_logged_in(&app, &browser));
    }
    app.advance(DAY / 2);
    assert!(!is_logged_in(&app, &browser));
}

#[test]
fn remembered_session_lasts_30_idle_or_180_days() {
    let app = TestApp::start();
    let browser = app.register_and_log_in_remembered(EMAIL, PASSWORD);
    for _ in 0..6 {
        app.advance(DAY * 29);
        assert!(is_logged_in(&app, &browser));
    }
    app.advance(DAY * 6);
    assert!(!is_logged_in(&app, &browser), "180 days in all");
    let browser = app.browser();
    browser
        .log_in_remembered(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    app.advance(DAY * 30);
    assert!(!is_logged_in(&app, &browser), "30 days idle");
}

#[test]
fn malformed_cookie_is_no_session_and_no_error() {
    let app = TestApp::start();
    let good = app
        .register_and_log_in(EMAIL, PASSWORD)
        .cookie("session")
        .expect("signed in");
    let forged = good.replace('.', "..");
    let unsigned = format!("{}.", good.rsplit_once('.').expect("three parts").0);
    let long = "a".repeat(3000);
    for cookie in [
        "",
        "x",
        "null",
        "a.b.c",
        &forged,
        &unsigned,
        &long,
        &format!("{good}x"),
        &good.to_uppercase(),
    ] {
        let browser = app.browser();
        browser.set_cookie("session", cookie);
        let response = browser.get("/dashboard");
        response.assert_redirect("/login?next=%2Fdashboard");
        assert!(
            response.set_cookies("session").is_empty(),
            "not ours to clear: {cookie}"
        );
        assert_eq!(browser.get("/").status, 200);
    }
    let browser = app.browser();
    let twice = format!("session={good}; session={good}");
    assert_eq!(
        browser
            .send("GET", "/dashboard", &[("cookie", &twice)], "")
            .status,
        303
    );
    assert_eq!(
        browser
            .send(
                "GET",
                "/dashboard",
                &[("cookie", &format!("Session={good}"))],
                ""
            )
            .status,
        303
    );
    assert_eq!(
        browser
            .send(
                "GET",
                "/dashboard",
                &[("cookie", &format!("a=b;\tsession={good} ;c=d"))],
                ""
            )
            .status,
        200
    );
}

#[test]
fn cookie_of_another_site_is_no_session() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    assert!(is_logged_in(&app, &browser));
    // The port, and with it the issuer, is another one after a restart.
    let app = app.restart_with(|_| {});
    let elsewhere = app.browser();
    elsewhere.set_cookie("session", &browser.cookie("session").expect("signed in"));
    assert!(!is_logged_in(&app, &elsewhere));
}

#[test]
fn sessions_and_links_outlive_a_rotation() {
    const OLD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const NEW: &str = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA";
    let with = |secrets: &'static str| {
        move |settings: &mut vestibule::config::Settings| {
            settings.secrets = vestibule::config::Secret::parse_all(secrets).expect("secrets");
            settings.edge.public_url = vestibule::config::PublicUrl::parse("http://localhost:8080");
        }
    };
    let app = TestApp::start_with(with(OLD));
    let cookie = app
        .register_and_log_in(EMAIL, PASSWORD)
        .cookie("session")
        .expect("signed in");
    app.browser().post("/password/forgot", &[("email", EMAIL)]);
    let is_live = |app: &TestApp| {
        let browser = app.browser();
        browser.set_cookie("session", &cookie);
        is_logged_in(app, &browser)
    };
    let app = app.restart_with(with(
        "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ));
    assert!(is_live(&app));
    let token = app.email_to(EMAIL).token();
    let app = app.restart_with(with(NEW));
    assert!(!is_live(&app), "the old secret is gone");
    let reset = app.browser().reset_password(&token, OTHER_PASSWORD);
    reset.assert_redirect("/login");
    app.browser()
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn session_51_ends_the_longest_idle_one() {
    let app = TestApp::start();
    let first = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(Duration::from_mins(5));
    let second = app.browser();
    second.log_in(EMAIL, PASSWORD);
    app.advance(Duration::from_mins(5));
    assert!(
        is_logged_in(&app, &first),
        "now the second is the longest idle one"
    );
    for _ in 0..49 {
        app.browser()
            .log_in(EMAIL, PASSWORD)
            .assert_redirect("/dashboard");
    }
    assert!(is_logged_in(&app, &first));
    assert!(!is_logged_in(&app, &second));
    assert!(first.get("/dashboard").text("main").contains("50 devices"));
}

/// Outside HTTPS, another program on the host can set a cookie of the same name for a path.
#[test]
fn duplicate_cookie_of_a_path_is_deleted() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let ours = browser.cookie("session").expect("signed in");
    let both = format!("session=planted; session={ours}");
    let response = app
        .browser()
        .send("GET", "/account", &[("cookie", &both)], "");
    response.assert_redirect("/login?next=%2Faccount");
    let deleted = "session=; Path=/account; Max-Age=0".to_owned();
    assert!(response.set_cookies("session").contains(&deleted));
    assert_eq!(browser.get("/account").status, 200);
}
