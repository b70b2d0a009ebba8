//! Wrong passwords: how often, from where, and that the owner still logs in.
//! `accounts::login_protection` tests the rule itself over random histories.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::json;
use vestibule::accounts::login_protection::{
    BeginOutcome, DeviceKind, LoginAttempt, begin, cancel,
};
use vestibule::values::ClientNetwork;

use crate::support::{
    Browser, OTHER_PASSWORD, PASSWORD, Response, TestApp, at_once, behind_a_proxy,
};

const EMAIL: &str = "ada@example.org";
const UNKNOWN: &str = "nobody@example.org";
const WRONG: &str = "wrong velvet onion";
const MANY: &str = "Failed login attempts – Vestibule";
const OFF: &str = "Login to your account is restricted – Vestibule";

/// Sends wrong passwords from an unknown device until this many were compared. Waits as told.
fn fail_logins(app: &TestApp, email: &str, times: usize) {
    for _ in 0..times {
        let response = app.browser().log_in(email, WRONG);
        if response.status == 429 {
            app.advance(Duration::from_secs(
                response.header("retry-after").parse().expect("seconds"),
            ));
            assert_eq!(app.browser().log_in(email, WRONG).status, 422);
        } else {
            assert_eq!(response.status, 422, "{}", response.body);
        }
    }
}

#[track_caller]
fn assert_wait(response: &Response, seconds: &str) {
    response.assert_page(429, "Error: Log in");
    assert_eq!(response.header("retry-after"), seconds);
}

