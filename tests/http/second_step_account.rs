//! The second step outside the browser's login: reauthentication, removal, undo, recovery codes,
//! the API, and the operator's commands.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vestibule::config::{Secret, Settings};

use crate::support::{Authenticator, Browser, OTHER_PASSWORD, PASSWORD, TestApp, Tokens};

const EMAIL: &str = "ada@example.org";
const ADD: &str = "/account/security/apps/new";
const SECURITY: &str = "/account/security";
const CODES: &str = "/account/security/recovery-codes";
const SECOND_FACTOR: &str = "/api/v1/token/second-factor";
const ADDED: &str = "Second step added – Vestibule";
const REMOVED: &str = "Second step removed – Vestibule";
const SECURED: &str = "Reset your password to get back in – Vestibule";
/// A value that the secret of no app can be sealed as.
const OTHER_SEAL: &str = "(SELECT sealed FROM outbox WHERE sealed IS NOT NULL LIMIT 1)";
const WRONG: &str = "That code is wrong or has expired. Wait for the next one and try again.";

/// Reads the claims of an access token.
fn claims(tokens: &Tokens) -> Value {
    let claims = tokens.access.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64url")).expect("JSON")
}

fn log_in(app: &TestApp, authenticator: &Authenticator) -> Browser {
    let browser = app.at_second_step(EMAIL);
    browser
        .send_code(&authenticator.next_code(app))
        .assert_redirect("/dashboard");
    browser
}

/// Undoes the change of an email, and sets a password by the link that follows.
#[track_caller]
fn undo_and_reset(app: &TestApp, undo: &str, password: &str) {
    app.browser()
        .post("/undo", &[("token", undo)])
        .assert_redirect("/password/sent");
    let token = app.email_about(EMAIL, SECURED).token();
    app.browser()
        .reset_password(&token, password)
        .assert_redirect("/login");
}

#[test]
fn sensitive_change_asks_for_password_and_code() {
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    app.advance(Duration::from_mins(11));
    let page = browser.get("/account/export");
    assert_eq!(page.texts("label").len(), 3, "account, password, code");
    let send = |code: &str| {
        let form = [("current_password", PASSWORD), ("code", code)];
        browser.post("/account/export", &form)
    };
    send("").assert_error(422, "Enter a code");
    send(&authenticator.wrong_code(&app)).assert_error(422, WRONG);
    let code = authenticator.code(&app);
    assert_eq!(send(&code).status, 200);
    assert_eq!(app.home.count("sessions", "ended_at IS NULL"), 1, "renewed");
    app.advance(Duration::from_mins(11));
    let other = app.at_second_step(EMAIL);
    assert_eq!(other.send_code(&code).status, 422, "used for the download");
}

#[test]
fn form_with_another_mistake_keeps_the_code() {
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    app.advance(Duration::from_mins(11));
    let code = authenticator.code(&app);
    let send = |password: &str| {
        let form = [
            ("current_password", PASSWORD),
            ("code", &code),
            ("password", password),
        ];
        browser.post("/account/password", &form)
    };
    assert_eq!(send("short").status, 422);
    send(OTHER_PASSWORD).assert_redirect("/account");
}

#[test]
fn cve_2026_123002_every_sensitive_form_limits_codes() {
    // CVE-2026-123002 (Gitea): codes are limited wherever they are accepted.
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    app.advance(Duration::from_mins(11));
    let remove = browser.get(SECURITY).action("/remove");
    let forms = [
        ("/account/export", vec![]),
        ("/account/delete", vec![]),
        ("/account/password", vec![("password", OTHER_PASSWORD)]),
        ("/account/email", vec![("email", "new@example.org")]),
        ("/account/tokens", vec![("name", "Backup"), ("days", "7")]),
        ("/account/sessions/end-others", vec![]),
        (remove.as_str(), vec![("confirmed", "on")]),
        (CODES, vec![]),
    ];
    let right = authenticator.code(&app);
    for (path, fields) in &forms {
        let mut without = vec![("current_password", PASSWORD), ("code", "")];
        without.extend(fields);
        browser
            .post(path, &without)
            .assert_error(422, "Enter a code");
    }
    // Ten wrong codes are free on a known device. Then even the right one waits.
    let wrong = authenticator.wrong_code(&app);
    for (path, fields) in forms.iter().cycle().take(10) {
        let mut with_wrong = vec![("current_password", PASSWORD), ("code", &wrong)];
        with_wrong.extend(fields);
        browser.post(path, &with_wrong).assert_error(422, WRONG);
    }
    let form = [("current_password", PASSWORD), ("code", right.as_str())];
    let blocked = browser.post("/account/export", &form);
    assert_eq!(blocked.status, 429);
    assert_eq!(blocked.header("retry-after"), "1");
    assert_eq!(app.events("second_step_refused"), 10);
}

