//! An attacker signs up with the victim's address, and wants access once the owner has confirmed
//! it.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::json;

use super::{ATTACKER, ELSEWHERE, HOME, VICTIM, app, sign_up};
use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, TestApp, at_once};

const PLANTED: &str = "planted marble compass";
const OWN: &str = "pebble orbit cinnamon";
const CHANGED: &str = "Your password was changed – Vestibule";
const RESET: &str = "Reset your password – Vestibule";

/// Opens the newest email as the owner. Whatever its link does, the account must not have the
/// attacker's password and name.
#[track_caller]
fn assert_owner_chooses(app: &TestApp) {
    let owner = app.browser().at(HOME);
    let message = app.email_to(VICTIM);
    owner
        .get(&message.path())
        .assert_page(200, "Choose a password");
    let token = message.token();
    assert_eq!(
        owner.post("/verify", &[("token", &token)]).status,
        422,
        "a password is asked for"
    );
    owner
        .post("/verify", &[("token", &token), ("password", OWN)])
        .assert_redirect("/login");
    for planted in [PLANTED, OTHER_PASSWORD] {
        assert_eq!(
            app.browser().at(ELSEWHERE).log_in(VICTIM, planted).status,
            422
        );
    }
    owner.log_in(VICTIM, OWN).assert_redirect("/dashboard");
    assert!(
        !owner.get("/account/profile").body.contains("Mallory"),
        "the name is dropped, too"
    );
}

#[test]
fn rate_limited_sign_up_drops_planted_password() {
    let app = app();
    let attacker = app.browser().at(ELSEWHERE);
    assert_eq!(sign_up(&attacker, VICTIM, PLANTED, "Mallory"), 303);
    for _ in 0..2 {
        attacker.post("/verify/resend", &[("email", VICTIM)]);
    }
    assert_eq!(
        sign_up(&app.browser().at(HOME), VICTIM, OTHER_PASSWORD, ""),
        303
    );
    assert_eq!(
        app.emails_to(VICTIM).len(),
        3,
        "no further email may be sent"
    );
    assert_owner_chooses(&app);
}

/// The network of both has reached the limit of sign-ups. The owner sees an error, and finds the
/// attacker's link.
#[test]
fn planted_password_is_dropped_despite_the_network_limit() {
    let app = app();
    let attacker = app.browser().at(HOME);
    assert_eq!(sign_up(&attacker, VICTIM, PLANTED, "Mallory"), 303);
    for number in 0..19 {
        assert_eq!(
            sign_up(
                &attacker,
                &format!("other{number}@example.org"),
                PLANTED,
                ""
            ),
            303
        );
    }
    assert_eq!(
        sign_up(&app.browser().at(HOME), VICTIM, OTHER_PASSWORD, ""),
        429
    );
    assert_owner_chooses(&app);
}

/// Requests that send nothing once used up the address's emails before the first sign-up.
#[test]
fn planted_password_is_dropped_by_silent_sign_up() {
    let app = app();
    let attacker = app.browser().at(ELSEWHERE);
    for _ in 0..10 {
        attacker.post("/verify/resend", &[("email", VICTIM)]);
    }
    assert_eq!(sign_up(&attacker, VICTIM, PLANTED, "Mallory"), 303);
    assert_eq!(
        sign_up(&app.browser().at(HOME), VICTIM, OTHER_PASSWORD, ""),
        303
    );
    assert_owner_chooses(&app);
}

#[test]
fn planted_password_is_dropped_by_api_sign_up() {
    let app = app();
    let attacker = app.browser().at(ELSEWHERE);
    assert_eq!(sign_up(&attacker, VICTIM, PLANTED, "Mallory"), 303);
    for _ in 0..2 {
        attacker.post("/verify/resend", &[("email", VICTIM)]);
    }
    let body = json!({ "email": VICTIM, "password": OTHER_PASSWORD });
    assert_eq!(app.program().post("/api/v1/signup", &body).status, 202);
    assert_owner_chooses(&app);
}

/// Confirms the attacker's sign-up as the victim, and creates an API token as the attacker. Returns
/// the token, and the browser of the owner, who requests a reset.
fn account_with_a_planted_token(app: &TestApp) -> (String, Browser) {
    let attacker = app.register_and_log_in(VICTIM, PLANTED);
    let token = attacker.create_token("Planted");
    let owner = app.browser().at(HOME);
    owner
        .post("/password/forgot", &[("email", VICTIM)])
        .assert_redirect("/password/sent");
    (token, owner)
}

#[test]
fn planted_token_is_revoked_by_the_first_reset() {
    let app = app();
    let (token, owner) = account_with_a_planted_token(&app);
    let reset = app.email_about(VICTIM, RESET);
    let page = owner.get(&reset.path());
    assert!(
        page.body.contains("Keep the API tokens of this account"),
        "{}",
        page.body
    );
    assert_eq!(page.attribute("#keep_tokens", "checked"), None, "unticked");
    owner
        .reset_password(&reset.token(), OWN)
        .assert_redirect("/login");
    app.program_with(&token)
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    let message = app.email_about(VICTIM, CHANGED);
    assert!(
        message
            .text
            .contains("We also revoked 1 API token:\n\u{2068}Planted\u{2069}.\n"),
        "{}",
        message.text
    );
}

#[test]
fn planted_token_is_revoked_by_first_api_reset() {
    for (keep, status) in [
        (json!({}), 401),
        (json!({ "keep_tokens": false }), 401),
        (json!({ "keep_tokens": true }), 200),
    ] {
        let app = app();
        let (token, _) = account_with_a_planted_token(&app);
        let mut body = keep;
        body["token"] = app.email_about(VICTIM, RESET).token().into();
        body["password"] = OWN.into();
        assert_eq!(
            app.program().post("/api/v1/password/reset", &body).status,
            204
        );
        assert_eq!(app.program_with(&token).get("/api/v1/me").status, status);
    }
}

