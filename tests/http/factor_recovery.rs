//! The removal of a lost second step: the request after the password, the wait with its emails, the
//! ways to stop it, and the removal with link and password.

use std::time::Duration;

use crate::support::{
    Authenticator, Browser, OTHER_PASSWORD, PASSWORD, Program, Response, TestApp, eventually,
};

const EMAIL: &str = "ada@example.org";
const ADMIN: &str = "root@example.org";
const STEP: &str = "/login/second-step";
const LOST: &str = "/login/lost-second-step";
const KEEP: &str = "/second-step/keep";
const REMOVE: &str = "/second-step/remove";
const REQUESTED: &str = "Request to remove your second step – Vestibule";
const REMINDER: &str = "Your second step can be removed soon – Vestibule";
const READY: &str = "You can now remove your second step – Vestibule";
const REMOVED: &str = "Second step removed – Vestibule";
const WRONG_PASSWORDS: &str = "Failed login attempts – Vestibule";
const DAY: Duration = Duration::from_hours(24);

type Stop = fn(&TestApp, &Browser, &Authenticator);

/// Starts an app whose clean-up runs often.
fn app() -> TestApp {
    TestApp::start_with(|settings| settings.cleanup_every = Duration::from_millis(20))
}

/// Asks for the removal, after the right password.
#[track_caller]
fn request(app: &TestApp) -> Browser {
    let browser = app.at_second_step(EMAIL);
    browser.post(LOST, &[]).assert_redirect(LOST);
    browser
}

fn count(app: &TestApp, subject: &str) -> usize {
    let emails = app.emails_to(EMAIL);
    emails
        .iter()
        .filter(|email| email.subject == subject)
        .count()
}

fn is_open(app: &TestApp) -> bool {
    app.home.count("factor_recoveries", "ended_at IS NULL") == 1
}

fn end_reason(app: &TestApp) -> String {
    let reasons = app.home.column("factor_recoveries", "end_reason");
    reasons.first().cloned().unwrap_or_default()
}

/// Waits until the link for the removal is sent. Returns its token.
#[track_caller]
fn ready_token(app: &TestApp, days: u32) -> String {
    app.advance(DAY * days);
    eventually(|| count(app, READY) == 1);
    app.email_about(EMAIL, READY).token()
}

fn finish(browser: &Browser, token: &str, password: &str) -> Response {
    browser.post(REMOVE, &[("token", token), ("password", password)])
}

#[test]
fn second_step_is_removed_after_seven_days() {
    let app = app();
    let (session, _) = app.with_second_step(EMAIL);
    let browser = request(&app);
    let notice = browser.get(LOST).notice();
    assert!(notice.contains("29 November 2026"), "{notice}");
    app.email_about(EMAIL, REQUESTED);
    // A second request changes nothing.
    browser.post(LOST, &[]).assert_redirect(LOST);
    assert_eq!(count(&app, REQUESTED), 1);
    app.advance(DAY * 4);
    eventually(|| count(&app, REMINDER) == 1);
    app.advance(DAY * 2);
    eventually(|| count(&app, REMINDER) == 2);
    assert_eq!(count(&app, READY), 0);
    let token = ready_token(&app, 1);
    let browser = app.browser();
    let page = browser.get(&format!("{REMOVE}?token={token}"));
    page.assert_page(200, "Remove your second step");
    assert_eq!(finish(&browser, &token, "").status, 422);
    assert_eq!(finish(&browser, &token, OTHER_PASSWORD).status, 422);
    finish(&browser, &token, PASSWORD).assert_redirect("/login");
    assert_eq!(end_reason(&app), "removed");
    session
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");
    app.log_in(EMAIL, PASSWORD);
    app.email_about(EMAIL, REMOVED);
    assert_eq!(finish(&browser, &token, PASSWORD).status, 410);
}