#[test]
fn polar_12980_removal_needs_the_second_step() {
    // polarsource/polar#12980, kenlasko/monize#155.
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    let remove = browser.get(SECURITY).action("/remove");
    let asked = browser.post(&remove, &[]);
    assert_eq!(asked.status, 422);
    assert!(
        asked
            .body
            .contains("your password alone will be enough to log in")
    );
    app.advance(Duration::from_mins(11));
    let with = |code: &str| {
        let form = [
            ("confirmed", "on"),
            ("current_password", PASSWORD),
            ("code", code),
        ];
        browser.post(&remove, &form)
    };
    with("").assert_error(422, "Enter a code");
    with(&authenticator.code(&app)).assert_redirect(SECURITY);
    assert_eq!(browser.get(SECURITY).notice(), "Authenticator app removed.");
    app.email_about(EMAIL, REMOVED);
    app.log_in(EMAIL, PASSWORD);
    assert_eq!(app.home.count("recovery_codes", "removed_at IS NULL"), 0);
}

#[test]
fn cve_2025_71400_app_of_another_account_stays() {
    // CVE-2025-71400 (Better Auth): the id of another account's factor is 404.
    let app = TestApp::start();
    let (ada, _) = app.with_second_step(EMAIL);
    let (eve, _) = app.with_second_step("eve@example.org");
    let remove = ada.get(SECURITY).action("/remove");
    for form in [&[][..], &[("confirmed", "on")]] {
        assert_eq!(eve.post(&remove, form).status, 404);
    }
    assert_eq!(app.home.count("totp_credentials", "removed_at IS NULL"), 2);
}

#[test]
fn keycloak_21837_planted_app_is_undone_by_email() {
    // keycloak/keycloak#21837: an attacker who knows the password adds an app.
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let attacker = app.log_in(EMAIL, PASSWORD);
    app.add_authenticator(&attacker);
    browser
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    let undo = app.email_about(EMAIL, ADDED).undo_token();
    undo_and_reset(&app, &undo, OTHER_PASSWORD);
    app.log_in(EMAIL, OTHER_PASSWORD);
    assert_eq!(attacker.get("/dashboard").status, 303);
}

#[test]
fn undo_restores_apps_and_codes_of_its_moment() {
    let app = TestApp::start();
    let (browser, first) = app.with_second_step(EMAIL);
    app.advance(Duration::from_mins(1));
    let second = app.add_authenticator(&browser);
    app.advance(Duration::from_mins(1));
    browser.post(CODES, &[]).assert_redirect(CODES);
    let new_codes = browser.get(CODES).texts(".recovery-codes code");
    let remove = browser.get(SECURITY).action("/remove");
    app.clear_mailbox();
    app.advance(Duration::from_mins(1));
    browser
        .post(&remove, &[("confirmed", "on")])
        .assert_redirect(SECURITY);
    let undo = app.email_about(EMAIL, REMOVED).undo_token();
    app.advance(Duration::from_mins(1));
    let third = app.add_authenticator(&browser);

    undo_and_reset(&app, &undo, OTHER_PASSWORD);
    let works = |code: &str| {
        let browser = app.browser();
        browser
            .log_in(EMAIL, OTHER_PASSWORD)
            .assert_redirect("/login/second-step");
        browser.send_code(code).status == 303
    };
    app.advance(Duration::from_mins(1));
    assert!(works(&first.code(&app)), "it was removed after that moment");
    assert!(works(&second.code(&app)));
    assert!(!works(&third.code(&app)), "it was added after that moment");
    assert!(works(&new_codes[0]));
    assert!(
        !works(&first.recovery_codes[0]),
        "it was replaced before that moment"
    );
}