/// While the server has no time to compare passwords, no login fails because of a wrong one.
#[test]
fn cancelled_attempt_counts_nowhere() {
    let app = TestApp::start();
    let network = ClientNetwork::V4(Ipv4Addr::new(192, 0, 2, 7));
    let attempt = LoginAttempt {
        email_key: Some(EMAIL.to_owned()),
        device_kind: DeviceKind::Unknown,
        network: Some(network),
        at: app.clock.now(),
    };
    // More than one network may have in all. Each transaction has a time limit, so several do it.
    for _ in 0..20 {
        let attempt = attempt.clone();
        app.transaction(move |tx| {
            for _ in 0..25 {
                begin(tx, &attempt)?;
                cancel(tx, &attempt)?;
            }
            Ok(())
        });
    }
    let allowed = app.transaction(move |tx| {
        let is_allowed = |outcome| matches!(outcome, BeginOutcome::Allowed(_));
        (0..6)
            .map(|_| Ok(is_allowed(begin(tx, &attempt)?)))
            .collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(allowed, [true, true, true, true, true, false]);
}

#[test]
fn sixth_attempt_waits_alike_for_all_addresses() {
    let app = TestApp::start();
    app.person(EMAIL);
    app.browser().sign_up("waits@example.org", PASSWORD);
    let responses = [EMAIL, UNKNOWN, "waits@example.org", "NOBODY2@example.org "].map(|email| {
        for _ in 0..5 {
            assert_eq!(app.browser().log_in(email, WRONG).status, 422, "{email}");
        }
        let mut said = Vec::new();
        for seconds in [1, 2, 4] {
            let held = app.browser().log_in(email, PASSWORD);
            assert_wait(&held, &seconds.to_string());
            assert!(held.body.contains("Try again in") && held.body.contains("/password/forgot"));
            let mut names: Vec<_> = held.headers.keys().map(ToString::to_string).collect();
            names.sort();
            let body = held.body_without_id().replace(email, "ADDRESS");
            said.push((body, names));
            app.advance(Duration::from_secs(seconds));
            assert_eq!(app.browser().log_in(email, WRONG).status, 422, "{email}");
        }
        app.advance(Duration::from_mins(10));
        said
    });
    assert!(responses.iter().all(|response| *response == responses[0]));
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn blocked_form_keeps_address_tick_and_target() {
    let app = TestApp::start();
    app.person(EMAIL);
    fail_logins(&app, EMAIL, 5);
    let browser = app.browser();
    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("remember", "on"),
        ("next", "/account/sessions"),
    ];
    let held = browser.post("/login", &form);
    assert_wait(&held, "1");
    assert_eq!(
        (held.value("email"), held.value("next")),
        (EMAIL.to_owned(), "/account/sessions".to_owned())
    );
    assert!(held.attribute("input[name=remember]", "checked").is_some());
    app.advance(Duration::from_secs(1));
    browser
        .post("/login", &form)
        .assert_redirect("/account/sessions");
}

#[test]
fn attempts_are_counted_before_the_comparison() {
    let app = TestApp::start_with(|settings| settings.edge.workers = Some(4));
    app.person(EMAIL);
    let attempt = || {
        Box::new(|| app.browser().log_in(EMAIL, WRONG).status)
            as Box<dyn FnOnce() -> u16 + Send + '_>
    };
    let statuses = at_once((0..20).map(|_| attempt()).collect());
    assert_eq!(
        statuses.iter().filter(|status| **status == 422).count(),
        5,
        "{statuses:?}"
    );
    assert_eq!(app.events("log_in_refused"), 5);
}

#[test]
fn success_resets_the_account_not_the_network() {
    let app = TestApp::start_with(behind_a_proxy);
    app.person(EMAIL);
    for round in 0..6 {
        for _ in 0..4 {
            assert_eq!(
                app.browser().at("203.0.113.7").log_in(EMAIL, WRONG).status,
                422,
                "{round}"
            );
        }
        app.browser()
            .at("203.0.113.7")
            .log_in(EMAIL, PASSWORD)
            .assert_redirect("/dashboard");
    }
    for number in 0..6 {
        assert_eq!(
            app.browser()
                .at("203.0.113.7")
                .log_in(&format!("p{number}@example.org"), WRONG)
                .status,
            422
        );
    }
    assert_wait(
        &app.browser()
            .at("203.0.113.7")
            .log_in("another@example.org", WRONG),
        "600",
    );
    assert_wait(
        &app.browser().at("203.0.113.7").log_in(EMAIL, PASSWORD),
        "600",
    );
    app.browser()
        .at("203.0.113.8")
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    app.advance(Duration::from_mins(10));
    app.browser()
        .at("203.0.113.7")
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn ipv6_prefix_is_one_network() {
    let app = TestApp::start_with(behind_a_proxy);
    for number in 0..30 {
        let address = format!("2001:db8:1:2:{number:x}::{number:x}");
        assert_eq!(
            app.browser()
                .at(&address)
                .log_in(&format!("p{number}@example.org"), WRONG)
                .status,
            422
        );
    }
    assert_wait(
        &app.browser()
            .at("2001:db8:1:2:ffff::1")
            .log_in("another@example.org", WRONG),
        "600",
    );
    assert_eq!(
        app.browser()
            .at("2001:db8:1:3::1")
            .log_in("another@example.org", WRONG)
            .status,
        422
    );
}

/// CVE-2025-64526, CVE-2024-47070: a value that the client can vary or spoil must not begin a new
/// count.
#[test]
fn cve_2025_64526_forged_header_and_spelling_evade_no_limit() {
    let app = TestApp::start();
    app.person(EMAIL);
    let spellings = [
        "ada@example.org",
        "ADA@example.org",
        " ada@EXAMPLE.org",
        "Ada@Example.Org ",
    ];
    let forged = [
        "198.51.100.7",
        "nonsense, 198.51.100.8",
        "",
        "127.0.0.1",
        "::1",
    ];
    let statuses: Vec<_> = (0..8)
        .map(|number| {
            app.browser()
                .at(forged[number % forged.len()])
                .log_in(spellings[number % spellings.len()], WRONG)
                .status
        })
        .collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429, 429]);
    let app = TestApp::start();
    let statuses: Vec<_> = (0..32)
        .map(|number| {
            app.browser()
                .at(&format!("198.51.100.{number}"))
                .log_in(&format!("p{number}@example.org"), WRONG)
                .status
        })
        .collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 422).count(),
        30,
        "the peer is no proxy that anybody named"
    );
}

