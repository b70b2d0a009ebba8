//! Data is deleted when it is no longer needed, and not before.

use std::time::Duration;

use crate::support::{OTHER_PASSWORD, PASSWORD, TestApp, behind_a_proxy, eventually};

const ADA: &str = "ada@example.org";
const DAY: Duration = Duration::from_hours(24);

/// Starts an app that cleans up all the time.
fn app() -> TestApp {
    TestApp::start_with(|settings| settings.cleanup_every = Duration::from_millis(5))
}

/// Moves to just before `age`, asserts that the rows are still there, and then that they go.
fn goes_at(app: &TestApp, age: Duration, table: &str, condition: &str) {
    let before = app.home.count(table, condition);
    assert!(before > 0, "{table} where {condition}");
    app.advance(
        age.checked_sub(Duration::from_secs(1))
            .expect("longer than a second"),
    );
    app.wait_for_cleanup();
    assert_eq!(
        app.home.count(table, condition),
        before,
        "{table} where {condition}: too early"
    );
    app.advance(Duration::from_secs(1));
    eventually(|| app.home.count(table, condition) == 0);
}

#[test]
fn sign_up_is_deleted_after_24_hours() {
    let app = app();
    app.browser()
        .sign_up(ADA, PASSWORD)
        .assert_redirect("/signup/sent");
    goes_at(&app, DAY, "pending_signups", "TRUE");
    app.wait_for_empty_outbox();
    assert_eq!(
        app.home.count("outbox", "TRUE"),
        1,
        "what is left has no link in it"
    );
    assert_eq!(app.home.count("links", "TRUE"), 0);
    goes_at(&app, DAY, "outbox", "TRUE");
}

#[test]
fn limits_last_a_day_and_events_90() {
    let app = app();
    app.browser().post("/password/forgot", &[("email", ADA)]);
    goes_at(&app, DAY, "throttles", "key <> 'over'");
    app.register(ADA, PASSWORD);
    goes_at(&app, DAY * 90, "events", "TRUE");
}

#[test]
fn failures_last_400_days_or_one_if_known() {
    let app = app();
    let known = app.register(ADA, PASSWORD);
    known.log_in(ADA, OTHER_PASSWORD);
    goes_at(&app, DAY, "login_failures", "TRUE");
    app.browser().log_in(ADA, OTHER_PASSWORD);
    goes_at(&app, DAY * 400, "login_failures", "TRUE");
}

#[test]
fn browser_of_reset_counts_as_known_one_day() {
    let app = app();
    app.register(ADA, PASSWORD);
    let browser = app.browser();
    let token = app.request_reset(&browser, ADA);
    browser
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    goes_at(
        &app,
        DAY,
        "known_devices",
        "counts_as_known_until IS NOT NULL",
    );
}

#[test]
fn session_is_deleted_30_days_after_its_end() {
    let app = app();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    browser.post("/logout", &[]).assert_redirect("/login");
    goes_at(&app, DAY * 30, "sessions", "TRUE");

    // Idle for 24 hours, and expired since then.
    app.browser()
        .log_in(ADA, PASSWORD)
        .assert_redirect("/dashboard");
    goes_at(&app, DAY * 31, "sessions", "TRUE");

    // Remembered: idle for 30 days.
    app.browser()
        .log_in_remembered(ADA, PASSWORD)
        .assert_redirect("/dashboard");
    goes_at(&app, DAY * 60, "sessions", "TRUE");
}

#[test]
fn administration_log_is_kept_400_days() {
    let app = app();
    app.register(ADA, PASSWORD);
    app.command(&["user", "lock", ADA]);
    let now = app.clock.now().millis();
    app.home
        .sql(&format!("UPDATE admin_log SET happened_at = {now}"));
    goes_at(&app, DAY * 400, "admin_log", "TRUE");
}

#[test]
fn expired_api_token_is_deleted_after_30_days() {
    let app = app();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    let form = [("name", "Backup"), ("days", "30")];
    browser.post("/account/tokens", &form);
    goes_at(&app, DAY * 60, "personal_tokens", "TRUE");
}

#[test]
fn removed_factor_is_deleted_with_its_undo_link() {
    let app = app();
    let (browser, _) = app.with_second_step(ADA);
    let action = browser.get("/account/security").action("/remove");
    browser.post(&action, &[("confirmed", "on")]);
    // The undo link is older than the removal, by a millisecond.
    app.advance(Duration::from_millis(1));
    goes_at(&app, DAY * 7, "totp_credentials", "removed_at IS NOT NULL");
}

#[test]
fn used_codes_and_app_logins_are_deleted() {
    let app = TestApp::start_now(|settings| {
        behind_a_proxy(settings);
        settings.cleanup_every = Duration::from_millis(5);
    });
    app.register(ADA, PASSWORD);
    app.open_app("wiki");
    let (_, browser) = app.opened_wiki(ADA);
    // A code works for a minute, and the clocks of nodes differ by at most five.
    goes_at(&app, Duration::from_mins(6), "used_codes", "TRUE");
    browser.post("/logout", &[]);
    goes_at(&app, DAY * 30, "app_logins", "TRUE");
}

#[test]
fn cleanup_deletes_many_rows_and_keeps_live_ones() {
    let app = app();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    let rows: Vec<String> = (0..1000)
        .map(|number| format!("('old-{number}', '0', 1)"))
        .collect();
    app.home.sql(&format!(
        "INSERT INTO throttles (key, history, expires_at) VALUES {}",
        rows.join(",")
    ));
    eventually(|| app.home.count("throttles", "key LIKE 'old-%'") == 0);
    assert_eq!(browser.get("/dashboard").status, 200);
    assert_eq!(app.home.count("users", "TRUE"), 1);
}
