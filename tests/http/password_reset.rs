//! The reset: the form, the link, the new password, and what it ends.

use std::time::Duration;

use crate::support::races::{Outcomes, head_starts, let_go_first};
use crate::support::{OTHER_PASSWORD, PASSWORD, TestApp, at_once};

const EMAIL: &str = "ada@example.org";

#[test]
fn form_resets_a_forgotten_password() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    browser
        .get("/password/forgot")
        .assert_page(200, "Forgot your password?");
    browser
        .post("/password/forgot", &[("email", "ADA@EXAMPLE.ORG")])
        .assert_redirect("/password/sent");
    let sent = browser.get("/password/sent");
    sent.assert_page(200, "Check your email");
    assert!(
        sent.text("main")
            .contains("If there’s an account for ADA@EXAMPLE.ORG,"),
        "{}",
        sent.text("main")
    );

    let message = app.email_to(EMAIL);
    assert_eq!(message.subject, "Reset your password – Vestibule");
    assert!(
        message.text.contains("1 hour")
            && message.text.contains("once")
            && message.text.contains("If this wasn’t you")
    );
    let page = browser.get(&message.path());
    page.assert_page(200, "Set a new password");
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    assert_eq!(page.attribute("#account", "value").as_deref(), Some(EMAIL));
    assert_eq!(page.attribute("#account", "name"), None);

    let token = message.token();
    let rejected = browser.reset_password(&token, "password1");
    rejected.assert_page(422, "Error: Set a new password");
    assert_eq!(rejected.value("token"), token, "the link stays alive");
    browser
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    let login = browser.get("/login");
    assert_eq!(
        login.notice(),
        "Your password has been changed, and every device has been logged out. Log in with your \
         new password."
    );
    assert_eq!(login.value("email"), EMAIL);
    assert_eq!(browser.log_in(EMAIL, PASSWORD).status, 422);

    let notice = app.email_to(EMAIL);
    assert_eq!(notice.subject, "Your password was changed – Vestibule");
    assert!(
        notice.text.contains("Firefox on Windows")
            && notice.text.contains("22 November 2026, 12:00 UTC"),
        "{}",
        notice.text
    );
    browser
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn reset_ends_every_session_and_says_why() {
    let app = TestApp::start();
    let [one, two] = [app.register_and_log_in(EMAIL, PASSWORD), app.browser()];
    two.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
    app.browser().post("/password/forgot", &[("email", EMAIL)]);
    let token = app.email_to(EMAIL).token();
    app.browser()
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    for browser in [one, two] {
        let ended = browser.get("/dashboard");
        ended.assert_redirect("/login?next=%2Fdashboard");
        assert_eq!(
            ended.set_cookies("session"),
            ["session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"]
        );
        let login = browser.get("/login?next=%2Fdashboard");
        assert_eq!(
            login.notice(),
            "You were logged out because your password was changed. Log in to continue."
        );
    }
}

#[test]
fn newest_reset_link_works_once_within_an_hour() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    let ask = || {
        browser.post("/password/forgot", &[("email", EMAIL)]);
        app.email_to(EMAIL)
    };
    let [first, second] = [ask(), ask()];
    browser
        .get(&first.path())
        .assert_page(410, "This link no longer works");
    app.advance(Duration::from_mins(59));
    assert_eq!(browser.get(&second.path()).status, 200);
    app.advance(Duration::from_mins(1));
    browser
        .get(&second.path())
        .assert_page(410, "This link no longer works");
    let third = ask();
    let set = |password| browser.reset_password(&third.token(), password);
    set(OTHER_PASSWORD).assert_redirect("/login");
    let again = set("yet another fine password");
    again.assert_page(410, "This link no longer works");
    assert_eq!(
        again.attribute("main form", "action").as_deref(),
        Some("/password/forgot")
    );
    browser
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn malformed_link_is_unusable() {
    let app = TestApp::start();
    for path in [
        "/password/reset",
        "/password/reset?token=",
        "/password/reset?token=x",
    ] {
        app.browser()
            .get(path)
            .assert_page(410, "This link is incomplete");
    }
    let posted = app.browser().post(
        "/password/reset",
        &[("token", &"a".repeat(43)), ("password", PASSWORD)],
    );
    assert_eq!(posted.status, 410);
    assert_eq!(
        app.browser()
            .post("/password/reset", &[("password", PASSWORD)])
            .status,
        410
    );
}

/// Emails without a reset link must leave room for some with one.
#[test]
fn sign_up_notices_leave_room_for_reset_links() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    app.advance(Duration::from_hours(24));
    let asked = |path: &str| {
        app.browser()
            .post(path, &[("email", EMAIL), ("password", OTHER_PASSWORD)]);
        let hers = "subject_id IN (SELECT id FROM users) AND letter IN ('already_registered', \
                    'reset_password')";
        app.home.count("outbox", hers)
    };
    assert_eq!([(); 4].map(|()| asked("/signup")), [1, 2, 2, 2]);
    assert_eq!(asked("/password/forgot"), 3);
    app.advance(Duration::from_hours(1));
    let hours = [(); 5].map(|()| {
        app.advance(Duration::from_hours(1));
        asked("/signup");
        asked("/signup")
    });
    assert_eq!(hours, [5, 7, 7, 7, 7]);
    assert_eq!([(); 4].map(|()| asked("/password/forgot")), [8, 9, 10, 10]);
}