#[test]
fn teampass_2172_removal_starts_only_after_the_password() {
    // nilsteampassnet/TeamPass#2172.
    let app = app();
    app.with_second_step(EMAIL);
    for response in [app.browser().get(LOST), app.browser().post(LOST, &[])] {
        assert_eq!(response.status, 303);
        assert!(response.header("location").starts_with("/login"));
    }
    assert_eq!(app.home.count("factor_recoveries", "1 = 1"), 0);
}

#[test]
fn wait_is_longer_after_a_reset_by_email() {
    let app = app();
    app.with_second_step(EMAIL);
    let token = app.reset_token(EMAIL);
    app.browser().reset_password(&token, OTHER_PASSWORD);
    let browser = app.browser();
    browser.log_in(EMAIL, OTHER_PASSWORD).assert_redirect(STEP);
    let page = browser.get(LOST);
    assert!(page.body.contains("after 14 days"), "{}", page.body);
    browser.post(LOST, &[]).assert_redirect(LOST);
    app.advance(DAY * 13);
    eventually(|| count(&app, REMINDER) == 1);
    assert_eq!(count(&app, READY), 0);
    ready_token(&app, 1);
}

#[test]
fn emailed_link_keeps_the_second_step() {
    let app = app();
    app.with_second_step(EMAIL);
    request(&app);
    app.advance(DAY * 4);
    eventually(|| count(&app, REMINDER) == 1);
    // The links of all emails work.
    let token = app.email_about(EMAIL, REQUESTED).token();
    let browser = app.browser();
    let page = browser.get(&format!("{KEEP}?token={token}"));
    page.assert_page(200, "Keep your second step");
    assert!(is_open(&app), "a GET changes nothing");
    browser
        .post(KEEP, &[("token", &token)])
        .assert_redirect("/login");
    assert_eq!(end_reason(&app), "kept");
    assert_eq!(browser.post(KEEP, &[("token", &token)]).status, 410);
}

#[test]
fn pages_of_a_session_offer_to_keep_it() {
    let app = app();
    let (session, _) = app.with_second_step(EMAIL);
    assert!(!session.get("/dashboard").body.contains("asked to remove"));
    request(&app);
    for path in ["/dashboard", "/account", "/account/security"] {
        let page = session.get(path);
        assert!(
            page.body
                .contains("Someone asked to remove your second step."),
            "{path}"
        );
    }
    session.post(KEEP, &[]).assert_redirect("/account/security");
    assert!(!session.get("/dashboard").body.contains("asked to remove"));
    for kind in ["recovery_asked", "recovery_stopped"] {
        assert_eq!(app.events(kind), 1, "{kind}");
    }
}

#[test]
fn second_step_password_undo_and_lock_stop_it() {
    let stops: [(&str, Stop); 5] = [
        ("second_step_used", |app, _, authenticator| {
            let browser = app.at_second_step(EMAIL);
            let code = authenticator.next_code(app);
            browser.send_code(&code).assert_redirect("/dashboard");
        }),
        ("password_changed", |app, _, _| {
            let token = app.reset_token(EMAIL);
            app.browser().reset_password(&token, OTHER_PASSWORD);
        }),
        ("undone", |app, _, _| {
            let undo = app
                .email_about(EMAIL, "Second step added – Vestibule")
                .undo_token();
            app.browser().post("/undo", &[("token", &undo)]);
        }),
        ("locked", |app, _, _| {
            app.command(&["user", "lock", EMAIL]);
        }),
        ("removed", |_, session, _| {
            let remove = session.get("/account/security").action("/remove");
            session.post(&remove, &[("confirmed", "on")]);
        }),
    ];
    for (reason, stop) in stops {
        let app = app();
        let (session, authenticator) = app.with_second_step(EMAIL);
        request(&app);
        assert!(is_open(&app), "{reason}");
        stop(&app, &session, &authenticator);
        assert_eq!(end_reason(&app), reason);
        assert_eq!(app.home.count("users", "recovery_ready_at IS NOT NULL"), 0);
    }
}

#[test]
fn link_expires_after_three_days() {
    let app = app();
    app.with_second_step(EMAIL);
    request(&app);
    let token = ready_token(&app, 7);
    app.advance(DAY * 3);
    eventually(|| end_reason(&app) == "expired");
    assert_eq!(finish(&app.browser(), &token, PASSWORD).status, 410);
}

