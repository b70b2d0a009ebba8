//! The operator's policy: the accounts that must have a second step.

use vestibule::config::{PublicUrl, SecondFactorPolicy, Settings};

use crate::edge::routes;
use crate::introspection::{ask, client, service};
use crate::support::{AppAt, Browser, PASSWORD, TestApp, behind_a_proxy};

const EMAIL: &str = "ada@example.org";
const SECURITY: &str = "/account/security";
/// The pages where a user adds a second step.
const OPEN: [&str; 5] = [
    SECURITY,
    "/account/security/apps/new",
    "/account/security/passkeys/new",
    "/account/security/recovery-codes",
    "/account/security/recovery-codes/file",
];

fn required(settings: &mut Settings) {
    same_origin(settings);
    settings.second_factor = SecondFactorPolicy::Required;
}

/// Keeps the origin at a restart, because session tokens name it.
fn same_origin(settings: &mut Settings) {
    settings.edge.public_url = PublicUrl::parse("http://localhost:1");
}

fn for_administrators(settings: &mut Settings) {
    settings.second_factor = SecondFactorPolicy::Admins;
}

/// Asserts that every account page but those of [`OPEN`] leads to the security page.
#[track_caller]
fn assert_closed(app: &TestApp, browser: &Browser) {
    let account = routes().into_iter().map(|(path, _)| path);
    let account = account.filter(|path| path.starts_with("/account") || path == "/dashboard");
    let mut closed = 0;
    for path in account.filter(|path| !OPEN.contains(&&path[..])) {
        let path = path.replace("{id}", "x");
        for response in [browser.get(&path), browser.post(&path, &[])] {
            if response.status != 405 {
                assert_eq!(response.header("location"), SECURITY, "{path}");
                closed += 1;
            }
        }
    }
    assert!(closed > 30, "{closed}");
    let page = browser.get(SECURITY);
    page.assert_page(200, "Security");
    assert_eq!(
        page.notice(),
        "A second step is required here. Add one to continue."
    );
    assert!(app.home.count("users", "factor_since IS NULL") > 0);
}

#[test]
fn cve_2026_94218_no_page_opens_before_enrolment() {
    // CVE-2026-94218 Keycloak (keycloak/keycloak#53070).
    let app = TestApp::start_with(same_origin);
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    browser.get("/dashboard").assert_page(200, "Dashboard");
    // A session from before the policy, after a restart.
    let app = app.restart_with(required);
    let browser = app.with_session_of(&browser);
    assert_closed(&app, &browser);
    // A new login.
    let browser = app.log_in(EMAIL, PASSWORD);
    assert_closed(&app, &browser);
    for path in &OPEN[..4] {
        assert_eq!(browser.get(path).status, 200, "{path}");
    }
    app.add_authenticator(&browser);
    browser.get("/dashboard").assert_page(200, "Dashboard");
}

#[test]
fn saved_codes_lead_on_after_required_enrolment() {
    let codes = "/account/security/recovery-codes";
    for (change, next) in [
        (same_origin as fn(&mut Settings), SECURITY),
        (required, "/dashboard"),
    ] {
        let app = TestApp::start_with(change);
        let browser = app.register_and_log_in(EMAIL, PASSWORD);
        app.add_authenticator(&browser);
        browser.post(codes, &[]).assert_redirect(codes);
        let page = browser.get(codes);
        assert_eq!(
            page.attribute(".on-screen a", "href").as_deref(),
            Some(next)
        );
    }
}

#[test]
fn no_app_opens_before_enrolment() {
    let app = TestApp::start_now(|settings| {
        behind_a_proxy(settings);
        same_origin(settings);
    });
    app.register(EMAIL, PASSWORD);
    app.open_app("wiki");
    let (wiki, login) = app.opened_wiki(EMAIL);
    wiki.assert_open();
    let app = app.restart_with(|settings| {
        behind_a_proxy(settings);
        required(settings);
    });
    let login = app.with_session_of(&login);
    let wiki = AppAt {
        browser: app.with_cookies_of(&wiki.browser),
        ..wiki
    };
    wiki.assert_needs_login();
    let enter = wiki.begin(&app, "/page");
    login.get(&enter).assert_redirect(SECURITY);
    app.add_authenticator(&login);
    wiki.open(&login, &app, "/page").assert_redirect("/page");
    wiki.assert_open();
}

#[test]
fn api_answers_mfa_enrolment_required() {
    let app = TestApp::start_with(required);
    app.register(EMAIL, PASSWORD);
    let tokens = app.tokens(EMAIL, PASSWORD);
    let response = app.program_with(&tokens.access).get("/api/v1/me");
    response.assert_problem(403, "mfa_enrolment_required");
    let (id, secret) = client(&app, "Invoices");
    let introspected = ask(&service(&app, &id, &secret), &tokens.access).json();
    assert_eq!(introspected["active"], false);
}

#[test]
fn policy_for_administrators_leaves_others_alone() {
    let app = TestApp::start_with(for_administrators);
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    browser.get("/dashboard").assert_page(200, "Dashboard");
    app.home.sql("UPDATE users SET is_admin = TRUE");
    assert_closed(&app, &browser);
}

/// Asserts that the page before a removal, and the removal itself, say what prevents it and have no
/// button.
#[track_caller]
pub fn assert_not_removable(browser: &Browser, action: &str, (title, obstacle): (&str, &str)) {
    for fields in [&[][..], &[("confirmed", "on")]] {
        let page = browser.post(action, fields);
        page.assert_page(422, title);
        let text = page.text("main");
        assert!(text.contains(obstacle), "{text}");
        assert!(page.texts("main button").is_empty(), "{text}");
    }
}

#[test]
fn last_factor_stays_where_one_is_required() {
    let app = TestApp::start_with(required);
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.add_authenticator(&browser);
    let action = browser.get(SECURITY).action("/remove");
    let shown = (
        "Remove an authenticator app",
        "you can’t remove your last one",
    );
    assert_not_removable(&browser, &action, shown);
    app.add_passkey(&browser);
    browser
        .post(&action, &[("confirmed", "on")])
        .assert_redirect(SECURITY);
}

#[test]
fn operator_learns_that_a_second_step_is_missing() {
    let app = TestApp::start_with(required);
    app.register(EMAIL, PASSWORD);
    let variables = [("VESTIBULE_SECOND_FACTOR", "required")];
    let why = crate::support::Process::output(&app.home, &["why", EMAIL, "--json"], &variables);
    let said = String::from_utf8_lossy(&why.stdout);
    assert!(said.contains("\"second_step_required\""), "{said}");
}
