//! The clock goes back, as a correction of the machine's clock does. Times stored before are then
//! ahead of it. They lock no user out, and nothing lasts longer than its rule says.

use std::sync::atomic::Ordering;
use std::time::Duration;

use vestibule::clock::Clock;

use crate::support::smtp::SmtpSink;
use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, Response, TestApp, Tokens, eventually};

const EMAIL: &str = "ada@example.org";
const OTHER: &str = "eve@example.org";
const NEW_LOGIN: &str = "New login to your account – Vestibule";
const PASSWORD_CHANGED: &str = "Your password was changed – Vestibule";
const RESET: &str = "Reset your password – Vestibule";
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// The largest difference between the clocks of two nodes.
const LEEWAY: Duration = Duration::from_secs(30);
const SECOND: Duration = Duration::from_secs(1);

fn set_back(app: &TestApp, by: Duration) {
    let Clock::Fixed(time) = &app.clock else {
        panic!("a fixed clock")
    };
    let millis = i64::try_from(by.as_millis()).expect("a short time");
    time.fetch_sub(millis, Ordering::SeqCst);
}

/// Opens a page, and waits until that use of the session is stored.
fn look(app: &TestApp, browser: &Browser) -> u16 {
    let status = browser.get("/dashboard").status;
    let earlier = app.clock.now() - Duration::from_mins(1);
    let used = format!("last_seen_at > {}", earlier.millis());
    eventually(|| status != 200 || app.home.count("sessions", &used) > 0);
    status
}

fn sign_up(app: &TestApp, email: &str) {
    app.browser()
        .sign_up(email, PASSWORD)
        .assert_redirect("/signup/sent");
}

/// Another node's clock may be that far behind the one that took the password.
#[test]
fn password_from_ahead_counts_within_30_seconds() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for back in [SECOND, LEEWAY.saturating_sub(SECOND)] {
        set_back(&app, back);
        browser.create_token("Backup");
    }
    let session = app.tokens(EMAIL, PASSWORD);
    set_back(&app, SECOND);
    let program = app.program_with(&session.access);
    let sessions = program.get("/api/v1/me/sessions").json();
    let others = sessions["items"].as_array().expect("items").iter();
    let other = others
        .filter(|session| session["current"] == false)
        .map(|session| session["id"].as_str().expect("an id").to_owned());
    let others: Vec<String> = other.collect();
    assert_eq!(others.len(), 1);
    for id in others {
        let ended = program.delete(&format!("/api/v1/me/sessions/{id}"));
        assert_eq!(ended.status, 204, "{}", ended.body);
    }
}

/// The token in the cookie says from when on it is valid.
#[test]
fn session_from_ahead_opens_pages_within_30_seconds() {
    let app = TestApp::start();
    let [browser, other] = [
        app.register_and_log_in(EMAIL, PASSWORD),
        app.log_in(EMAIL, PASSWORD),
    ];
    set_back(&app, LEEWAY);
    assert_eq!(browser.get("/dashboard").status, 200);
    set_back(&app, SECOND);
    let rejected = browser.get("/dashboard");
    rejected.assert_redirect("/login?next=%2Fdashboard");
    assert!(
        rejected.set_cookies("session").is_empty(),
        "it will be valid again"
    );
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(browser.get("/dashboard").status, 200);
    app.advance(SECOND);
    assert_eq!(other.get("/dashboard").status, 200);
}

#[test]
fn login_and_logout_end_session_from_ahead() {
    let app = TestApp::start();
    app.person(EMAIL);
    for path in ["/login", "/logout"] {
        let browser = app.log_in(EMAIL, PASSWORD);
        let copy = app.with_session_of(&browser);
        set_back(&app, HOUR);
        let form = [("email", EMAIL), ("password", PASSWORD)];
        assert_eq!(browser.post(path, &form).status, 303, "{path}");
        app.advance(HOUR);
        assert_eq!(copy.get("/dashboard").status, 303, "{path}");
    }
}