#[test]
fn attacker_does_not_block_a_known_device() {
    let app = TestApp::start();
    let owner = app.register_and_log_in(EMAIL, PASSWORD);
    owner.post("/logout", &[]);
    for _ in 0..5 {
        app.browser().log_in(EMAIL, WRONG);
    }
    for number in 0..40 {
        app.browser()
            .log_in(&format!("p{number}@example.org"), WRONG);
    }
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 429);
    // The owner's own failures, of which ten are free, do not block the owner either.
    for _ in 0..9 {
        assert_eq!(owner.log_in(EMAIL, WRONG).status, 422);
    }
    owner.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
    owner.post("/logout", &[]);
    for _ in 0..10 {
        assert_eq!(owner.log_in(EMAIL, WRONG).status, 422);
    }
    assert_wait(&owner.log_in(EMAIL, PASSWORD), "1");
    for _ in 0..30 {
        app.advance(Duration::from_mins(15));
        assert_eq!(
            owner.log_in(EMAIL, WRONG).status,
            422,
            "never longer than a quarter of an hour, and never off"
        );
    }
    // The device is known to this account only.
    for _ in 0..5 {
        owner.log_in(UNKNOWN, WRONG);
    }
    assert_eq!(owner.log_in(UNKNOWN, WRONG).status, 429);
}

#[test]
fn lockout_lasts_until_reset_or_known_login() {
    let app = TestApp::start();
    let owner = app.register_and_log_in(EMAIL, PASSWORD);
    for ends_by_reset in [true, false] {
        fail_logins(&app, EMAIL, 100);
        for later in [
            Duration::from_mins(15),
            Duration::from_hours(24),
            Duration::from_hours(200 * 24),
        ] {
            app.advance(later);
            let held = app.browser().log_in(EMAIL, PASSWORD);
            held.assert_page(429, "Error: Log in");
            assert!(
                held.body.contains("you can’t log in from this browser"),
                "{}",
                held.body
            );
            app.program()
                .post(
                    "/api/v1/token",
                    &json!({ "email": EMAIL, "password": PASSWORD }),
                )
                .assert_problem(429, "too_many_requests");
        }
        if ends_by_reset {
            let token = app.reset_token(EMAIL);
            app.browser()
                .reset_password(&token, PASSWORD)
                .assert_redirect("/login");
            app.browser()
                .log_in(EMAIL, PASSWORD)
                .assert_redirect("/dashboard");
            // The reset has forgotten the device, too.
            owner.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
        } else {
            owner.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
            // The lockout has become the longest wait.
            assert_wait(&app.browser().log_in(EMAIL, PASSWORD), "900");
            app.advance(Duration::from_mins(15));
            app.browser()
                .log_in(EMAIL, PASSWORD)
                .assert_redirect("/dashboard");
        }
    }
    fail_logins(&app, UNKNOWN, 100);
    app.advance(Duration::from_hours(24));
    assert!(
        app.browser()
            .log_in(UNKNOWN, PASSWORD)
            .body
            .contains("you can’t log in from this browser"),
        "the same for an unknown address"
    );
}

#[test]
fn owner_is_notified_of_failures_and_lockout() {
    let app = TestApp::start();
    app.person(EMAIL);
    let told = |subject: &str| {
        app.emails_to(EMAIL)
            .into_iter()
            .filter(|message| message.subject == subject)
            .count()
    };
    fail_logins(&app, EMAIL, 19);
    assert_eq!(told(MANY), 0);
    fail_logins(&app, EMAIL, 1);
    assert_eq!(told(MANY), 1);
    let message = app.email_about(EMAIL, MANY);
    assert!(
        message
            .text
            .contains("Someone entered a wrong password 20 times"),
        "{}",
        message.text
    );
    fail_logins(&app, EMAIL, 30);
    assert_eq!(told(MANY), 1, "once a day");
    fail_logins(&app, EMAIL, 50);
    assert_eq!(
        (
            told(OFF),
            app.email_about(EMAIL, OFF)
                .text
                .contains("Someone entered a wrong password 100 times")
        ),
        (1, true)
    );
    fail_logins(&app, UNKNOWN, 21);
    assert!(app.emails_to(UNKNOWN).is_empty());

    // After a reset the account can be locked out again in the same week. The owner is notified
    // again.
    let token = app.reset_token(EMAIL);
    app.browser()
        .reset_password(&token, PASSWORD)
        .assert_redirect("/login");
    fail_logins(&app, EMAIL, 100);
    assert_eq!(told(OFF), 2);
}

