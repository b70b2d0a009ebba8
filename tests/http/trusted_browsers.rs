//! Trusted browsers: who may skip the second step, for how long, and what ends it.

use std::time::Duration;

use crate::support::{Authenticator, Browser, OTHER_PASSWORD, PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";
const OTHER_EMAIL: &str = "grace@example.org";
const STEP: &str = "/login/second-step";
const SECURITY: &str = "/account/security";
const FORGET: &str = "/account/security/browsers/forget";
const DAY: Duration = Duration::from_hours(24);

/// Logs in with the second step, and asks to trust the browser.
#[track_caller]
fn trust(app: &TestApp, browser: &Browser, email: &str, authenticator: &Authenticator) {
    browser.log_in(email, PASSWORD).assert_redirect(STEP);
    let code = authenticator.next_code(app);
    browser
        .post(STEP, &[("code", &code), ("trust", "on")])
        .assert_redirect("/dashboard");
}

/// Returns where the next login leads.
fn next_login(browser: &Browser, password: &str) -> String {
    browser.post("/logout", &[]);
    let response = browser.log_in(EMAIL, password);
    response.header("location").to_owned()
}

#[test]
fn better_auth_2728_trust_lasts_30_days_and_no_longer() {
    // better-auth/better-auth#2728.
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let browser = app.browser();
    trust(&app, &browser, EMAIL, &authenticator);
    app.advance(10 * DAY);
    assert_eq!(next_login(&browser, PASSWORD), "/dashboard");
    app.advance(19 * DAY);
    assert_eq!(next_login(&browser, PASSWORD), "/dashboard");
    app.advance(DAY);
    assert_eq!(next_login(&browser, PASSWORD), STEP);
    let trusted = app
        .home
        .count("sessions", "signed_in_by = 'password_trusted'");
    assert_eq!(trusted, 2);
}

#[test]
fn sensitive_change_asks_a_trusted_browser_for_everything() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let browser = app.browser();
    trust(&app, &browser, EMAIL, &authenticator);
    assert_eq!(next_login(&browser, PASSWORD), "/dashboard");
    let page = browser.get("/account/export");
    assert_eq!(page.texts("label").len(), 3, "account, password, code");
    assert_eq!(browser.post("/account/export", &[]).status, 422);
}

#[test]
fn browser_gets_a_new_device_id() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let browser = app.browser();
    browser.log_in(EMAIL, PASSWORD);
    let copied = browser.cookie("device").expect("a device");
    let code = authenticator.next_code(&app);
    browser.post(STEP, &[("code", &code), ("trust", "on")]);
    assert_ne!(browser.cookie("device"), Some(copied.clone()));
    let attacker = app.browser();
    attacker.set_cookie("device", &copied);
    attacker.log_in(EMAIL, PASSWORD).assert_redirect(STEP);
    assert_eq!(next_login(&browser, PASSWORD), "/dashboard");
}

#[test]
fn authy_devise_58_trust_of_one_account_opens_no_other() {
    // twilio/authy-devise#58.
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    app.with_second_step(OTHER_EMAIL);
    let browser = app.browser();
    trust(&app, &browser, EMAIL, &authenticator);
    browser.post("/logout", &[]);
    browser.log_in(OTHER_EMAIL, PASSWORD).assert_redirect(STEP);
}

#[test]
fn administrator_and_recovery_code_get_no_trust() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let browser = app.browser();
    browser.log_in(EMAIL, PASSWORD);
    let form = [
        ("code", &authenticator.recovery_codes[0][..]),
        ("trust", "on"),
    ];
    browser.post(STEP, &form).assert_redirect("/dashboard");
    assert_eq!(next_login(&browser, PASSWORD), STEP);
    app.home.sql("UPDATE users SET is_admin = TRUE");
    assert!(browser.get(STEP).texts("#trust ~ label").is_empty());
    trust(&app, &browser, EMAIL, &authenticator);
    assert_eq!(next_login(&browser, PASSWORD), STEP);
}

#[test]
fn new_administrator_loses_trust() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let browser = app.browser();
    trust(&app, &browser, EMAIL, &authenticator);
    app.home.sql("UPDATE users SET is_admin = TRUE");
    assert_eq!(next_login(&browser, PASSWORD), STEP);
}

#[test]
fn user_forgets_trusted_browsers() {
    let app = TestApp::start();
    let (session, authenticator) = app.with_second_step(EMAIL);
    let browser = app.browser();
    trust(&app, &browser, EMAIL, &authenticator);
    let page = session.get(SECURITY);
    assert!(
        page.body
            .contains("1 browser doesn’t ask for your second step.")
    );
    session.post(FORGET, &[]).assert_redirect(SECURITY);
    let notice = session.get(SECURITY).notice();
    assert!(notice.contains("Trusted browsers forgotten."), "{notice}");
    assert_eq!(next_login(&browser, PASSWORD), STEP);
    let kinds = app.home.column("events", "kind");
    for kind in ["browser_trusted", "browsers_forgotten"] {
        assert!(kinds.iter().any(|known| known == kind), "{kind}");
    }
}

#[test]
fn each_change_and_end_of_sessions_ends_trust() {
    let app = TestApp::start();
    let (session, authenticator) = app.with_second_step(EMAIL);
    let browser = app.browser();
    trust(&app, &browser, EMAIL, &authenticator);
    session.post("/account/security/recovery-codes", &[]);
    assert_eq!(next_login(&browser, PASSWORD), STEP, "new recovery codes");
    trust(&app, &browser, EMAIL, &authenticator);
    app.add_authenticator(&session);
    assert_eq!(next_login(&browser, PASSWORD), STEP, "another app");
    trust(&app, &browser, EMAIL, &authenticator);
    session
        .post("/account/sessions/end-others", &[])
        .assert_redirect("/account/sessions");
    assert_eq!(next_login(&browser, PASSWORD), STEP, "other sessions ended");
    trust(&app, &browser, EMAIL, &authenticator);
    let code = authenticator.next_code(&app);
    let form = [
        ("current_password", PASSWORD),
        ("code", &code),
        ("password", OTHER_PASSWORD),
    ];
    session
        .post("/account/password", &form)
        .assert_redirect("/account");
    assert_eq!(next_login(&browser, OTHER_PASSWORD), STEP, "a new password");
}
