//! The second step under concurrent requests. One code, one recovery code and one pending login
//! open one session, however many requests send them at once.

use std::time::Duration;

use crate::support::races::rounds;
use crate::support::{Browser, TestApp, at_once};

const EMAIL: &str = "ada@example.org";
const AT_ONCE: usize = 20;

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