#[test]
fn fourth_request_in_30_days_waits() {
    let app = app();
    let (session, _) = app.with_second_step(EMAIL);
    for _ in 0..3 {
        request(&app);
        session.post(KEEP, &[]);
    }
    let browser = app.at_second_step(EMAIL);
    let response = browser.post(LOST, &[]);
    assert_eq!(response.status, 429);
    let error = "You’ve asked 3 times in 30 days. Try again on 22 December 2026.";
    assert_eq!(response.errors(), [error]);
}

#[test]
fn administrator_cannot_ask() {
    let app = app();
    app.with_second_step(EMAIL);
    app.command(&["user", "make-admin", EMAIL]);
    let browser = app.at_second_step(EMAIL);
    assert!(
        browser
            .get(LOST)
            .body
            .contains("Administrators can’t do this here.")
    );
    assert_eq!(browser.post(LOST, &[]).status, 403);
    assert!(!is_open(&app));
}

#[test]
fn wrong_passwords_at_the_removal_are_reported() {
    let app = app();
    app.with_second_step(EMAIL);
    request(&app);
    let token = ready_token(&app, 7);
    let browser = app.browser();
    for _ in 0..20 {
        assert_eq!(finish(&browser, &token, OTHER_PASSWORD).status, 422);
        app.advance(Duration::from_mins(16));
    }
    assert_eq!(app.events("password_refused"), 20);
    app.email_about(EMAIL, WRONG_PASSWORDS);
}

/// Starts an app with an administrator. Returns the administrator's API program, too.
fn app_with_administrator() -> (TestApp, Program) {
    let app = app();
    app.register(ADMIN, PASSWORD);
    app.command(&["user", "make-admin", ADMIN]);
    let tokens = app.tokens(ADMIN, PASSWORD);
    let program = app.program_with(&tokens.access);
    (app, program)
}

/// Asks as an administrator for the removal of a user's second step.
fn ask_for(app: &TestApp, administrator: &Program, email: &str) -> Response {
    let id = app.user_id(email);
    let path = format!("/api/v1/users/{id}/second-factor-recovery");
    administrator.post(&path, &serde_json::json!({}))
}

#[test]
fn administrator_starts_removal_that_waits_a_day() {
    let (app, administrator) = app_with_administrator();
    app.with_second_step(EMAIL);
    let own = ask_for(&app, &administrator, ADMIN);
    own.assert_problem(409, "administrator_account");
    let response = ask_for(&app, &administrator, EMAIL);
    assert_eq!(response.status, 200, "{}", response.body);
    assert_eq!(app.events("recovery_asked"), 1);
    app.email_about(EMAIL, REQUESTED);
    ready_token(&app, 1);
    assert_eq!(
        app.home.column("factor_recoveries", "requested_by"),
        ["administrator"]
    );
    assert_eq!(count(&app, REMOVED), 0);
}

#[test]
fn account_without_password_resets_it_before_the_removal() {
    let (app, administrator) = app_with_administrator();
    let (session, passkey) = app.with_passkey(EMAIL);
    let page = session.get("/account/password/remove");
    let answer = passkey.answer(&page, &app);
    session.post("/account/password/remove", &[("passkey", &answer)]);
    let rejected = ask_for(&app, &administrator, EMAIL);
    rejected.assert_problem(409, "no_password");
    let token = app.reset_token(EMAIL);
    app.browser().reset_password(&token, OTHER_PASSWORD);
    assert_eq!(ask_for(&app, &administrator, EMAIL).status, 200);
    let token = ready_token(&app, 1);
    finish(&app.browser(), &token, OTHER_PASSWORD).assert_redirect("/login");
}

#[test]
fn operator_sees_a_pending_removal() {
    let app = app();
    app.with_second_step(EMAIL);
    request(&app);
    let said = app.command(&["why", EMAIL, "--json"]);
    assert!(said.contains("\"recovery_pending\""), "{said}");
}
