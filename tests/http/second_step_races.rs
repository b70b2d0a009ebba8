//! The second step under concurrent requests. One code, one recovery code and one pending login
//! open one session, however many requests send them at once.

use std::time::Duration;

use vestibule::config::SecondFactorPolicy;

use crate::support::races::{Outcomes, both, rounds};
use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, TestApp, at_once, eventually};

const EMAIL: &str = "ada@example.org";
const AT_ONCE: usize = 20;
/// Stands for a code that opened no session.
const REJECTED: u16 = 0;

fn app() -> TestApp {
    TestApp::start_with(|settings| {
        settings.limits = false;
        settings.edge.workers = Some(4);
    })
}

/// Sends a code in each browser at the same moment. Returns the number of sessions that it opened.
fn sessions_opened(browsers: Vec<Browser>, code: &str) -> usize {
    let send = |browser: Browser| {
        let code = code.to_owned();
        Box::new(move || browser.send_code(&code).header("location") == "/dashboard")
            as Box<dyn FnOnce() -> bool + Send>
    };
    let opened = at_once(browsers.into_iter().map(send).collect());
    opened.into_iter().filter(|opened| *opened).count()
}

/// Returns browsers that share one pending login.
fn with_one_pending_login(app: &TestApp, email: &str) -> Vec<Browser> {
    let first = app.at_second_step(email);
    let secret = first.cookie("login").expect("a pending login");
    let copies = (1..AT_ONCE).map(|_| {
        let copy = app.browser();
        copy.set_cookie("login", &secret);
        copy
    });
    copies.chain([first]).collect()
}

#[test]
fn one_code_opens_one_session() {
    let app = app();
    let (_, authenticator) = app.with_second_step(EMAIL);
    for _ in 0..rounds() {
        let code = authenticator.next_code(&app);
        // All unknown devices together have at most five pending logins.
        let browsers = (0..5).map(|_| app.at_second_step(EMAIL)).collect();
        assert_eq!(sessions_opened(browsers, &code), 1);
    }
}

#[test]
fn one_pending_login_opens_one_session() {
    let app = app();
    let (_, authenticator) = app.with_second_step(EMAIL);
    for _ in 0..rounds() {
        let code = authenticator.next_code(&app);
        assert_eq!(
            sessions_opened(with_one_pending_login(&app, EMAIL), &code),
            1
        );
    }
}

#[test]
fn keycloak_26106_recovery_code_opens_one_session() {
    // keycloak/keycloak#26106, appwrite/appwrite#11692, artifact-keeper/artifact-keeper#1822.
    let app = app();
    let mut codes = Vec::new();
    let mut email = String::new();
    for round in 0..rounds() {
        if codes.is_empty() {
            email = format!("ada{round}@example.org");
            codes = app.with_second_step(&email).1.recovery_codes;
        }
        let code = codes.pop().expect("a code");
        assert_eq!(
            sessions_opened(with_one_pending_login(&app, &email), &code),
            1
        );
    }
}

#[test]
fn projectsend_1704_two_codes_at_once_stay_used() {
    // projectsend/projectsend#1704.
    let app = app();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let at_second_step = || {
        // The newest five stay.
        app.advance(Duration::from_secs(1));
        app.at_second_step(EMAIL)
    };
    for codes in authenticator.recovery_codes.chunks_exact(2) {
        let send = |code: &String| {
            let (browser, code) = (at_second_step(), code.clone());
            Box::new(move || browser.send_code(&code).status) as Box<dyn FnOnce() -> u16 + Send>
        };
        assert_eq!(at_once(codes.iter().map(send).collect()), [303, 303]);
        for code in codes {
            assert_eq!(at_second_step().send_code(code).status, 422);
        }
    }
    assert_eq!(app.home.count("recovery_codes", "used_at IS NOT NULL"), 10);
}

#[test]
fn idenplane_398_wrong_codes_at_once_all_count() {
    // idenplane/idenplane#398: they are counted before they are compared.
    let app = app();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let wrong = authenticator.wrong_code(&app);
    assert_eq!(
        sessions_opened(with_one_pending_login(&app, EMAIL), &wrong),
        0
    );
    assert_eq!(app.home.column("login_failures", "consecutive").len(), 1);
    assert_eq!(app.home.count("login_failures", "consecutive = 20"), 1);
}

