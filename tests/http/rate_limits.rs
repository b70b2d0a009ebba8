//! Every rate limit through the front door: each window allows its number of events, rejects the
//! next one until it has passed, and then allows another. One test for each `Limit` of
//! `accounts::rate_limits`.

use std::time::Duration;

use serde_json::Value;
use vestibule::clock::Timestamp;

use crate::support::{
    Browser, OTHER_PASSWORD, PASSWORD, Response, TestApp, Tokens, behind_a_proxy,
};

const EMAIL: &str = "ada@example.org";
const OTHER: &str = "eve@example.org";
const WRONG: &str = "wrong velvet onion";
const WEAK: &str = "password1";
/// The address of a client, from the proxy.
const CLIENT: &str = "203.0.113.7";

const RESET: &str = "Reset your password – Vestibule";
const CHOOSE: &str = "Choose a password – Vestibule";
const CODES_LOCKED: &str = "Codes are turned off on new devices – Vestibule";
const REUSED: &str = "An app was logged out – Vestibule";

const TICK: Duration = Duration::from_millis(1);
const TEN_MINUTES: Duration = Duration::from_mins(10);
/// The longest wait after consecutive failures.
const BACK_OFF: Duration = Duration::from_mins(15);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const WEEK: Duration = Duration::from_hours(7 * 24);

/// Asserts that a limit with these windows, the shortest first, holds for `event`, which returns
/// true if it took effect. Each window is the number of events that it allows, and its length.
#[track_caller]
fn assert_limit(app: &TestApp, windows: &[(usize, Duration)], mut event: impl FnMut() -> bool) {
    let (per_round, round) = *windows.first().expect("a window");
    let (most, longest) = *windows.last().expect("a window");
    let end = app.clock.now() + longest;
    for number in 0..most {
        if number > 0 && number.is_multiple_of(per_round) {
            assert_limited_until(app, app.clock.now() + round, &mut event);
        }
        assert!(event(), "event {} of {most}", number + 1);
    }
    assert_limited_until(app, end, &mut event);
    assert!(event(), "after {longest:?}");
}

/// Asserts that `event` has no effect now and until `time`, to which the clock moves.
#[track_caller]
fn assert_limited_until(app: &TestApp, time: Timestamp, event: &mut impl FnMut() -> bool) {
    assert!(!event(), "one event too many");
    app.advance(time.since(app.clock.now()).saturating_sub(TICK));
    assert!(!event(), "too early");
    app.advance(TICK);
}

/// Returns false if the request was rate-limited. Otherwise it must have this status.
#[track_caller]
fn is_allowed(response: &Response, status: u16) -> bool {
    assert!(
        [status, 429].contains(&response.status),
        "{}",
        response.body
    );
    response.status == status
}

/// Returns true if `EMAIL` got an email with this subject since the last call. Empties the mailbox,
/// because a look at it composes every email.
fn gets_email(app: &TestApp, subject: &str) -> bool {
    let emails = app.emails_to(EMAIL);
    app.clear_mailbox();
    emails.iter().any(|message| message.subject == subject)
}

/// Logs in with a wrong password, and waits as told, until so many passwords were compared.
fn fail(app: &TestApp, browser: &Browser, times: usize) {
    for _ in 0..times {
        let mut response = browser.log_in(EMAIL, WRONG);
        if response.status == 429 {
            let seconds = response.header("retry-after").parse().expect("seconds");
            app.advance(Duration::from_secs(seconds));
            response = browser.log_in(EMAIL, WRONG);
        }
        assert_eq!(response.status, 422, "{}", response.body);
    }
}

/// Presents a refresh token that is two exchanges old, which needs no time to pass.
fn reuse_refresh_token(app: &TestApp) {
    let first = app.tokens(EMAIL, PASSWORD);
    let second = Tokens::of(&app.refresh(&first.refresh));
    Tokens::of(&app.refresh(&second.refresh));
    app.refresh(&first.refresh)
        .assert_problem(401, "invalid_refresh_token");
}