#[test]
fn later_resets_keep_api_tokens() {
    let app = app();
    let reset = |keep: &str| {
        app.advance(Duration::from_hours(1));
        app.browser()
            .at(HOME)
            .post("/password/forgot", &[("email", VICTIM)]);
        let token = app.email_about(VICTIM, RESET).token();
        let form = [
            ("token", token.as_str()),
            ("password", OWN),
            ("keep_tokens", keep),
        ];
        app.browser()
            .at(HOME)
            .post("/password/reset", &form)
            .assert_redirect("/login");
    };
    let (token, _) = account_with_a_planted_token(&app);
    reset("on");
    assert!(
        app.email_about(VICTIM, CHANGED)
            .text
            .contains("1 API token still works")
    );
    reset("");
    assert_eq!(
        app.program_with(&token).get("/api/v1/me").status,
        200,
        "its owner has been in since the first"
    );

    let other = app.register_and_log_in(ATTACKER, PASSWORD);
    let token = other.create_token("Own");
    app.advance(Duration::from_hours(24));
    other.post("/password/forgot", &[("email", ATTACKER)]);
    let reset = app.email_about(ATTACKER, RESET);
    assert!(!other.get(&reset.path()).body.contains("API tokens"));
    other
        .reset_password(&reset.token(), OWN)
        .assert_redirect("/login");
    assert_eq!(
        app.program_with(&token).get("/api/v1/me").status,
        200,
        "no young account"
    );
}

/// An attacker with a session, but without the password, once used up the owner's attempts at the
/// emailed link.
#[test]
fn spent_password_tries_keep_no_owner_from_resetting() {
    let app = app();
    let attacker = app.register_and_log_in(VICTIM, PLANTED);
    let mut last = 0;
    for current in ["", PLANTED].repeat(40) {
        let form = [("current_password", current), ("password", "password1234")];
        last = attacker.post("/account/password", &form).status;
    }
    assert_eq!(last, 429, "the tries of the account are spent");
    let owner = app.browser().at(HOME);
    owner
        .post("/password/forgot", &[("email", VICTIM)])
        .assert_redirect("/password/sent");
    let token = app.email_about(VICTIM, RESET).token();
    owner.reset_password(&token, OWN).assert_redirect("/login");
    attacker
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
}

/// "Resend" for an address without an account once used up the emails of its first sign-up,
/// silently and for a day.
#[test]
fn unconfirmable_sign_up_gets_its_first_email() {
    let app = app();
    let attacker = app.browser().at(ELSEWHERE);
    for path in ["/verify/resend", "/password/forgot"].repeat(10) {
        attacker.post(path, &[("email", VICTIM)]);
    }
    let owner = app.browser().at(HOME);
    assert_eq!(sign_up(&owner, VICTIM, OWN, ""), 303);
    owner
        .post("/verify", &[("token", &app.email_to(VICTIM).token())])
        .assert_redirect("/dashboard");
    owner.log_in(VICTIM, OWN).assert_redirect("/dashboard");
}

/// Changes of address to a free one once used up its emails. Ten a day kept its owner from
/// confirming a sign-up.
#[test]
fn address_changes_leave_a_new_owner_an_email() {
    let app = app();
    let attacker = app.register_and_log_in(ATTACKER, PLANTED);
    for _ in 0..8 {
        app.advance(Duration::from_hours(1));
        for _ in 0..2 {
            let form = [("email", VICTIM), ("current_password", PLANTED)];
            attacker
                .post("/account/email", &form)
                .assert_redirect("/account/email");
        }
    }
    let owner = app.browser().at(HOME);
    assert_eq!(sign_up(&owner, VICTIM, OWN, ""), 303);
    owner
        .post("/verify", &[("token", &app.email_to(VICTIM).token())])
        .assert_redirect("/dashboard");
    owner.log_in(VICTIM, OWN).assert_redirect("/dashboard");
}

/// Two logins at once waited for each other on PostgreSQL. Each ends the other account's session
/// and makes room for its own.
#[test]
fn crossed_logins_do_not_wait_for_each_other() {
    let app = TestApp::start_with(|settings| {
        settings.edge.workers = Some(4);
        settings.limits = false;
    });
    let [mut ada, mut eve] = [VICTIM, ATTACKER].map(|email| {
        let mut full = VecDeque::from([app.register_and_log_in(email, PASSWORD)]);
        full.extend((1..50).map(|_| {
            app.advance(Duration::from_secs(1));
            app.log_in(email, PASSWORD)
        }));
        full
    });
    for round in 0..20 {
        app.advance(Duration::from_secs(1));
        // Each account's longest idle session, which gives way to the fifty-first.
        let (from_ada, from_eve) = (ada.pop_front().expect("50"), eve.pop_front().expect("50"));
        let crossing = |browser: Browser, email: &'static str| {
            let crossed = move || (browser.log_in(email, PASSWORD).status, browser);
            Box::new(crossed) as Box<dyn FnOnce() -> (u16, Browser) + Send>
        };
        let mut crossed = at_once(vec![
            crossing(from_ada, ATTACKER),
            crossing(from_eve, VICTIM),
        ]);
        assert_eq!((crossed[0].0, crossed[1].0), (303, 303), "round {round}");
        ada.push_back(crossed.remove(1).1);
        eve.push_back(crossed.remove(0).1);
    }
}