#[test]
fn one_passkey_answer_opens_one_session() {
    let app = app();
    let (_, passkey) = app.with_passkey(EMAIL);
    for _ in 0..rounds() {
        let answer = passkey.answer(&app.browser().get("/login"), &app);
        let send = |_| {
            let (browser, answer) = (app.browser(), answer.clone());
            Box::new(move || {
                browser
                    .post("/login/passkey", &[("passkey", &answer)])
                    .status
            }) as Box<dyn FnOnce() -> u16 + Send>
        };
        let statuses = at_once((0..AT_ONCE).map(send).collect());
        let opened = statuses.iter().filter(|status| **status == 303).count();
        assert_eq!(opened, 1, "{statuses:?}");
    }
}

#[test]
fn reset_between_password_and_code_leaves_no_session() {
    let app = app();
    // With the reset first, the browser with the code has to log in again.
    let mut outcomes = Outcomes::of(&[(303, 303), (303, REJECTED)]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("ada{round}@example.org");
        let (_, authenticator) = app.with_second_step(&email);
        let at_step = app.at_second_step(&email);
        let resetting = app.browser();
        let token = app.request_reset(&resetting, &email);
        let code = authenticator.next_code(&app);
        outcomes.record(both(
            round,
            (resetting, |browser| {
                browser.reset_password(&token, OTHER_PASSWORD).status
            }),
            (at_step, |browser| {
                let sent = browser.send_code(&code);
                if sent.header("location") == "/dashboard" {
                    sent.status
                } else {
                    REJECTED
                }
            }),
        ));
        assert_eq!(app.live_sessions(), 0, "round {round}");
        app.clear_mailbox();
    }
}

#[test]
fn one_of_the_last_two_factors_stays() {
    let app = TestApp::start_with(|settings| {
        settings.limits = false;
        settings.edge.workers = Some(4);
        settings.second_factor = SecondFactorPolicy::Required;
    });
    let mut outcomes = Outcomes::of(&[(303, 422), (422, 303)]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("ada{round}@example.org");
        let (browser, _) = app.with_second_step(&email);
        app.add_passkey(&browser);
        let other = app.with_session_of(&browser);
        let page = browser.get("/account/security");
        let removals: Vec<String> = page
            .attributes("form", "action")
            .into_iter()
            .filter(|action| action.ends_with("/remove"))
            .collect();
        assert_eq!(removals.len(), 2, "{removals:?}");
        outcomes.record(both(
            round,
            (browser, |browser| {
                browser.post(&removals[0], &[("confirmed", "on")]).status
            }),
            (other, |browser| {
                browser.post(&removals[1], &[("confirmed", "on")]).status
            }),
        ));
        let user = app.user_id(&email);
        let live = format!("user_id = '{user}' AND removed_at IS NULL");
        let left = app.home.count("totp_credentials", &live) + app.home.count("passkeys", &live);
        assert_eq!(left, 1, "round {round}");
        app.clear_mailbox();
    }
}

#[test]
fn parallel_removal_and_stop_have_one_winner() {
    let app = TestApp::start_with(|settings| {
        settings.limits = false;
        settings.edge.workers = Some(4);
        settings.cleanup_every = Duration::from_millis(5);
    });
    let mut outcomes = Outcomes::of(&[(303, 410), (410, 303)]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("ada{round}@example.org");
        app.with_second_step(&email);
        app.at_second_step(&email)
            .post("/login/lost-second-step", &[])
            .assert_redirect("/login/lost-second-step");
        app.advance(Duration::from_hours(7 * 24));
        let ready = "You can now remove your second step – Vestibule";
        let sent = || {
            app.emails_to(&email)
                .iter()
                .any(|email| email.subject == ready)
        };
        eventually(sent);
        let token = app.email_about(&email, ready).token();
        let keep = app.email_about(&email, "Request to remove your second step – Vestibule");
        let keep = keep.token();
        let (finishing, keeping) = (app.browser(), app.browser());
        let form = [("token", token.as_str()), ("password", PASSWORD)];
        let outcome = both(
            round,
            (finishing, |browser| {
                browser.post("/second-step/remove", &form).status
            }),
            (keeping, |browser| {
                browser
                    .post("/second-step/keep", &[("token", &keep)])
                    .status
            }),
        );
        let user = app.user_id(&email);
        let live = format!("user_id = '{user}' AND removed_at IS NULL");
        let is_kept = app.home.count("totp_credentials", &live) == 1;
        outcomes.record(outcome);
        assert_eq!(is_kept, outcome.0 == 410, "round {round}: {outcome:?}");
        app.clear_mailbox();
    }
}