#[test]
fn earlier_session_stays_and_shows_no_earlier_time() {
    let app = TestApp::start();
    let [laptop, phone] = [
        app.register_and_log_in(EMAIL, PASSWORD),
        app.log_in(EMAIL, PASSWORD),
    ];
    app.advance(HOUR * 2);
    assert_eq!(look(&app, &phone), 200);
    set_back(&app, HOUR);
    for browser in [&laptop, &phone] {
        assert_eq!(browser.get("/dashboard").status, 200);
    }
    let page = laptop.get("/account/sessions");
    let seen = page.texts(".facts p:has(time[title='22 November 2026, 14:00 UTC'])");
    assert_eq!(seen, ["Active just now"], "{}", page.body);
}

#[test]
fn session_in_use_ends_7_days_after_login() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(HOUR * 20);
    assert_eq!(look(&app, &browser), 200);
    set_back(&app, HOUR * 19);
    for _ in 0..7 {
        app.advance(HOUR * 23);
        assert_eq!(look(&app, &browser), 200);
    }
    app.advance(HOUR * 6);
    assert_eq!(look(&app, &browser), 303);
}

#[test]
fn idle_session_ends_24_hours_after_last_use() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(HOUR * 2);
    assert_eq!(look(&app, &browser), 200);
    set_back(&app, HOUR);
    app.advance(HOUR + DAY);
    assert_eq!(look(&app, &browser), 303);
}

#[test]
fn access_token_from_ahead_is_replaced_by_refresh() {
    let app = TestApp::start();
    app.person(EMAIL);
    let tokens = app.tokens(EMAIL, PASSWORD);
    let me = |access: &str| app.program_with(access).get("/api/v1/me");
    set_back(&app, LEEWAY);
    assert_eq!(me(&tokens.access).status, 200);
    set_back(&app, SECOND);
    me(&tokens.access).assert_problem(401, "invalid_token");
    let next = Tokens::of(&app.refresh(&tokens.refresh));
    assert_eq!(me(&next.access).status, 200);
    app.advance(SECOND);
    assert_eq!(me(&tokens.access).status, 200);
}

/// Only for 30 seconds after an exchange may the token before it come from the same program.
#[test]
fn reuse_of_refresh_token_from_ahead_is_noticed() {
    let app = TestApp::start();
    app.person(EMAIL);
    let first = app.tokens(EMAIL, PASSWORD);
    let second = Tokens::of(&app.refresh(&first.refresh));
    set_back(&app, HOUR);
    app.advance(LEEWAY + SECOND);
    for token in [&first, &second] {
        app.refresh(&token.refresh)
            .assert_problem(401, "invalid_refresh_token");
    }
}

/// The password was given 11 minutes ago, whatever the clock said then.
#[test]
fn reauthentication_time_ahead_does_not_count() {
    let app = TestApp::start();
    app.register_and_log_in(EMAIL, PASSWORD);
    let tokens = app.tokens(EMAIL, PASSWORD);
    set_back(&app, HOUR);
    let next = Tokens::of(&app.refresh(&tokens.refresh));
    let program = app.program_with(&next.access);
    let sessions = program.get("/api/v1/me/sessions").json();
    let other = sessions["items"][1]["id"].as_str().expect("an id");
    app.advance(Duration::from_mins(11));
    program
        .delete(&format!("/api/v1/me/sessions/{other}"))
        .assert_problem(403, "password_needed_again");
}

#[test]
fn api_token_works_until_its_stored_end() {
    let app = TestApp::start();
    let token = app
        .register_and_log_in(EMAIL, PASSWORD)
        .create_token("Backup");
    let me = || app.program_with(&token).get("/api/v1/me");
    set_back(&app, DAY);
    assert_eq!(me().status, 200);
    app.advance(DAY * 30);
    assert_eq!(me().status, 200);
    app.advance(DAY);
    me().assert_problem(401, "invalid_token");
}

#[test]
fn sign_up_is_confirmed_until_its_stored_end() {
    let app = TestApp::start();
    let [in_time, too_late] = [EMAIL, OTHER].map(|email| {
        sign_up(&app, email);
        app.email_to(email).token()
    });
    let confirm = |token: &str| app.browser().post("/verify", &[("token", token)]).status;
    set_back(&app, DAY);
    assert_eq!([confirm(&in_time), confirm(&in_time)], [303, 410]);
    app.log_in(EMAIL, PASSWORD);
    app.advance(DAY * 2);
    assert_eq!(confirm(&too_late), 410);
}