#[test]
fn new_codes_replace_old_ones_and_are_downloadable() {
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    assert_eq!(
        browser.get(CODES).texts(".recovery-codes code").len(),
        0,
        "shown once"
    );
    browser.post(CODES, &[]).assert_redirect(CODES);
    let page = browser.get(CODES);
    let codes = page.texts(".recovery-codes code");
    assert_eq!(codes.len(), 10);
    app.email_about(EMAIL, "New recovery codes created – Vestibule");
    let form = [("codes", page.value("codes"))];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let file = browser.post(&format!("{CODES}/file"), &form);
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"recovery-codes.txt\""
    );
    assert!(codes.iter().all(|code| file.body.contains(code)));
    assert!(file.body.contains(&format!("Account: {EMAIL}")));
    let hostile = [("codes", "<script>alert(1)</script> https://evil.example")];
    assert_eq!(browser.post(&format!("{CODES}/file"), &hostile).status, 400);
    let login = app.at_second_step(EMAIL);
    assert_eq!(
        login.send_code(&authenticator.recovery_codes[0]).status,
        422
    );
    login.send_code(&codes[0]).assert_redirect("/dashboard");
}

#[test]
fn recovery_code_reauthenticates_and_is_reported() {
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    app.advance(Duration::from_mins(11));
    let code = &authenticator.recovery_codes[0];
    let form = [("current_password", PASSWORD), ("code", code.as_str())];
    assert_eq!(browser.post("/account/export", &form).status, 200);
    app.email_about(EMAIL, "Recovery code used – Vestibule");
    assert_eq!(app.home.count("recovery_codes", "used_at IS NOT NULL"), 1);
}

#[test]
fn further_app_needs_code_of_a_present_one() {
    // KeeperHub/keeperhub#1523: adding a factor needs full reauthentication.
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    let early = browser.get(ADD);
    app.advance(Duration::from_mins(11));
    let page = browser.get(ADD);
    assert_eq!(page.texts("#key").len(), 0);
    let code = Authenticator::of_page(&early).code(&app);
    let form = [("code", code.as_str()), ("sealed", &early.value("sealed"))];
    let asked = browser.post(ADD, &form);
    assert_eq!(asked.texts("#key").len(), 0, "asks first");
    let form = [
        ("current_password", PASSWORD),
        ("code", "000"),
        ("reauthenticates", "on"),
    ];
    browser.post(ADD, &form).assert_error(422, WRONG);
    let code = authenticator.code(&app);
    let form = [("current_password", PASSWORD), ("code", code.as_str())];
    let form = [
        form[0],
        form[1],
        ("reauthenticates", "on"),
        ("sealed", &early.value("sealed")),
    ];
    browser.post(ADD, &form).assert_redirect(ADD);
    assert_eq!(
        browser.get(ADD).text("#key"),
        early.text("#key"),
        "the QR code that was scanned"
    );
    app.add_authenticator(&browser);
    app.add_authenticator(&browser);
    let page = browser.get(ADD);
    let form = [
        ("code", Authenticator::of_page(&page).code(&app)),
        ("sealed", page.value("sealed")),
    ];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    browser
        .post(ADD, &form)
        .assert_error(422, "You already have 3 apps. Remove one first.");
}

#[test]
fn same_setup_form_sent_twice_adds_one_app() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let page = browser.get(ADD);
    let code = Authenticator::of_page(&page).code(&app);
    let sealed = page.value("sealed");
    for to in [CODES, SECURITY] {
        let form = [("code", code.as_str()), ("sealed", &sealed)];
        browser.post(ADD, &form).assert_redirect(to);
    }
    assert_eq!(app.home.count("totp_credentials", "id = id"), 1);
}

#[test]
fn twenty_changes_an_hour_then_a_wait() {
    let app = TestApp::start();
    let (browser, _) = app.with_second_step(EMAIL);
    for _ in 1..20 {
        browser.post(CODES, &[]).assert_redirect(CODES);
    }
    let limited = browser.post(CODES, &[]);
    limited.assert_error(
        429,
        "You’ve changed your second step too many times. Try again in 1 hour.",
    );
    assert_eq!(limited.header("retry-after"), "3600");
}