#[test]
fn link_requests_of_a_network_are_limited() {
    let app = TestApp::start_with(behind_a_proxy);
    let client = app.browser().at(CLIENT);
    assert_limit(&app, &[(30, TEN_MINUTES), (300, DAY)], || {
        is_allowed(&client.post("/verify/resend", &[("email", EMAIL)]), 303)
    });
}

/// If a proxy reports no client address, all its clients would share one limit. One client could
/// then block the others.
#[test]
fn a_trusted_proxy_never_counts_as_a_client() {
    let app = TestApp::start_with(behind_a_proxy);
    let request = |browser: &Browser| browser.post("/verify/resend", &[("email", EMAIL)]).status;
    for browser in [
        app.browser(),
        app.browser().at("unknown"),
        app.browser().at("127.0.0.1"),
    ] {
        for number in 0..32 {
            assert_eq!(request(&browser), 303, "{number}");
        }
    }
    for spelling in ["[2001:db8::7]", "[2001:db8::8]:4711", "2001:db8::9"] {
        for _ in 0..10 {
            assert_eq!(request(&app.browser().at(spelling)), 303);
        }
    }
    assert_eq!(
        request(&app.browser().at("2001:db8::1")),
        429,
        "the same network"
    );
}

#[test]
fn emails_to_an_address_are_limited() {
    let app = TestApp::start();
    app.person(EMAIL);
    // The email of the sign-up counts.
    app.advance(DAY);
    assert_limit(&app, &[(3, HOUR), (10, DAY)], || {
        app.browser()
            .post("/password/forgot", &[("email", EMAIL)])
            .assert_redirect("/password/sent");
        gets_email(&app, RESET)
    });
}

#[test]
fn emails_about_repeated_sign_ups_are_limited() {
    let app = TestApp::start();
    app.person(EMAIL);
    app.advance(DAY);
    assert_limit(&app, &[(2, HOUR), (7, DAY)], || {
        let form = [("email", EMAIL), ("password", OTHER_PASSWORD)];
        app.browser()
            .post("/signup", &form)
            .assert_redirect("/signup/sent");
        gets_email(&app, "You already have an account – Vestibule")
    });
}

#[test]
fn emails_about_a_wanted_address_are_limited() {
    let app = TestApp::start();
    app.person(EMAIL);
    app.advance(DAY);
    let other = app.register_and_log_in_remembered(OTHER, PASSWORD);
    // Few enough for the limit of the other account's changes.
    assert_limit(&app, &[(2, HOUR), (7, DAY)], || {
        let form = [("email", EMAIL), ("current_password", PASSWORD)];
        other
            .post("/account/email", &form)
            .assert_redirect("/account/email");
        gets_email(&app, "Someone tried to use your address – Vestibule")
    });
}

#[test]
fn address_changes_of_an_account_are_limited() {
    let app = TestApp::start();
    let browser = app.register_and_log_in_remembered(EMAIL, PASSWORD);
    let mut number = 0;
    assert_limit(&app, &[(5, HOUR), (20, DAY)], || {
        number += 1;
        let email = format!("ada{number}@example.net");
        let form = [("email", email.as_str()), ("current_password", PASSWORD)];
        is_allowed(&browser.post("/account/email", &form), 303)
    });
}

#[test]
fn notices_of_new_devices_are_limited() {
    let app = TestApp::start();
    app.person(EMAIL);
    assert_limit(&app, &[(20, HOUR), (50, DAY)], || {
        app.log_in(EMAIL, PASSWORD);
        gets_email(&app, "New login to your account – Vestibule")
    });
}

#[test]
fn sign_ups_of_a_network_are_limited() {
    let app = TestApp::start_with(behind_a_proxy);
    let client = app.browser().at(CLIENT);
    let mut number = 0;
    assert_limit(&app, &[(20, HOUR)], || {
        number += 1;
        let email = format!("ada{number}@example.org");
        let form = [("email", email.as_str()), ("password", PASSWORD)];
        is_allowed(&client.post("/signup", &form), 303)
    });
}

#[test]
fn wrong_passwords_of_a_network_are_limited() {
    let app = TestApp::start_with(behind_a_proxy);
    let client = app.browser().at(CLIENT);
    let mut number = 0;
    assert_limit(&app, &[(30, TEN_MINUTES)], || {
        number += 1;
        let email = format!("ada{number}@example.org");
        is_allowed(&client.log_in(&email, WRONG), 422)
    });
}

