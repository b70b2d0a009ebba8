//! An attacker wants to know which address has an account, or when its owner is online.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{ATTACKER, ELSEWHERE, HOME, VICTIM, app, sign_up};
use crate::support::{OTHER_PASSWORD, PASSWORD, Response, TestApp};

const OWN: &str = "pebble orbit cinnamon";
const WRONG: &str = "wrong velvet onion";

/// Two addresses of one length: one has an account, the other is free.
const TAKEN_AND_FREE: [&str; 2] = ["taken@example.org", "empty@example.org"];

fn shown(response: &Response, email: &str) -> (u16, String) {
    (
        response.status,
        response.body_without_id().replace(email, "EMAIL"),
    )
}

/// Signs up with a known password, then logs in with it. A 403 revealed that the address was free.
#[test]
fn sign_up_then_login_reveals_nothing() {
    let app = app();
    app.register(TAKEN_AND_FREE[0], PASSWORD);
    let seen = TAKEN_AND_FREE.map(|email| {
        let attacker = app.browser().at(ELSEWHERE);
        assert_eq!(sign_up(&attacker, email, OWN, ""), 303);
        let cookie = attacker.cookie("signed_up").expect("every sign-up sets it");
        let mut responses = Vec::new();
        // Five attempts are free, and the sixth waits. Both addresses count alike.
        for _ in 0..6 {
            let response = attacker.log_in(email, OWN);
            responses.push((
                shown(&response, email),
                response.header("retry-after").to_owned(),
            ));
        }
        (cookie.len(), responses)
    });
    assert_eq!(seen[0], seen[1]);
    assert_eq!(
        seen[0]
            .1
            .iter()
            .map(|((status, _), _)| *status)
            .collect::<Vec<_>>(),
        [422, 422, 422, 422, 422, 429]
    );
}

#[test]
fn sign_up_then_login_elsewhere_reveals_nothing() {
    let app = app();
    app.register(TAKEN_AND_FREE[0], PASSWORD);
    let seen = TAKEN_AND_FREE.map(|email| {
        assert_eq!(sign_up(&app.browser().at(ELSEWHERE), email, OWN, ""), 303);
        let page = app.browser().at(ELSEWHERE).log_in(email, OWN);
        let problem = app
            .program()
            .post("/api/v1/token", &json!({ "email": email, "password": OWN }));
        problem.assert_problem(401, "wrong_credentials");
        let mut problem = problem.json();
        problem["request_id"] = "".into();
        (shown(&page, email), problem)
    });
    assert_eq!(seen[0], seen[1]);
}

/// A browser that signed up gets the full advice. Every other failed login carries it in short.
#[test]
fn failed_login_after_sign_up_gives_advice() {
    let app = app();
    let browser = app.browser();
    sign_up(&browser, VICTIM, PASSWORD, "");
    let first = format!(
        "If you’ve just signed up, open the link we emailed to {VICTIM} to confirm your address, \
         then log in."
    );
    assert_eq!(browser.log_in(VICTIM, PASSWORD).errors()[0], first);
    let elsewhere = app.browser().log_in(VICTIM, PASSWORD);
    assert!(
        elsewhere
            .body
            .contains("Just signed up? Confirm your email address first."),
        "{}",
        elsewhere.body
    );
    let stolen = app.browser();
    let of_another_kind = app.register_and_log_in(ATTACKER, PASSWORD).cookie("device");
    for forged in [
        "",
        "0.x",
        "9999999999999.AAAA",
        &of_another_kind.expect("signed by the same server"),
    ] {
        app.advance(Duration::from_mins(1));
        stolen.set_cookie("signed_up", forged);
        assert_eq!(
            stolen.log_in(VICTIM, PASSWORD).errors().len(),
            1,
            "{forged:?}"
        );
    }
    // Once the address is confirmed, the advice is gone.
    browser
        .post("/verify", &[("token", &app.email_to(VICTIM).token())])
        .assert_redirect("/dashboard");
    assert_eq!(browser.log_in(VICTIM, OTHER_PASSWORD).errors().len(), 1);
}

