//! A login on a new device causes a security notice. A cookie that opens nothing makes the device
//! known.

use vestibule::config::Secret;

use crate::support::{Browser, Email, OTHER_PASSWORD, PASSWORD, TestApp};

const ADA: &str = "ada@example.org";
const GRACE: &str = "grace@example.org";
const SUBJECT: &str = "New login to your account – Vestibule";

fn notices(app: &TestApp, email: &str) -> Vec<Email> {
    app.emails_to(email)
        .into_iter()
        .filter(|message| message.subject == SUBJECT)
        .collect()
}

/// Logs in with a `device` cookie. Returns the number of notices about it.
fn logs_in_with_device(app: &TestApp, device: &str) -> usize {
    let before = notices(app, ADA).len();
    let browser = app.browser();
    browser.set_cookie("device", device);
    browser.log_in(ADA, PASSWORD).assert_redirect("/dashboard");
    notices(app, ADA).len() - before
}

fn device_of(browser: &Browser) -> String {
    browser
        .cookie("device")
        .expect("a cookie that tells the browser from others")
}

#[test]
fn new_device_causes_one_notice_with_undo() {
    let app = TestApp::start();
    let first = app.register_and_log_in(ADA, PASSWORD);
    assert!(
        notices(&app, ADA).is_empty(),
        "the browser that confirmed the address is known"
    );
    let browser = app
        .browser()
        .named("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/18.0 Safari/605.1.15");
    let login = browser.log_in("ADA@example.org", PASSWORD);
    login.assert_redirect("/dashboard");
    let cookie = &login.set_cookies("device")[0];
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000"),
        "400 days: {cookie}"
    );

    let emails = notices(&app, ADA);
    assert_eq!(emails.len(), 1);
    let text = &emails[0].text;
    for fact in [
        "When: 22 November 2026, 12:00 UTC\n",
        "Device: \u{2068}Safari on macOS\u{2069}\n",
        "IP address: 127.0.0.1\n",
        "If this was you",
        "If this wasn’t you",
    ] {
        assert!(text.contains(fact), "{fact}: {text}");
    }
    let tokens: Vec<_> = emails[0]
        .links
        .iter()
        .filter(|link| link.contains("token="))
        .collect();
    assert_eq!(tokens.len(), 1, "none that logs anybody in: {tokens:?}");
    app.browser()
        .get(&format!("/undo?token={}", emails[0].undo_token()))
        .assert_page(200, "This wasn’t me");

    for known in [&browser, &first] {
        known.post("/logout", &[]).assert_redirect("/login");
        known.log_in(ADA, PASSWORD).assert_redirect("/dashboard");
    }
    assert_eq!(notices(&app, ADA).len(), 1);
    assert_eq!(app.events("logged_in"), 4);
    assert_eq!(
        app.home
            .count("events", "kind = 'logged_in' AND undo_link_id IS NOT NULL"),
        1
    );
}

#[test]
fn failed_login_adds_no_device_or_email() {
    let app = TestApp::start();
    app.register(ADA, PASSWORD);
    let browser = app.browser();
    let rejected = browser.log_in(ADA, OTHER_PASSWORD);
    assert_eq!(
        (rejected.status, rejected.set_cookies("device").len()),
        (422, 0)
    );
    assert!(notices(&app, ADA).is_empty());
    browser.log_in(ADA, PASSWORD).assert_redirect("/dashboard");
    assert_eq!(notices(&app, ADA).len(), 1);
}

