//! `VESTIBULE_SIGN_UP` and `VESTIBULE_SIGN_UP_DOMAINS`: the rule for sign-ups.

use std::time::Duration;

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
    browser.post("/verify/resend", &[("email", OTHER)]);
    for path in ["/", "/login", "/verify/resend", "/signup/sent"] {
        let links = browser.get(path).attributes("a", "href");
        let leads_there = |link: &String| link == SIGN_UP || link.starts_with("/signup?");
        assert!(!links.iter().any(leads_there), "{path}");
    }
}

#[test]
fn closed_sign_up_rejects_every_address() {
    let app = TestApp::start_with(closed);
    for email in [LISTED, "", "no address"] {
        let response = app.browser().sign_up(email, PASSWORD);
        response.assert_page(403, BY_INVITATION);
    }
    for password in [PASSWORD, "short"] {
        let body = json!({"email": LISTED, "password": password});
        let response = app.program().post("/api/v1/signup", &body);
        response.assert_problem(403, "sign_up_closed");
    }
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
        let rule = "You can sign up with an email address at example.org or example.net.";
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
fn earlier_sign_up_can_still_be_confirmed() {
    let app = TestApp::start();
    app.browser().sign_up(LISTED, PASSWORD);
    let token = app.email_to(LISTED).token();
    let app = app.restart_with(closed);
    app.browser().post("/verify", &[("token", &token)]);
    app.log_in(LISTED, PASSWORD);
}

#[test]
fn earlier_sign_up_gets_no_new_link() {
    let app = TestApp::start();
    app.browser().sign_up(LISTED, PASSWORD);
    let token = app.email_to(LISTED).token();
    let app = app.restart_with(closed);
    for path in ["/verify/resend", "/password/forgot"] {
        app.browser().post(path, &[("email", LISTED)]);
    }
    assert_eq!(app.emails_to(LISTED).len(), 1);
    app.advance(Duration::from_hours(24));
    let late = app.browser().post("/verify", &[("token", &token)]);
    assert_eq!(late.status, 410);
}

#[test]
fn existing_account_can_still_log_in() {
    let app = TestApp::start();
    app.register(OTHER, PASSWORD);
    let app = app.restart_with(with_domains);
    app.log_in(OTHER, PASSWORD);
}

#[test]
fn deletion_offers_another_sign_up_only_if_open() {
    let open: fn(&mut Settings) = |_| {};
    for (settings, is_open) in [(open, true), (with_domains, false), (closed, false)] {
        let app = TestApp::start();
        app.register(LISTED, PASSWORD);
        let app = app.restart_with(settings);
        let browser = app.log_in(LISTED, PASSWORD);
        let page = browser.get("/account/delete").text("main");
        assert_eq!(page.contains("sign up again"), is_open, "{page}");
        browser.post("/account/delete", &[("current_password", PASSWORD)]);
        let email = app.email_about(LISTED, "Your account was deleted – Vestibule");
        assert_eq!(
            email.text.contains("sign up again"),
            is_open,
            "{}",
            email.text
        );
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
