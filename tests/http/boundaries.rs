//! Both sides of lengths, numbers and lifetimes: the last value that fits, and the first one that
//! does not. Rate limits are in `rate_limits`.

use std::time::Duration;

use serde_json::json;

use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, Response, TestApp, Tokens, eventually};

const EMAIL: &str = "ada@example.org";
const WRONG: &str = "wrong velvet onion";
const TICK: Duration = Duration::from_millis(1);
const DAY: Duration = Duration::from_hours(24);

/// Returns the last moment within a lifetime, with true, and the first one after it.
fn around(lifetime: Duration) -> [(Duration, bool); 2] {
    [(lifetime.saturating_sub(TICK), true), (lifetime, false)]
}

/// Asserts that a value is accepted, or rejected with this code.
#[track_caller]
fn assert_checked(response: &Response, field: &str, rejected: Option<&str>) {
    match rejected {
        Some(code) => {
            response.assert_invalid(&[(field, code)]);
        }
        None => assert!(matches!(response.status, 200 | 202), "{}", response.body),
    }
}

fn sign_up(app: &TestApp, email: &str, password: &str) -> Response {
    let body = json!({ "email": email, "password": password });
    app.program().post("/api/v1/signup", &body)
}

/// Signs up with a form of this id. Returns the number of emails so far.
fn send_form(app: &TestApp, form_id: &str) -> usize {
    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("form_id", form_id),
    ];
    app.browser()
        .post("/signup", &form)
        .assert_redirect("/signup/sent");
    app.emails_to(EMAIL).len()
}

/// Registers, and logs in. With `on`, the session outlives the browser process.
fn logged_in(app: &TestApp, remember: &str) -> Browser {
    let browser = app.register(EMAIL, PASSWORD);
    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("remember", remember),
    ];
    browser.post("/login", &form).assert_redirect("/dashboard");
    browser
}

#[track_caller]
fn assert_live(browser: &Browser, is_live: bool) {
    let status = if is_live { 200 } else { 303 };
    assert_eq!(browser.get("/dashboard").status, status);
}

/// Uses a session after each `step`, and waits until the use is recorded.
fn keep_in_use(app: &TestApp, browser: &Browser, step: Duration, times: u32) {
    for _ in 0..times {
        app.advance(step);
        assert_live(browser, true);
        app.wait_for_uses(1);
    }
}

// ---- Lengths ----

#[test]
fn password_has_8_to_256_characters() {
    let app = TestApp::start();
    let long: String = (0..257)
        .map(|number: u32| char::from(b'!' + u8::try_from(number * number % 89).expect("below 89")))
        .collect();
    for (password, rejected) in [
        ("kT9#vQ2", Some("too_short")),
        ("kT9#vQ2z", None),
        (&long[..256], None),
        (long.as_str(), Some("too_long")),
    ] {
        assert_checked(&sign_up(&app, EMAIL, password), "password", rejected);
    }
}

#[test]
fn email_address_has_254_characters_at_most() {
    let app = TestApp::start();
    let label = "b".repeat(63);
    let address = |local: usize| format!("{}@{label}.{label}.{label}", "a".repeat(local));
    let longest = address(62);
    assert_eq!(longest.len(), 254);
    app.register_and_log_in(&longest, PASSWORD);
    let too_long = sign_up(&app, &address(63), PASSWORD);
    assert_checked(&too_long, "email", Some("too_long"));
    let long_label = format!("a@b{label}.example");
    let malformed = sign_up(&app, &long_label, PASSWORD);
    assert_checked(&malformed, "email", Some("malformed"));
}

#[test]
fn profile_texts_have_their_lengths() {
    let app = TestApp::start();
    app.person(EMAIL);
    let program = app.program_with(&app.tokens(EMAIL, PASSWORD).access);
    for (field, letter, length, rejected) in [
        ("name", "é", 100, None),
        ("name", "é", 101, Some("too_long")),
        ("bio", "é", 300, None),
        ("bio", "é", 301, Some("too_long")),
        ("handle", "a", 2, Some("too_short")),
        ("handle", "a", 3, None),
        ("handle", "a", 30, None),
        ("handle", "a", 31, Some("too_long")),
    ] {
        let change = json!({ field: letter.repeat(length) });
        assert_checked(&program.patch("/api/v1/me", &change), field, rejected);
    }
}

#[test]
fn token_name_has_60_characters_at_most() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for (length, status) in [(60, 303), (61, 422)] {
        let name = "é".repeat(length);
        let form = [("name", name.as_str()), ("days", "7")];
        let response = browser.post("/account/tokens", &form);
        assert_eq!(response.status, status, "{length}");
    }
    assert_eq!(app.home.count("personal_tokens", "TRUE"), 1);
}