/// A known device and an unknown one count their failures separately. So one of them may always try
/// at once.
#[test]
fn notices_of_failed_logins_are_limited() {
    let app = TestApp::start();
    let browsers = [app.register(EMAIL, PASSWORD), app.browser()];
    for browser in &browsers {
        fail(&app, browser, 19);
    }
    app.advance(BACK_OFF);
    let mut turns = browsers.iter().cycle();
    assert_limit(&app, &[(1, DAY)], || {
        let browser = turns.next().expect("no end");
        assert_eq!(browser.log_in(EMAIL, WRONG).status, 422);
        gets_email(&app, "Failed login attempts – Vestibule")
    });
}

#[test]
fn notices_of_a_lockout_are_limited() {
    let app = TestApp::start();
    app.person(EMAIL);
    let attacker = app.browser();
    fail(&app, &attacker, 99);
    app.advance(BACK_OFF);
    // The first failure begins the lockout. Later attempts remind of it.
    assert_limit(&app, &[(1, WEEK)], || {
        attacker.log_in(EMAIL, WRONG);
        gets_email(&app, "Login to your account is restricted – Vestibule")
    });
}

#[test]
fn new_tokens_of_an_account_are_limited() {
    let app = TestApp::start();
    let browser = app.register_and_log_in_remembered(EMAIL, PASSWORD);
    assert_limit(&app, &[(20, HOUR), (50, DAY)], || {
        let form = [
            ("name", "Backup"),
            ("days", "7"),
            ("current_password", PASSWORD),
        ];
        let response = browser.post("/account/tokens", &form);
        // An account has at most 50 tokens, whatever the time.
        app.home.sql("DELETE FROM personal_tokens");
        is_allowed(&response, 303)
    });
}

#[test]
fn exports_of_an_account_are_limited() {
    let app = TestApp::start();
    let browser = app.register_and_log_in_remembered(EMAIL, PASSWORD);
    assert_limit(&app, &[(10, HOUR), (20, DAY)], || {
        let form = [("current_password", PASSWORD)];
        is_allowed(&browser.post("/account/export", &form), 200)
    });
}

#[test]
fn profile_changes_of_an_account_are_limited() {
    let app = TestApp::start();
    let browser = app.register_and_log_in_remembered(EMAIL, PASSWORD);
    let mut number = 0;
    assert_limit(&app, &[(60, HOUR)], || {
        number += 1;
        let name = format!("Ada {number}");
        is_allowed(&browser.post("/account/profile", &[("name", &name)]), 303)
    });
}

#[test]
fn new_passwords_of_an_account_are_limited() {
    let app = TestApp::start();
    let browser = app.register_and_log_in_remembered(EMAIL, PASSWORD);
    assert_limit(&app, &[(30, HOUR), (60, DAY)], || {
        let form = [("current_password", PASSWORD), ("password", WEAK)];
        is_allowed(&browser.post("/account/password", &form), 422)
    });
}

/// The link lives for a day, so its limit of a day can't be used up and then pass.
#[test]
fn new_passwords_of_a_sign_up_are_limited() {
    let app = TestApp::start();
    for password in [PASSWORD, OTHER_PASSWORD] {
        let form = [("email", EMAIL), ("password", password)];
        app.browser().post("/signup", &form);
    }
    let token = app.email_about(EMAIL, CHOOSE).token();
    assert_limit(&app, &[(30, HOUR)], || {
        let form = [("token", token.as_str()), ("password", WEAK)];
        is_allowed(&app.browser().post("/verify", &form), 422)
    });
}

/// The link lives for an hour, and the next link has its own limit.
#[test]
fn new_passwords_of_a_reset_link_are_limited() {
    let app = TestApp::start();
    app.person(EMAIL);
    let next_token = || app.reset_token(EMAIL);
    let is_judged = |token: &str| {
        let form = [("token", token), ("password", WEAK)];
        is_allowed(&app.browser().post("/password/reset", &form), 422)
    };
    let token = next_token();
    for number in 1..=30 {
        assert!(is_judged(&token), "event {number} of 30");
    }
    assert!(!is_judged(&token));
    app.advance(HOUR.saturating_sub(TICK));
    assert!(!is_judged(&token), "too early");
    assert!(is_judged(&next_token()));
}