#[test]
fn nodes_share_counts_and_restart_keeps_them() {
    let app = TestApp::start();
    app.person(EMAIL);
    let other = app.another_node(|_| {});
    for node in [&app, &other, &app, &other, &app] {
        assert_eq!(node.browser().log_in(EMAIL, WRONG).status, 422);
    }
    assert_eq!(other.browser().log_in(EMAIL, PASSWORD).status, 429);
    drop(other);
    let app = app.restart_with(|_| {});
    assert_wait(&app.browser().log_in(EMAIL, PASSWORD), "1");
    let counts = app.home.lines(
        "SELECT key AS line FROM login_failures UNION ALL SELECT key || history FROM throttles",
    );
    assert!(!counts.is_empty());
    assert!(
        counts
            .iter()
            .all(|row| !row.contains("ada") && !row.contains("127.0.0.1")),
        "{counts:?}"
    );
}

#[test]
fn api_reports_the_wait_as_a_problem() {
    let app = TestApp::start();
    app.person(EMAIL);
    let log_in = |password: &str| {
        app.program().post(
            "/api/v1/token",
            &json!({ "email": EMAIL, "password": password }),
        )
    };
    for _ in 0..5 {
        log_in(WRONG).assert_problem(401, "wrong_credentials");
    }
    let held = log_in(PASSWORD);
    held.assert_problem(429, "too_many_requests");
    assert_eq!(held.header("retry-after"), "1");
    app.advance(Duration::from_secs(1));
    app.tokens(EMAIL, PASSWORD);
    // A program keeps no cookie. It is an unknown device each time, even where it has logged in
    // before.
    for _ in 0..5 {
        log_in(WRONG).assert_problem(401, "wrong_credentials");
    }
    log_in(PASSWORD).assert_problem(429, "too_many_requests");
}

/// CVE-2026-9798 (Keycloak) and CVE-2026-43914 (Vaultwarden): a second way to log in had no limit.
#[test]
fn cve_2026_9798_form_and_api_share_one_count() {
    let app = TestApp::start();
    app.person(EMAIL);
    let log_in = || {
        let form = json!({ "email": EMAIL, "password": WRONG });
        app.program().post("/api/v1/token", &form)
    };
    for _ in 0..2 {
        assert_eq!(app.browser().log_in(EMAIL, WRONG).status, 422);
        log_in().assert_problem(401, "wrong_credentials");
    }
    assert_eq!(app.browser().log_in(EMAIL, WRONG).status, 422);
    log_in().assert_problem(429, "too_many_requests");
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 429);
}

#[test]
fn reauthentication_is_limited_and_keeps_input() {
    let app = TestApp::start();
    let owner = app.register_and_log_in(EMAIL, PASSWORD);
    app.log_in(EMAIL, PASSWORD);
    let undo = app.undoable_events().remove(0);
    app.advance(Duration::from_mins(11));
    let change = |browser: &Browser, password: &str| {
        browser.post(
            "/account/email",
            &[("email", "new@example.org"), ("current_password", password)],
        )
    };
    for _ in 0..10 {
        assert_eq!(change(&owner, WRONG).status, 422);
    }
    let held = change(&owner, PASSWORD);
    held.assert_page(429, "Error: Change your email address");
    assert_eq!(
        (held.header("retry-after"), held.value("email").as_str()),
        ("1", "new@example.org")
    );
    assert_eq!(
        held.errors(),
        [
            "There have been too many wrong passwords. Try again in 1 second, or reset your \
             password."
        ]
    );
    for path in [
        "/account/sessions/x/end",
        "/account/sessions/end-others",
        &format!("/account/activity/{undo}/undo"),
        "/account/export",
        "/account/delete",
        "/account/tokens",
        "/account/password",
    ] {
        let form = [
            ("current_password", PASSWORD),
            ("password", OTHER_PASSWORD),
            ("name", "x"),
            ("days", "7"),
        ];
        assert_eq!(owner.post(path, &form).status, 429, "{path}");
    }
    app.advance(Duration::from_secs(1));
    change(&owner, PASSWORD).assert_redirect("/account/email");
    // An attacker with the session's cookie lacks the device's cookie.
    app.advance(Duration::from_mins(11));
    let attacker = app.with_session_of(&owner);
    for _ in 0..5 {
        assert_eq!(change(&attacker, WRONG).status, 422);
    }
    assert_eq!(change(&attacker, PASSWORD).status, 429);
    change(&owner, PASSWORD).assert_redirect("/account/email");
}