#[test]
fn login_target_has_1024_bytes_at_most() {
    let app = TestApp::start();
    app.person(EMAIL);
    for length in [1024, 1025] {
        let next = format!("/{}", "a".repeat(length - 1));
        let form = [
            ("email", EMAIL),
            ("password", PASSWORD),
            ("next", next.as_str()),
        ];
        let expected = if length == 1024 {
            next.as_str()
        } else {
            "/dashboard"
        };
        app.browser()
            .post("/login", &form)
            .assert_redirect(expected);
    }
}

#[test]
fn user_agent_is_cut_after_256_bytes() {
    let app = TestApp::start();
    app.person(EMAIL);
    for length in [256, 257] {
        app.advance(Duration::from_secs(1));
        let name = "x".repeat(length);
        let browser = app.browser().named(&name);
        browser
            .log_in(EMAIL, PASSWORD)
            .assert_redirect("/dashboard");
        let file = browser.post("/account/export", &[]).json();
        let newest = &file["sessions"][0]["user_agent"];
        assert_eq!(newest.as_str(), Some(&name[..256]), "{length}");
    }
}

#[test]
fn form_has_64_fields_at_most() {
    let app = TestApp::start();
    for (count, status) in [(64, 422), (65, 400)] {
        let fields: Vec<String> = (0..count).map(|number| format!("f{number}=x")).collect();
        let response = app.browser().post_raw("/signup", &fields.join("&"));
        assert_eq!(response.status, status, "{count}");
    }
}

#[test]
fn form_id_has_64_bytes_at_most() {
    for (length, emails) in [(64, 1), (65, 2)] {
        let (app, form_id) = (TestApp::start(), "x".repeat(length));
        assert_eq!(send_form(&app, &form_id), 1);
        assert_eq!(send_form(&app, &form_id), emails, "{length}");
    }
}

// ---- Numbers ----

#[test]
fn known_devices_are_the_50_used_last() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let mut browsers = vec![app.register(EMAIL, PASSWORD)];
    for _ in 0..50 {
        app.advance(Duration::from_mins(1));
        browsers.push(app.log_in(EMAIL, PASSWORD));
    }
    app.clear_mailbox();
    let is_known = |browser: &Browser| {
        browser
            .log_in(EMAIL, PASSWORD)
            .assert_redirect("/dashboard");
        app.emails_to(EMAIL).is_empty()
    };
    assert!(is_known(&browsers[1]), "the 50th from the end");
    assert!(!is_known(&browsers[0]), "the 51st from the end");
}

// ---- Lifetimes ----

#[test]
fn last_refresh_token_works_for_30_seconds() {
    let app = TestApp::start();
    app.person(EMAIL);
    for (wait, works) in around(Duration::from_secs(30)) {
        let token = app.tokens(EMAIL, PASSWORD).refresh;
        let exchange = || {
            app.program()
                .post("/api/v1/token/refresh", &json!({ "refresh_token": token }))
        };
        Tokens::of(&exchange());
        app.advance(wait);
        let status = if works { 200 } else { 401 };
        assert_eq!(exchange().status, status, "{wait:?}");
    }
}

/// The clocks of two nodes may differ by 30 seconds.
#[test]
fn access_token_works_for_15_minutes_and_leeway() {
    let app = TestApp::start();
    app.person(EMAIL);
    for (wait, works) in around(Duration::from_secs(15 * 60 + 30)) {
        let program = app.program_with(&app.tokens(EMAIL, PASSWORD).access);
        app.advance(wait);
        let status = if works { 200 } else { 401 };
        assert_eq!(program.get("/api/v1/me").status, status, "{wait:?}");
        // The claims of a token have whole seconds.
        app.advance(TICK);
    }
}

#[test]
fn api_token_works_until_its_end() {
    let app = TestApp::start();
    for (wait, works) in around(DAY * 7) {
        let email = if works { EMAIL } else { "eve@example.org" };
        let browser = app.register_and_log_in(email, PASSWORD);
        browser.post("/account/tokens", &[("name", "Backup"), ("days", "7")]);
        let page = browser.get("/account/tokens");
        let token = page.text("#new_token");
        app.advance(wait);
        let status = if works { 200 } else { 401 };
        let response = app.program_with(&token).get("/api/v1/me");
        assert_eq!(response.status, status, "{wait:?}");
    }
}

#[test]
fn session_ends_when_it_was_idle_too_long() {
    for (remember, idle) in [("", DAY), ("on", DAY * 30)] {
        for (wait, is_live) in around(idle) {
            let app = TestApp::start();
            let browser = logged_in(&app, remember);
            app.advance(wait);
            assert_live(&browser, is_live);
        }
    }
}