#[test]
fn gitea_5936_password_alone_gets_no_token() {
    // go-gitea/gitea#5936.
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let program = app.program();
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    let required = program.post("/api/v1/token", &credentials);
    required.assert_problem(403, "mfa_required");
    let problem = required.json();
    assert_eq!(problem["methods"], json!(["code"]));
    assert_eq!(problem["mfa_expires_in"], json!(600));
    let token = problem["mfa_token"].as_str().expect("a token").to_owned();
    assert!(token.starts_with("vsl_"));
    let send =
        |code: &str| program.post(SECOND_FACTOR, &json!({ "mfa_token": token, "code": code }));
    send(&authenticator.wrong_code(&app)).assert_problem(401, "wrong_code");
    send("").assert_invalid(&[("code", "missing")]);
    app.program_with(&token)
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    let as_cookie = app.browser();
    as_cookie.set_cookie("login", &token);
    let code = authenticator.next_code(&app);
    as_cookie.send_code(&code).assert_redirect("/login");
    let tokens = Tokens::of(&send(&code));
    send(&code).assert_problem(401, "invalid_mfa_token");
    let me = app.program_with(&tokens.access).get("/api/v1/me");
    assert_eq!(me.json()["second_factor"], json!(true));
    let claims = claims(&tokens);
    assert_eq!(claims["acr"], json!("aal2"));
    assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(claims["auth_time"], json!(app.clock.now().seconds()));
    app.advance(Duration::from_mins(20));
    let refreshed = self::claims(&Tokens::of(&app.refresh(&tokens.refresh)));
    for claim in ["acr", "amr", "auth_time"] {
        assert_eq!(refreshed[claim], claims[claim], "{claim}");
    }
}

#[test]
fn api_and_page_count_wrong_codes_together() {
    // CVE-2026-123002 (Gitea).
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let send = |code: &str| {
        let credentials = json!({ "email": EMAIL, "password": PASSWORD });
        let problem = app.program().post("/api/v1/token", &credentials).json();
        let body = json!({ "mfa_token": problem["mfa_token"], "code": code });
        app.program().post(SECOND_FACTOR, &body)
    };
    let wrong = authenticator.wrong_code(&app);
    for _ in 0..3 {
        send(&wrong).assert_problem(401, "wrong_code");
    }
    for _ in 3..5 {
        assert_eq!(app.at_second_step(EMAIL).send_code(&wrong).status, 422);
    }
    send(&authenticator.code(&app)).assert_problem(429, "too_many_requests");
}

#[test]
fn operator_removes_a_lost_second_step() {
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    let shown = app.command(&["user", "show", EMAIL]);
    assert!(
        shown.contains("second step    since 2026-11-22T12:00:00"),
        "{shown}"
    );
    assert!(app.command(&["user", "list"]).contains(" second step"));
    let command = ["user", "remove-second-step", EMAIL];
    let rejected = String::from_utf8(app.run(&command).stderr).expect("UTF-8");
    assert!(rejected.contains("add --yes to confirm"), "{rejected}");
    let command = ["user", "remove-second-step", EMAIL, "--yes"];
    assert_eq!(
        app.command(&command),
        "ada@example.org has no second step any more, and is logged out on all devices.\n"
    );
    assert_eq!(
        app.command(&command),
        "ada@example.org has no second step.\n"
    );
    let login = browser.get("/dashboard").header("location").to_owned();
    assert_eq!(
        browser.get(&login).notice(),
        "You were logged out because your second step was removed. Log in to continue."
    );
    app.log_in(EMAIL, PASSWORD);

    let undo = app.email_about(EMAIL, REMOVED).undo_token();
    undo_and_reset(&app, &undo, OTHER_PASSWORD);
    let browser = app.browser();
    browser
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/login/second-step");
    browser
        .send_code(&authenticator.next_code(&app))
        .assert_redirect("/dashboard");
}

#[test]
fn why_explains_wrong_codes() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    for _ in 0..5 {
        let wrong = authenticator.wrong_code(&app);
        assert_eq!(app.at_second_step(EMAIL).send_code(&wrong).status, 422);
    }
    app.home.sql("UPDATE login_failures SET consecutive = 50");
    let why = app.command(&["why", EMAIL, "--json"]);
    assert!(why.contains("\"gate\":\"codes_locked_out\""), "{why}");
    let why = app.command(&["why", EMAIL]);
    assert!(why.contains("After 50 consecutive wrong codes"), "{why}");
}