#[test]
fn reset_link_works_once_until_its_stored_end() {
    let app = TestApp::start();
    app.person(EMAIL);
    let ask = || {
        app.browser().post("/password/forgot", &[("email", EMAIL)]);
        app.email_about(EMAIL, RESET)
    };
    let too_late = ask();
    set_back(&app, HOUR);
    assert_eq!(app.browser().get(&too_late.path()).status, 200);
    app.advance(HOUR * 2);
    assert_eq!(app.browser().get(&too_late.path()).status, 410);

    let token = ask().token();
    set_back(&app, HOUR);
    let form = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    let reset = || app.browser().post("/password/reset", &form).status;
    assert_eq!([reset(), reset()], [303, 410]);
    app.log_in(EMAIL, OTHER_PASSWORD);
}

#[test]
fn undo_link_works_until_its_stored_end() {
    let app = TestApp::start();
    app.person(EMAIL);
    app.log_in(EMAIL, PASSWORD);
    let token = app.email_about(EMAIL, NEW_LOGIN).undo_token();
    let look_at = || app.browser().get(&format!("/undo?token={token}")).status;
    set_back(&app, DAY);
    assert_eq!(look_at(), 200);
    app.advance(DAY * 8);
    assert_eq!(look_at(), 410);
}

/// The earlier of two undo links wins, also if the later one has the earlier time.
#[test]
fn undo_links_keep_their_order() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(HOUR * 2);
    app.log_in(EMAIL, PASSWORD);
    let earlier = app.email_about(EMAIL, NEW_LOGIN).undo_token();
    set_back(&app, HOUR);
    let form = [("current_password", PASSWORD), ("password", OTHER_PASSWORD)];
    browser
        .post("/account/password", &form)
        .assert_redirect("/account");
    let later = app.email_about(EMAIL, PASSWORD_CHANGED).undo_token();
    let undo = |token: &str| app.browser().post("/undo", &[("token", token)]).status;
    assert_eq!([undo(&earlier), undo(&later)], [303, 410]);
}

#[test]
fn back_off_ends_after_its_announced_wait() {
    let app = TestApp::start();
    app.person(EMAIL);
    for _ in 0..5 {
        assert_eq!(app.browser().log_in(EMAIL, OTHER_PASSWORD).status, 422);
    }
    set_back(&app, DAY);
    let blocked = app.browser().log_in(EMAIL, PASSWORD);
    assert_eq!((blocked.status, blocked.header("retry-after")), (429, "1"));
    app.advance(SECOND);
    app.log_in(EMAIL, PASSWORD);
}

/// Uses up a network's requests of ten minutes, and sets the clock back.
fn limited(by: Duration) -> TestApp {
    let app = TestApp::start();
    for _ in 0..30 {
        assert_eq!(ask_again(&app).status, 303);
    }
    set_back(&app, by);
    let held = ask_again(&app);
    assert_eq!((held.status, held.header("retry-after")), (429, "600"));
    app
}

fn ask_again(app: &TestApp) -> Response {
    app.browser().post("/verify/resend", &[("email", EMAIL)])
}

#[test]
fn rate_limit_ends_after_its_stored_end() {
    let app = limited(HOUR);
    app.advance(HOUR + Duration::from_mins(10));
    assert_eq!(ask_again(&app).status, 303);
}

#[test]
fn rate_limit_ends_after_its_announced_wait() {
    let app = limited(DAY);
    app.advance(Duration::from_mins(10));
    assert_eq!(ask_again(&app).status, 303);
}

/// The request may have to wait until it is due by the clock.
#[test]
fn email_from_ahead_is_delivered_and_delays_none() {
    let sink = SmtpSink::start();
    let app = TestApp::start();
    sign_up(&app, EMAIL);
    set_back(&app, HOUR);
    let app = app.restart_with(sink.receives_from());
    sign_up(&app, OTHER);
    sink.wait_until(|received| received.iter().any(|message| message.to == [OTHER]));
    app.advance(HOUR);
    sink.wait_until(|received| received.iter().any(|message| message.to == [EMAIL]));
}