/// A locked-out attacker saw the wait end when the owner logged in from a known device.
#[test]
fn presence_of_the_owner_ends_no_wait() {
    let app = app();
    let owner = app.register_and_log_in(VICTIM, PASSWORD);
    owner.post("/logout", &[]);
    for _ in 0..5 {
        assert_eq!(
            app.browser().at(ELSEWHERE).log_in(VICTIM, WRONG).status,
            422
        );
    }
    let waits = || {
        let held = app.browser().at(ELSEWHERE).log_in(VICTIM, WRONG);
        (held.status, held.header("retry-after").to_owned())
    };
    let before = waits();
    owner.log_in(VICTIM, PASSWORD).assert_redirect("/dashboard");
    assert_eq!((waits(), before.0), (before.clone(), 429));
    app.advance(Duration::from_secs(1));
    assert_eq!(waits().0, 422);
    assert_eq!(
        waits(),
        (429, "2".to_owned()),
        "the next wait is twice as long, with the owner or without"
    );
}

#[test]
fn presence_of_the_owner_shortens_a_lockout() {
    let app = app();
    let owner = app.register_and_log_in(VICTIM, PASSWORD);
    owner.post("/logout", &[]);
    for number in 0..100 {
        let attacker = app.browser().at(&format!("198.51.100.{number}"));
        while attacker.log_in(VICTIM, WRONG).status == 429 {
            app.advance(Duration::from_mins(15));
        }
    }
    let attacker = app.browser().at(ELSEWHERE);
    assert_eq!(
        attacker.log_in(VICTIM, WRONG).header("retry-after"),
        "86400",
        "locked out"
    );
    owner.log_in(VICTIM, PASSWORD).assert_redirect("/dashboard");
    assert_eq!(attacker.log_in(VICTIM, WRONG).header("retry-after"), "900");
    app.advance(Duration::from_mins(15));
    assert_eq!(attacker.log_in(VICTIM, WRONG).status, 422);
    assert_eq!(
        attacker.log_in(VICTIM, WRONG).header("retry-after"),
        "86400",
        "one more, and it is locked out again"
    );
    owner.log_in(VICTIM, PASSWORD).assert_redirect("/dashboard");
}

/// Emails to one address are limited, from any user. A change of address must not reveal that
/// others were sent.
#[test]
fn address_change_reveals_nothing_of_earlier_emails() {
    let app = TestApp::start();
    app.register("grace@example.org", PASSWORD);
    let pages = ["grace@example.org", "empty@example.org"].map(|wanted| {
        for _ in 0..4 {
            app.browser().post("/password/forgot", &[("email", wanted)]);
        }
        let asker = format!("asks-for-{wanted}");
        let browser = app.register_and_log_in(&asker, PASSWORD);
        let responses: Vec<_> = (0..4)
            .map(|_| browser.post("/account/email", &[("email", wanted)]).status)
            .collect();
        let page = browser.get("/account/email").body_without_id();
        let account = browser
            .get("/account/email")
            .attribute("input[name=account]", "value")
            .unwrap_or_default();
        (
            responses,
            page.replace(&asker, "")
                .replace(wanted, "")
                .replace(&account, ""),
        )
    });
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0].0, [303, 303, 303, 303]);
}

/// The session token named its secret as the published keys do.
#[test]
fn session_tokens_do_not_name_a_published_key() {
    let app = app();
    let browser = app.register_and_log_in(ATTACKER, PASSWORD);
    let header = browser.cookie("session").expect("signed in");
    let header = header.split('.').next().expect("three parts").to_owned();
    let published = app.browser().at(HOME).get("/.well-known/jwks.json").json();
    let keys = published["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 1);
    for key in keys {
        let kid = key["kid"].as_str().expect("a name");
        let decoded = URL_SAFE_NO_PAD.decode(&header);
        assert!(
            !String::from_utf8_lossy(&decoded.expect("base64url")).contains(kid),
            "{kid}"
        );
    }
}