#[test]
fn rotation_of_the_secret_seals_apps_again() {
    let old = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let new = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA";
    let with = |secrets: String| {
        move |settings: &mut Settings| {
            settings.secrets = Secret::parse_all(&secrets).expect("secrets");
            settings.cleanup_every = Duration::from_millis(1);
        }
    };
    let app = TestApp::start_with(with(old.to_owned()));
    let (_, authenticator) = app.with_second_step(EMAIL);
    let app = app.restart_with(with(format!("{new},{old}")));
    app.wait_for_cleanup();
    let app = app.restart_with(with(new.to_owned()));
    log_in(&app, &authenticator);
}

#[test]
fn export_lists_apps_without_secrets() {
    let app = TestApp::start();
    let (browser, _) = app.with_second_step(EMAIL);
    let export = browser.post("/account/export", &[]).json();
    assert_eq!(
        export["authenticator_apps"],
        json!([{
            "name": "Authenticator app",
            "added_at": "2026-11-22T12:00:00Z",
            "last_used_at": null,
            "removed_at": null,
        }])
    );
    assert_eq!(export["recovery_codes_left"], json!(10));
}

#[test]
fn first_app_renews_the_session() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let copy = app.with_session_of(&browser);
    app.add_authenticator(&browser);
    assert_eq!(copy.get("/dashboard").status, 303);
    assert_eq!(browser.get("/dashboard").status, 200);
}

#[test]
fn setup_of_a_removed_app_adds_none() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let page = browser.get(ADD);
    let authenticator = Authenticator::of_page(&page);
    let sealed = page.value("sealed");
    let send = |code: &str| browser.post(ADD, &[("code", code), ("sealed", &sealed)]);
    send(&authenticator.code(&app)).assert_redirect(CODES);
    let remove = browser.get(SECURITY).action("/remove");
    browser
        .post(&remove, &[("confirmed", "on")])
        .assert_redirect(SECURITY);
    send(&authenticator.next_code(&app))
        .assert_error(422, "That took too long. Scan the new QR code.");
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn app_under_an_unknown_secret_counts_no_failure() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    app.home.sql(&format!(
        "UPDATE totp_credentials SET sealed = {OTHER_SEAL}"
    ));
    let code = authenticator.next_code(&app);
    let response = app.at_second_step(EMAIL).send_code(&code);
    response.assert_error(
        422,
        "We can’t check codes from your app right now. Use a recovery code, or try again later.",
    );
    assert_eq!(app.home.count("login_failures", "key = key"), 0);
    app.at_second_step(EMAIL)
        .send_code(&authenticator.recovery_codes[0])
        .assert_redirect("/dashboard");
}

#[test]
fn wrong_code_beside_an_unreadable_app_counts() {
    let app = TestApp::start();
    let (browser, first) = app.with_second_step(EMAIL);
    app.advance(Duration::from_secs(1));
    let second = app.add_authenticator(&browser);
    let oldest = "created_at = (SELECT min(created_at) FROM totp_credentials)";
    app.home.sql(&format!(
        "UPDATE totp_credentials SET sealed = {OTHER_SEAL} WHERE {oldest}"
    ));
    let code = first.next_code(&app);
    app.at_second_step(EMAIL)
        .send_code(&code)
        .assert_error(422, WRONG);
    assert_eq!(app.home.count("login_failures", "consecutive = 1"), 1);
    app.at_second_step(EMAIL)
        .send_code(&second.code(&app))
        .assert_redirect("/dashboard");
}

#[test]
fn tokens_page_shows_no_recovery_codes() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let page = browser.get(ADD);
    let code = Authenticator::of_page(&page).code(&app);
    let form = [("code", code.as_str()), ("sealed", &page.value("sealed"))];
    browser.post(ADD, &form).assert_redirect(CODES);
    assert_eq!(browser.get("/account/tokens").texts("#new_token").len(), 0);
    assert_eq!(browser.get(CODES).texts(".recovery-codes code").len(), 10);
}

#[test]
fn undo_page_explains_its_effect_on_second_step() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let login = app.log_in(EMAIL, PASSWORD);
    let undo = app.email_to(EMAIL).undo_token();
    let shows = || {
        let page = app.browser().get(&format!("/undo?token={undo}"));
        page.body
            .contains("authenticator apps and recovery codes back")
    };
    assert!(!shows());
    app.advance(Duration::from_secs(1));
    app.add_authenticator(&browser);
    assert!(shows());
    assert_eq!(login.get("/dashboard").status, 303);
}
