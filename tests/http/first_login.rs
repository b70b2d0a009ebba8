//! Confirming an address in the browser that signed up, which begins a session there and nowhere
//! else.

use std::time::Duration;

use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, Response, TestApp};

const EMAIL: &str = "ada@example.org";

fn sign_up(browser: &Browser, email: &str, password: &str) {
    browser
        .sign_up(email, password)
        .assert_redirect("/signup/sent");
}

fn confirm(app: &TestApp, browser: &Browser, email: &str) -> Response {
    let token = app.email_to(email).token();
    browser.post("/verify", &[("token", &token)])
}

#[test]
fn browser_that_signed_up_is_logged_in() {
    let app = TestApp::start();
    let browser = app.browser();
    sign_up(&browser, EMAIL, PASSWORD);
    let confirmed = confirm(&app, &browser, EMAIL);
    confirmed.assert_redirect("/dashboard");
    assert!(!confirmed.set_cookies("session")[0].contains("Max-Age"));
    assert_eq!(browser.cookie("signed_up"), None);
    assert_eq!(
        browser.get("/dashboard").notice(),
        "Your email address is confirmed, and you’re logged in."
    );
    assert_eq!(browser.get("/dashboard").notice(), "");
    let logged_in = "kind = 'logged_in'";
    assert_eq!(app.home.count("events", logged_in), 1);
    assert_eq!(app.emails_to(EMAIL).len(), 1, "no notice of a new device");
}

#[test]
fn link_opened_elsewhere_begins_no_session() {
    let app = TestApp::start();
    let browser = app.browser();
    sign_up(&browser, EMAIL, PASSWORD);
    let phone = app.browser();
    confirm(&app, &phone, EMAIL).assert_redirect("/login");
    assert_eq!(phone.get("/login").value("email"), EMAIL);
    // The link is used: the other browser gets no session either.
    confirm(&app, &browser, EMAIL).assert_page(410, "Email address already confirmed");
    for browser in [phone, browser] {
        assert_eq!(browser.cookie("session"), None);
    }
    assert_eq!(app.home.count("sessions", "TRUE"), 0);
}

#[test]
fn confirmation_leads_to_page_of_sign_up() {
    let app = TestApp::start();
    for (next, to) in [
        ("/people?q=ada", "/people?q=ada"),
        ("//evil.example", "/dashboard"),
        ("https://evil.example", "/dashboard"),
        ("", "/dashboard"),
    ] {
        let email = format!("ada{}@example.org", app.emails().len());
        let browser = app.browser();
        let form = [
            ("email", email.as_str()),
            ("password", PASSWORD),
            ("next", next),
        ];
        browser
            .post("/signup", &form)
            .assert_redirect("/signup/sent");
        confirm(&app, &browser, &email).assert_redirect(to);
    }
}

#[test]
fn page_of_sign_up_survives_login_and_errors() {
    let app = TestApp::start();
    let browser = app.browser();
    let login = browser.get("/login?next=%2Fpeople");
    let sign_up = "main a[href^='/signup']";
    let href = login.attribute(sign_up, "href").expect("a link");
    assert_eq!(href, "/signup?next=%2Fpeople");
    let page = browser.get(&href);
    assert_eq!(page.value("next"), "/people");
    assert_eq!(
        page.attribute("main a[href^='/login']", "href").as_deref(),
        Some("/login?next=%2Fpeople")
    );
    let failed = browser.post("/signup", &[("email", ""), ("next", "/people")]);
    assert_eq!(
        (failed.status, failed.value("next").as_str()),
        (422, "/people")
    );
    for next in ["//evil.example", "%5C%5Cevil.example", ""] {
        let page = browser.get(&format!("/signup?next={next}"));
        assert!(page.texts("input[name=next]").is_empty(), "{next}");
    }
}

/// A sign-up that another one has contested asks for a password, which counts as given just now.
#[test]
fn contested_sign_up_asks_and_then_logs_in() {
    let app = TestApp::start();
    let (browser, attacker) = (app.browser(), app.browser());
    sign_up(&browser, EMAIL, PASSWORD);
    sign_up(&attacker, EMAIL, OTHER_PASSWORD);
    confirm(&app, &browser, EMAIL).assert_page(422, "Error: Choose a password");
    assert_eq!(browser.cookie("session"), None);
    let token = app.email_to(EMAIL).token();
    let form = [
        ("token", token.as_str()),
        ("password", "pebble orbit cinnamon"),
    ];
    browser.post("/verify", &form).assert_redirect("/dashboard");
    assert_eq!(browser.post("/account/export", &[]).status, 200);
    attacker
        .post("/verify", &form)
        .assert_page(410, "Email address already confirmed");
    assert_eq!(attacker.cookie("session"), None);
}