#[test]
fn session_in_use_ends_at_its_end() {
    for (remember, step, times, rest) in [("", DAY / 2, 13, DAY / 2), ("on", DAY * 29, 6, DAY * 6)]
    {
        let app = TestApp::start();
        let browser = logged_in(&app, remember);
        keep_in_use(&app, &browser, step, times);
        app.advance(rest.saturating_sub(TICK));
        assert_live(&browser, true);
        app.advance(TICK);
        assert_live(&browser, false);
    }
}

#[test]
fn reset_link_works_for_an_hour() {
    for (wait, works) in around(Duration::from_hours(1)) {
        let app = TestApp::start();
        let browser = app.register(EMAIL, PASSWORD);
        let token = app.reset_token(EMAIL);
        app.advance(wait);
        let page = browser.get(&format!("/password/reset?token={token}"));
        let statuses = (
            page.status,
            browser.reset_password(&token, OTHER_PASSWORD).status,
        );
        let expected = if works { (200, 303) } else { (410, 410) };
        assert_eq!(statuses, expected, "{wait:?}");
    }
}

#[test]
fn same_form_counts_once_for_10_seconds() {
    for (wait, is_same) in around(Duration::from_secs(10)) {
        let app = TestApp::start();
        assert_eq!(send_form(&app, "mine"), 1);
        app.advance(wait);
        let emails = if is_same { 1 } else { 2 };
        assert_eq!(send_form(&app, "mine"), emails, "{wait:?}");
    }
}

/// Another sign-up contests one that is pending, so the owner of the address chooses the password.
#[test]
fn sign_up_is_pending_for_a_day() {
    for (wait, is_pending) in around(DAY) {
        let app = TestApp::start();
        assert_eq!(sign_up(&app, EMAIL, PASSWORD).status, 202);
        app.advance(wait);
        assert_eq!(sign_up(&app, EMAIL, OTHER_PASSWORD).status, 202);
        let subject = if is_pending {
            "Choose a password – Vestibule"
        } else {
            "Confirm your email address – Vestibule"
        };
        assert_eq!(app.email_to(EMAIL).subject, subject, "{wait:?}");
    }
}

#[test]
fn advice_after_a_sign_up_lasts_a_day() {
    for (wait, is_advised) in around(DAY) {
        let app = TestApp::start();
        let browser = app.browser();
        browser.sign_up(EMAIL, PASSWORD);
        app.advance(wait);
        let errors = browser.log_in(EMAIL, WRONG).errors();
        assert_eq!(errors.len(), if is_advised { 2 } else { 1 }, "{errors:?}");
    }
}

#[test]
fn typed_address_is_shown_for_15_minutes() {
    for (wait, is_shown) in around(Duration::from_mins(15)) {
        let app = TestApp::start();
        let browser = app.browser();
        browser.sign_up(EMAIL, PASSWORD);
        app.advance(wait);
        let page = browser.get("/signup/sent");
        assert_eq!(page.body.contains(EMAIL), is_shown, "{wait:?}");
    }
}

#[test]
fn reset_browser_counts_as_known_for_a_day() {
    for (wait, is_known) in around(DAY) {
        let app = TestApp::start();
        app.person(EMAIL);
        let owner = app.browser();
        owner
            .reset_password(&app.reset_token(EMAIL), OTHER_PASSWORD)
            .assert_redirect("/login");
        app.advance(wait);
        for _ in 0..5 {
            assert_eq!(app.browser().log_in(EMAIL, WRONG).status, 422);
        }
        let status = if is_known { 303 } else { 429 };
        let response = owner.log_in(EMAIL, OTHER_PASSWORD);
        assert_eq!(response.status, status, "{wait:?}");
    }
}

#[test]
fn first_reset_revokes_tokens_for_a_day() {
    for (age, is_young) in around(DAY) {
        let app = TestApp::start();
        let token = app
            .register_and_log_in(EMAIL, PASSWORD)
            .create_token("Backup");
        app.advance(age);
        app.browser()
            .reset_password(&app.reset_token(EMAIL), OTHER_PASSWORD)
            .assert_redirect("/login");
        let status = if is_young { 401 } else { 200 };
        let response = app.program_with(&token).get("/api/v1/me");
        assert_eq!(response.status, status, "{age:?}");
    }
}

#[test]
fn known_device_is_forgotten_after_400_days() {
    let app = TestApp::start_with(|settings| settings.cleanup_every = Duration::from_millis(5));
    app.register(EMAIL, PASSWORD);
    let known = || app.home.count("known_devices", "TRUE");
    app.advance((DAY * 400).saturating_sub(TICK));
    app.wait_for_cleanup();
    assert_eq!(known(), 1, "too early");
    app.advance(TICK);
    eventually(|| known() == 0);
}