/// Requests that send no reset link must not use up those that do.
#[test]
fn attacker_cannot_use_up_the_owners_links() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    for _ in 0..12 {
        app.browser()
            .post("/verify/resend", &[("email", EMAIL)])
            .assert_redirect("/signup/sent");
    }
    assert_eq!(app.emails_to(EMAIL).len(), 1, "the one of the sign-up");
    for emails in [2, 3, 3] {
        app.browser()
            .post("/password/forgot", &[("email", EMAIL)])
            .assert_redirect("/password/sent");
        assert_eq!(app.emails_to(EMAIL).len(), emails);
    }
    let token = app.email_to(EMAIL).token();
    app.browser()
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
}

#[test]
fn pending_sign_up_gets_the_confirmation_link() {
    let app = TestApp::start();
    let browser = app.browser();
    browser.sign_up(EMAIL, PASSWORD);
    let first = app.email_to(EMAIL);
    browser
        .post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    let second = app.email_to(EMAIL);
    assert_eq!(second.subject, first.subject);
    assert_eq!(browser.get(&first.path()).status, 410);
    browser
        .post("/verify", &[("token", &second.token())])
        .assert_redirect("/dashboard");
}

#[test]
fn unknown_address_gets_same_response_without_email() {
    let app = TestApp::start();
    app.browser()
        .post("/password/forgot", &[("email", "nobody@example.org")])
        .assert_redirect("/password/sent");
    assert!(app.emails().is_empty());
    let page = app.browser().post("/password/forgot", &[("email", "")]);
    page.assert_page(422, "Error: Forgot your password?");
    assert_eq!(page.errors(), ["Enter your email address"]);
}

/// CVE-2023-7028: an array of two addresses once sent emails to both.
#[test]
fn cve_2023_7028_two_addresses_in_one_form_are_rejected() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    let before = app.emails().len();
    let response = app.browser().post_raw(
        "/password/forgot",
        "email=ada%40example.org&email=eve%40evil.example",
    );
    response.assert_page(400, "Something was wrong with that request");
    let listed = app.browser().post_raw(
        "/password/forgot",
        "email[]=ada%40example.org&email[]=eve%40evil.example",
    );
    assert_eq!(listed.status, 400);
    assert_eq!(app.emails().len(), before);
}

/// GHSA-2wmj-46rj-qm2w: a link built from a request's headers once led to the attacker's host.
#[test]
fn ghsa_2wmj_46rj_qm2w_links_ignore_request_headers() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-forwarded-proto", "https"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    assert_eq!(
        app.browser()
            .send(
                "POST",
                "/password/forgot",
                &headers,
                "email=ada%40example.org"
            )
            .status,
        303
    );
    let message = app.email_to(EMAIL);
    assert!(
        message.links[0].starts_with(&format!("{}/password/reset?token=", app.public_url)),
        "{:?}",
        message.links
    );
    assert!(
        !format!("{}{}{}", message.text, message.html, message.headers).contains("evil.example")
    );
}

/// CVE-2026-18963: a reset once went on without the emailed link.
#[test]
fn cve_2026_18963_only_the_token_in_request_sets_password() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    browser.post("/password/forgot", &[("email", EMAIL)]);
    let message = app.email_to(EMAIL);
    browser.get(&message.path());
    let fields = [
        ("password", OTHER_PASSWORD),
        ("email", EMAIL),
        ("user", EMAIL),
    ];
    assert_eq!(browser.post("/password/reset", &fields).status, 410);
    assert_eq!(browser.log_in(EMAIL, OTHER_PASSWORD).status, 422);
    // A query does not fill the form either.
    assert_eq!(
        browser
            .post(&message.path(), &[("password", OTHER_PASSWORD)])
            .status,
        410
    );
}

#[test]
fn one_of_two_parallel_resets_wins() {
    const THIRD_PASSWORD: &str = "pebble orbit cinnamon";
    let app = TestApp::start_with(|settings| {
        settings.edge.workers = Some(4);
        settings.limits = false;
    });
    app.register(EMAIL, PASSWORD);
    let mut outcomes = Outcomes::of(&[(303, 410), (410, 303)]);
    while let Some(round) = outcomes.next_round() {
        app.browser().post("/password/forgot", &[("email", EMAIL)]);
        let token = app.email_to(EMAIL).token();
        let set = |password: &'static str, requests_before: usize| {
            let (browser, token) = (app.browser(), token.clone());
            Box::new(move || {
                let_go_first(&browser, requests_before);
                let form = [("token", token.as_str()), ("password", password)];
                browser.post("/password/reset", &form).status
            }) as Box<dyn FnOnce() -> u16 + Send>
        };
        let (one_waits, other_waits) = head_starts(round);
        let statuses = at_once(vec![
            set(OTHER_PASSWORD, one_waits),
            set(THIRD_PASSWORD, other_waits),
        ]);
        outcomes.record((statuses[0], statuses[1]));
        let [right, wrong] = if statuses[0] == 303 {
            [OTHER_PASSWORD, THIRD_PASSWORD]
        } else {
            [THIRD_PASSWORD, OTHER_PASSWORD]
        };
        app.log_in(EMAIL, right);
        assert_eq!(app.browser().log_in(EMAIL, wrong).status, 422);
        // Each look at the mailbox reads all of it.
        app.clear_mailbox();
    }
}