/// The link alone confirms. A cookie of another sign-up with the same address adds nothing.
#[test]
fn cookie_of_earlier_sign_up_begins_no_session() {
    let app = TestApp::start();
    let (browser, other) = (app.browser(), app.browser());
    sign_up(&browser, EMAIL, PASSWORD);
    let owner = app.browser();
    confirm(&app, &owner, EMAIL).assert_redirect("/login");
    owner.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
    owner
        .post("/account/delete", &[("current_password", PASSWORD)])
        .assert_redirect("/");
    // The address is free again, and an attacker signs up with it.
    sign_up(&other, EMAIL, OTHER_PASSWORD);
    confirm(&app, &browser, EMAIL).assert_redirect("/login");
    assert_eq!(browser.cookie("session"), None);
}

#[test]
fn sign_up_cookie_of_taken_address_opens_nothing() {
    let app = TestApp::start();
    let browser = app.browser();
    app.register(EMAIL, PASSWORD);
    sign_up(&browser, EMAIL, OTHER_PASSWORD);
    let cookie = browser.cookie("signed_up").expect("set for every address");
    sign_up(&app.browser(), "grace@example.org", PASSWORD);
    browser.set_cookie("signed_up", &cookie);
    confirm(&app, &browser, "grace@example.org").assert_redirect("/login");
    assert_eq!(browser.cookie("session"), None);
}

/// Two sign-ups for one pending address are bound to the same row. Nothing in their cookies may
/// show that, or the address is known to be free.
#[test]
fn cookies_of_two_sign_ups_differ_completely() {
    let app = TestApp::start();
    app.register("taken@example.org", PASSWORD);
    let lengths = ["taken@example.org", "empty@example.org"].map(|email| {
        let parts = [app.browser(), app.browser()].map(|browser| {
            sign_up(&browser, email, OTHER_PASSWORD);
            let cookie = browser.cookie("signed_up").expect("set for every address");
            cookie.split('.').map(str::to_owned).collect::<Vec<_>>()
        });
        assert!(parts[0].iter().all(|part| !parts[1].contains(part)));
        parts.map(|parts| parts.iter().map(String::len).collect::<Vec<_>>())
    });
    assert_eq!(lengths[0], lengths[1]);
}

#[test]
fn forged_or_mixed_cookie_begins_no_session() {
    let app = TestApp::start();
    for number in 0..5 {
        let emails = ["ada", "eve"].map(|name| format!("{name}{number}@example.org"));
        let [ada, eve] = emails.each_ref().map(|email| {
            let browser = app.browser();
            sign_up(&browser, email, PASSWORD);
            let cookie = browser.cookie("signed_up").expect("set for every address");
            cookie.split('.').map(str::to_owned).collect::<Vec<_>>()
        });
        let forged = [
            eve.join("."),
            format!("{}.{}.{}", eve[0], ada[1], ada[2]),
            format!("{}.{}.{}", ada[0], ada[2], ada[1]),
            format!("{}.{}", ada[0], ada[1]),
            format!("{}.{}.", ada[0], ada[1]),
        ];
        let browser = app.browser();
        browser.set_cookie("signed_up", &forged[number]);
        confirm(&app, &browser, &emails[0]).assert_redirect("/login");
        assert_eq!(browser.cookie("session"), None, "{}", forged[number]);
    }
}

#[test]
fn cookie_of_sign_up_lasts_24_hours() {
    let app = TestApp::start();
    let browser = app.browser();
    sign_up(&browser, EMAIL, PASSWORD);
    app.advance(Duration::from_hours(23));
    browser.post("/verify/resend", &[("email", EMAIL)]);
    app.advance(Duration::from_hours(1));
    confirm(&app, &browser, EMAIL).assert_redirect("/login");
    assert_eq!(browser.cookie("session"), None);
}

/// The password may have been typed hours before the confirmation.
#[test]
fn password_of_sign_up_ages_from_sign_up() {
    let app = TestApp::start();
    let browser = app.browser();
    sign_up(&browser, EMAIL, PASSWORD);
    app.advance(Duration::from_mins(9));
    browser.post("/verify/resend", &[("email", EMAIL)]);
    confirm(&app, &browser, EMAIL).assert_redirect("/dashboard");
    let asks = || {
        let page = browser.get("/account/export");
        page.attribute("#current_password", "type").is_some()
    };
    assert!(!asks());
    app.advance(Duration::from_mins(1));
    assert!(asks());
}

/// An attacker who can plant a cookie must not move a user to the attacker's account unnoticed.
#[test]
fn live_session_of_another_account_stays() {
    let app = TestApp::start();
    let attacker = app.browser();
    sign_up(&attacker, "eve@example.org", PASSWORD);
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let session = browser.cookie("session");
    browser.set_cookie("signed_up", &attacker.cookie("signed_up").expect("set"));
    confirm(&app, &browser, "eve@example.org").assert_redirect("/login");
    assert_eq!(browser.cookie("session"), session);
    browser.get("/login").assert_redirect("/dashboard");
    assert!(browser.get("/dashboard").notice().contains("confirmed"));
}