#[test]
fn notices_of_reused_tokens_are_limited() {
    let app = TestApp::start();
    app.person(EMAIL);
    assert_limit(&app, &[(20, HOUR), (50, DAY)], || {
        reuse_refresh_token(&app);
        gets_email(&app, REUSED)
    });
}

#[test]
fn changes_of_the_second_step_are_limited() {
    let app = TestApp::start();
    let browser = app.register_and_log_in_remembered(EMAIL, PASSWORD);
    let authenticator = app.add_authenticator(&browser);
    // The app counted, too.
    app.advance(DAY);
    assert_limit(&app, &[(20, HOUR), (50, DAY)], || {
        let form = [
            ("current_password", PASSWORD),
            ("code", &authenticator.code(&app)),
        ];
        is_allowed(
            &browser.post("/account/security/recovery-codes", &form),
            303,
        )
    });
}

#[test]
fn invitations_of_all_administrators_are_limited() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    app.register(OTHER, PASSWORD);
    app.home.sql("UPDATE users SET is_admin = TRUE");
    let admins = [EMAIL, OTHER].map(|email| app.log_in(email, PASSWORD));
    let mut number = 0;
    assert_limit(&app, &[(200, HOUR)], || {
        number += 1;
        let admin = &admins[number % 2];
        let address = format!("p{number}@example.net");
        let page = admin.post("/admin/invitations", &[("addresses", &address)]);
        if page.status == 422 || page.status == 200 && page.text("h1") != "Invitations" {
            // The reauthentication is older than ten minutes.
            let form = [
                ("addresses", &address[..]),
                ("confirmed", "on"),
                ("current_password", PASSWORD),
            ];
            return admin
                .post("/admin/invitations", &form)
                .text(".results")
                .contains("Invitation sent");
        }
        page.text(".results").contains("Invitation sent")
    });
}

#[test]
fn requests_to_remove_a_second_step_are_limited() {
    let app = TestApp::start();
    let (session, _) = app.with_second_step(EMAIL);
    assert_limit(&app, &[(3, Duration::from_hours(30 * 24))], || {
        let asked = app
            .at_second_step(EMAIL)
            .post("/login/lost-second-step", &[]);
        session.post("/second-step/keep", &[]);
        is_allowed(&asked, 303)
    });
}

#[test]
fn notices_of_a_lockout_of_codes_are_limited() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    assert_limit(&app, &[(1, WEEK)], || {
        let send_wrong_code = || {
            let wrong = authenticator.wrong_code(&app);
            app.at_second_step(EMAIL).send_code(&wrong).status
        };
        send_wrong_code();
        app.home
            .sql("UPDATE login_failures SET consecutive = 49, last_at = 0");
        assert_eq!(send_wrong_code(), 422);
        gets_email(&app, CODES_LOCKED)
    });
}

#[test]
fn deleted_account_takes_its_counts_along() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.log_in(EMAIL, PASSWORD);
    browser.create_token("Backup");
    reuse_refresh_token(&app);
    for (path, form) in [
        ("/account/profile", &[("name", "Ada")][..]),
        ("/account/email", &[("email", "new@example.org")]),
        (
            "/account/password",
            &[("current_password", PASSWORD), ("password", WEAK)],
        ),
    ] {
        assert_ne!(browser.post(path, form).status, 429, "{path}");
    }
    let file = browser.post("/account/export", &[]).json();
    for counted in [
        "counted_address_changes",
        "counted_login_notices",
        "counted_exports",
        "counted_new_access_tokens",
        "counted_profile_changes",
        "counted_new_passwords",
        "counted_reuse_notices",
    ] {
        assert_ne!(file[counted][0], Value::Null, "{counted}");
    }
    let counts = || app.home.count("throttles", "TRUE");
    let before = counts();
    browser
        .post("/account/delete", &[("current_password", PASSWORD)])
        .assert_redirect("/");
    assert_eq!(before - counts(), 7, "one for each of them");
}