#[test]
fn foreign_device_cookie_counts_as_none() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    let good = device_of(&browser);
    assert_eq!(logs_in_with_device(&app, &good), 0);
    let (content, tag) = good.split_once('.').expect("two parts");
    let other_case = tag.chars().map(|c| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    });
    let elsewhere = TestApp::start_with(|settings| {
        settings.secrets =
            Secret::parse_all("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a secret");
    });
    let of_another_site = device_of(&elsewhere.register(ADA, PASSWORD));
    let of_another_person = device_of(&app.register(GRACE, PASSWORD));
    let flash = {
        let browser = app.browser();
        browser.post("/password/forgot", &[("email", "nobody@example.org")]);
        browser
            .cookie("flash")
            .expect("signed by us, for another purpose")
    };
    for device in [
        "",
        "x",
        content,
        &format!("{content}."),
        &format!("{content}.{}", other_case.collect::<String>()),
        &format!("x{good}"),
        &format!("{good}x"),
        &format!("{tag}.{content}"),
        &"a".repeat(3000),
        &of_another_site,
        &of_another_person,
        &flash,
        &browser.cookie("session").expect("signed in"),
    ] {
        assert_eq!(logs_in_with_device(&app, device), 1, "{device}");
    }
    // Two cookies are not known either, because one of them is foreign.
    let twice = app.browser();
    let cookies = format!("device={good}; device={good}");
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", &cookies),
    ];
    let before = notices(&app, ADA).len();
    let form = "email=ada%40example.org&password=harbour+velvet+onion";
    twice
        .send("POST", "/login", &headers, form)
        .assert_redirect("/dashboard");
    assert_eq!(notices(&app, ADA).len(), before + 1);

    let attacker = app.browser();
    for name in ["device", "session"] {
        attacker.set_cookie(name, &good);
    }
    attacker
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    assert_eq!(attacker.log_in(ADA, OTHER_PASSWORD).status, 422);
}

#[test]
fn reset_forgets_every_known_device() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    app.browser().post("/password/forgot", &[("email", ADA)]);
    let reset = app.email_to(ADA).token();
    browser
        .reset_password(&reset, OTHER_PASSWORD)
        .assert_redirect("/login");
    assert!(notices(&app, ADA).is_empty());
    browser
        .log_in(ADA, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(notices(&app, ADA).len(), 1);
    browser
        .log_in(ADA, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(notices(&app, ADA).len(), 1);
}

#[test]
fn undo_forgets_every_known_device() {
    let app = TestApp::start();
    let first = app.register_and_log_in(ADA, PASSWORD);
    let second = app.log_in(ADA, PASSWORD);
    let undo = notices(&app, ADA)[0].undo_token();
    app.browser()
        .post("/undo", &[("token", &undo)])
        .assert_redirect("/password/sent");
    let reset = app.email_to(ADA).token();
    app.browser()
        .reset_password(&reset, OTHER_PASSWORD)
        .assert_redirect("/login");
    for (browser, emails) in [(&first, 2), (&second, 3), (&first, 3)] {
        browser
            .log_in(ADA, OTHER_PASSWORD)
            .assert_redirect("/dashboard");
        assert_eq!(notices(&app, ADA).len(), emails);
    }
}

#[test]
fn two_users_of_one_browser_are_notified_once() {
    let app = TestApp::start();
    let shared = app.register_and_log_in(ADA, PASSWORD);
    app.register(GRACE, OTHER_PASSWORD);
    let device = device_of(&shared);
    for _ in 0..2 {
        shared
            .log_in(GRACE, OTHER_PASSWORD)
            .assert_redirect("/dashboard");
        shared.log_in(ADA, PASSWORD).assert_redirect("/dashboard");
    }
    assert_eq!(device_of(&shared), device, "it is the same browser");
    assert_eq!(
        (notices(&app, ADA).len(), notices(&app, GRACE).len()),
        (0, 1)
    );
    assert!(!notices(&app, GRACE)[0].text.contains(ADA));
}

#[test]
fn confirming_an_address_makes_the_device_known() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    browser.post("/logout", &[]);
    browser
        .sign_up(GRACE, PASSWORD)
        .assert_redirect("/signup/sent");
    browser
        .post("/verify", &[("token", &app.email_to(GRACE).token())])
        .assert_redirect("/dashboard");
    browser
        .log_in(GRACE, PASSWORD)
        .assert_redirect("/dashboard");
    browser.log_in(ADA, PASSWORD).assert_redirect("/dashboard");
    assert!(notices(&app, GRACE).is_empty() && notices(&app, ADA).is_empty());
}
