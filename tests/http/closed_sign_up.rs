//! `VESTIBULE_SIGN_UP` and `VESTIBULE_SIGN_UP_DOMAINS`: who may create an account.

use serde_json::json;
use vestibule::config::{Settings, SignUpMode};
use vestibule::values::EmailDomain;

use crate::support::{PASSWORD, Process, TestApp};

const LISTED: &str = "ada@example.org";
const OTHER: &str = "ada@example.com";
const SIGN_UP: &str = "/signup";
const BY_INVITATION: &str = "Sign-up is by invitation";
const LISTED_DOMAINS: &str = "example.org,example.net";

fn closed(settings: &mut Settings) {
    settings.site.sign_up.mode = SignUpMode::Invitation;
}

fn with_domains(settings: &mut Settings) {
    let domains = LISTED_DOMAINS.split(',').map(EmailDomain::parse);
    settings.site.sign_up.domains = domains.collect::<Option<_>>().expect("domains");
}

#[test]
fn closed_sign_up_has_no_form() {
    let app = TestApp::start_with(closed);
    let browser = app.browser();
    let page = browser.get(SIGN_UP);
    page.assert_page(200, BY_INVITATION);
    assert_eq!(page.attributes("form", "action"), [""; 0]);
    for path in ["/", "/login", "/verify/resend"] {
        let links = browser.get(path).attributes("a", "href");
        assert!(!links.iter().any(|link| link == SIGN_UP), "{path}");
    }
}

#[test]
fn closed_sign_up_rejects_every_address() {
    let app = TestApp::start_with(closed);
    for email in [LISTED, "", "no address"] {
        let response = app.browser().sign_up(email, PASSWORD);
        response.assert_page(403, BY_INVITATION);
    }
    let body = json!({"email": LISTED, "password": PASSWORD});
    let response = app.program().post("/api/v1/signup", &body);
    response.assert_problem(403, "sign_up_closed");
    assert_eq!(app.home.count("pending_signups", "1 = 1"), 0);
    assert_eq!(app.home.count("outbox", "1 = 1"), 0);
}

#[test]
fn listed_domains_sign_up_in_both_modes() {
    for mode in [SignUpMode::Open, SignUpMode::Invitation] {
        let app = TestApp::start_with(|settings| {
            with_domains(settings);
            settings.site.sign_up.mode = mode;
        });
        let page = app.browser().get(SIGN_UP);
        let rule = "You can sign up with an address at example.org or example.net.";
        assert!(page.text("main").contains(rule), "{}", page.body);
        app.register(LISTED, PASSWORD);
        let rejected = app.browser().sign_up(OTHER, PASSWORD);
        rejected.assert_error(422, "Enter an email address at example.org or example.net");
        assert_eq!(rejected.value("email"), OTHER);
        let body = json!({"email": OTHER, "password": PASSWORD});
        let response = app.program().post("/api/v1/signup", &body);
        response.assert_problem(403, "domain_not_allowed");
        assert_eq!(app.home.count("pending_signups", "1 = 1"), 0);
    }
}

#[test]
fn rejection_is_the_same_with_and_without_account() {
    let app = TestApp::start();
    app.register(OTHER, PASSWORD);
    let app = app.restart_with(with_domains);
    let body_of = |email: &str| {
        let response = app.browser().sign_up(email, PASSWORD);
        assert_eq!(response.status, 422);
        response.errors()
    };
    assert_eq!(body_of(OTHER), body_of("grace@example.com"));
    app.log_in(OTHER, PASSWORD);
}

#[test]
fn sign_up_from_before_is_confirmed_after_the_closing() {
    let app = TestApp::start();
    app.browser().sign_up(LISTED, PASSWORD);
    let token = app.email_to(LISTED).token();
    let app = app.restart_with(closed);
    app.browser().post("/verify", &[("token", &token)]);
    app.log_in(LISTED, PASSWORD);
}

#[test]
fn deleted_account_is_told_to_sign_up_again_only_if_it_can() {
    for (settings, can) in [(with_domains as fn(&mut Settings), true), (closed, false)] {
        let app = TestApp::start();
        app.register(LISTED, PASSWORD);
        let app = app.restart_with(settings);
        let browser = app.log_in(LISTED, PASSWORD);
        browser.post("/account/delete", &[("current_password", PASSWORD)]);
        let email = app.email_about(LISTED, "Your account was deleted – Vestibule");
        assert_eq!(email.text.contains("sign up again"), can, "{}", email.text);
    }
}

#[test]
fn operator_learns_why_an_address_cannot_sign_up() {
    let app = TestApp::start();
    for (variables, gate) in [
        (("VESTIBULE_SIGN_UP", "invitation"), "sign_up_closed"),
        (
            ("VESTIBULE_SIGN_UP_DOMAINS", LISTED_DOMAINS),
            "domain_not_allowed",
        ),
    ] {
        let why = Process::output(&app.home, &["why", OTHER, "--json"], &[variables]);
        let said = String::from_utf8_lossy(&why.stdout);
        assert!(said.contains(gate), "{said}");
    }
}