#[test]
fn network_has_twenty_sign_ups_an_hour() {
    let app = TestApp::start_with(behind_a_proxy);
    let sign_up = |address: &str, email: &str| {
        let form = [("email", email), ("password", PASSWORD), ("name", "Ada")];
        app.browser().at(address).post("/signup", &form)
    };
    for number in 0..20 {
        sign_up("203.0.113.7", &format!("p{number}@example.org")).assert_redirect("/signup/sent");
    }
    let held = sign_up("203.0.113.7", EMAIL);
    held.assert_page(429, "Error: Create an account");
    assert_eq!(
        (
            held.header("retry-after"),
            held.value("email").as_str(),
            held.value("name").as_str()
        ),
        ("3600", EMAIL, "Ada")
    );
    assert_eq!(
        held.errors(),
        ["There have been too many sign-ups from your network. Try again in 1 hour."]
    );
    let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-for", "203.0.113.7"),
    ];
    app.program()
        .send("POST", "/api/v1/signup", &headers, &body)
        .assert_problem(429, "too_many_requests");
    sign_up("203.0.113.8", EMAIL).assert_redirect("/signup/sent");
    app.advance(Duration::from_hours(1));
    sign_up("203.0.113.7", EMAIL).assert_redirect("/signup/sent");
}

/// After a reset no device is known. The owner's browser that did the reset must still get in.
#[test]
fn reset_lets_its_browser_in_despite_attacks() {
    let app = TestApp::start();
    app.person(EMAIL);
    let owner = app.browser();
    let token = app.request_reset(&owner, EMAIL);
    owner
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    for _ in 0..5 {
        app.browser().log_in(EMAIL, WRONG);
    }
    assert_eq!(app.browser().log_in(EMAIL, OTHER_PASSWORD).status, 429);
    let other = app.browser();
    other.set_cookie("device", &owner.cookie("device").expect("a cookie"));
    owner
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
    // The owner is still notified of it as new. It is known from then on.
    app.email_about(EMAIL, "New login to your account – Vestibule");
    app.advance(Duration::from_hours(48));
    for _ in 0..6 {
        app.browser().log_in(EMAIL, WRONG);
    }
    other
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn malformed_addresses_share_no_counter() {
    let app = TestApp::start();
    for typed in [
        "ada",
        "ada@",
        "grace",
        "@example.org",
        "ada@example@org",
        "ada",
        "ada",
        "x",
    ] {
        let rejected = app.browser().log_in(typed, WRONG);
        assert_eq!(
            (rejected.status, rejected.value("email").as_str()),
            (422, typed)
        );
    }
}

#[test]
fn failures_in_a_known_device_notify_owner() {
    let app = TestApp::start();
    let owner = app.register_and_log_in(EMAIL, PASSWORD);
    owner.post("/logout", &[]);
    for _ in 0..20 {
        assert_eq!(owner.log_in(EMAIL, WRONG).status, 422);
        app.advance(Duration::from_mins(15));
    }
    assert!(
        app.email_about(EMAIL, MANY)
            .text
            .contains("Someone entered a wrong password 20 times")
    );
}

#[test]
fn confirmation_resets_earlier_failures() {
    let app = TestApp::start();
    fail_logins(&app, EMAIL, 100);
    let owner = app.register(EMAIL, PASSWORD);
    owner.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    // The same for an address that an account changes to.
    fail_logins(&app, "new@example.org", 100);
    let owner = app.log_in(EMAIL, PASSWORD);
    let token = app.request_address(&owner, "new@example.org").token();
    owner.post("/account/email/confirm", &[("token", &token)]);
    app.browser()
        .log_in("new@example.org", PASSWORD)
        .assert_redirect("/dashboard");
}

/// The first notice may never have been sent. Each blocked attempt checks for it.
#[test]
fn lockout_notice_repeats_while_attempts_continue() {
    let app = TestApp::start();
    app.person(EMAIL);
    fail_logins(&app, EMAIL, 100);
    let told = || {
        app.emails_to(EMAIL)
            .into_iter()
            .filter(|message| message.subject == OFF)
            .count()
    };
    assert_eq!(told(), 1);
    app.browser().log_in(EMAIL, WRONG);
    assert_eq!(told(), 1);
    app.advance(Duration::from_hours(8 * 24));
    app.browser().log_in(EMAIL, WRONG);
    // The mailbox shows a notice for a day only.
    assert_eq!(told(), 1);
    assert_eq!(app.home.count("outbox", "letter = 'log_in_off'"), 2);
}
