//! API tokens: shown once, stored as a hash, listed, removed, and revoked when the owner recovers
//! the account.

use std::time::Duration;

use serde_json::json;
use vestibule::accounts::authentication::reauthentication::{
    Actor, Credential, Reauthentication, authorize,
};
use vestibule::values::{ClientInfo, UserId};

use crate::support::{OTHER_PASSWORD, PASSWORD, TestApp, eventually};

const EMAIL: &str = "ada@example.org";
const PAGE: &str = "/account/tokens";
const CREATED: &str = "New API token – Vestibule";

/// A token may be revoked between the check of a request and the transaction of its change.
#[test]
fn only_a_live_token_authorizes_a_change() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    browser.post(PAGE, &[("name", "Backup"), ("days", "7")]);
    let id = app.home.column("personal_tokens", "id").remove(0);
    let user = app.home.column("users", "id").remove(0);
    let actor = Actor {
        user: UserId(user),
        by: Credential::PersonalToken(id.clone()),
        client: ClientInfo::hidden(),
    };
    let authorizes = |reauthentication: Reauthentication| {
        let actor = actor.clone();
        app.transaction(move |tx| Ok(authorize(tx, &actor, &reauthentication)?.is_some()))
    };
    assert!(authorizes(Reauthentication::NotNeeded));
    assert!(!authorizes(Reauthentication::Recent));
    browser.post(&format!("{PAGE}/{id}/remove"), &[]);
    assert!(!authorizes(Reauthentication::NotNeeded));
    assert!(!authorizes(Reauthentication::Recent));
}

#[test]
fn token_is_shown_once_and_opens_the_api() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    browser.get(PAGE).assert_page(200, "API tokens");
    browser
        .post(PAGE, &[("name", " Backup <b> "), ("days", "7")])
        .assert_redirect(PAGE);
    let page = browser.get(PAGE);
    assert_eq!(
        page.notice(),
        "Token created. Copy it now: you won’t be able to see it again."
    );
    let token = page.text("#new_token");
    assert!(token.starts_with("vst_") && token.len() == 53, "{token}");
    assert_eq!(
        page.text("ul.rows > li"),
        "Backup <b> Expires 29 November 2026, 12:00 UTC Created just now Never used Revoke \
         Backup <b>, created just now"
    );
    let reloaded = browser.get(PAGE);
    assert_eq!(
        (
            reloaded.notice().as_str(),
            reloaded.texts("#new_token").len()
        ),
        ("", 0),
        "shown once"
    );
    assert!(!reloaded.body.contains(&token[..12]));
    assert!(
        !String::from_utf8_lossy(&app.home.content()).contains(&token[4..]),
        "only its hash is kept"
    );

    let program = app.program_with(&token);
    assert_eq!(program.get("/api/v1/me").json()["email"], EMAIL);
    assert_eq!(
        program
            .patch("/api/v1/me", &json!({ "name": "Ada" }))
            .status,
        200
    );
    eventually(|| browser.get(PAGE).body.contains("Last used"));
    app.advance(Duration::from_hours(7 * 24));
    program
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    assert!(
        app.log_in(EMAIL, PASSWORD)
            .get(PAGE)
            .text("ul.rows > li")
            .starts_with("Backup <b> Expired just now Created 7 days ago")
    );
}

#[test]
fn new_token_notifies_owner_and_undo_revokes() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let program = app.program_with(&browser.create_token("Backup"));
    let message = app.email_about(EMAIL, CREATED);
    assert!(
        message.text.contains("Token: \u{2068}Backup\u{2069}\n")
            && message
                .text
                .contains("Device: \u{2068}Firefox on Windows\u{2069}\n"),
        "{}",
        message.text
    );
    assert!(
        browser
            .get("/account/activity")
            .body
            .contains("API token created")
    );
    let undo = message.undo_token();
    assert!(
        app.browser()
            .get(&format!("/undo?token={undo}"))
            .body
            .contains("revoke all API tokens")
    );
    assert_eq!(
        program.get("/api/v1/me").status,
        200,
        "opening changes nothing"
    );
    app.browser()
        .post("/undo", &[("token", &undo)])
        .assert_redirect("/password/sent");
    program
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    assert_eq!(app.home.count("personal_tokens", "1 = 1"), 0);
}

/// An attacker must not stay by a token that was created after the undo link was sent.
#[test]
fn earlier_undo_revokes_every_token() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let attacker = app.log_in(EMAIL, PASSWORD);
    let undo = app
        .email_about(EMAIL, "New login to your account – Vestibule")
        .undo_token();
    let programs = [
        app.program_with(&attacker.create_token("x")),
        app.program_with(&browser.create_token("y")),
    ];
    app.browser()
        .post("/undo", &[("token", &undo)])
        .assert_redirect("/password/sent");
    for program in programs {
        program
            .get("/api/v1/me")
            .assert_problem(401, "invalid_token");
    }
}

#[test]
fn new_password_keeps_and_lists_api_tokens() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    // The account is older than a day. The first reset of a younger one revokes its tokens.
    app.advance(Duration::from_hours(25));
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    let program = app.program_with(&browser.create_token("Backup"));
    let form = [
        ("current_password", PASSWORD),
        ("password", OTHER_PASSWORD),
        ("end_others", "on"),
    ];
    browser
        .post("/account/password", &form)
        .assert_redirect("/account");
    let changed = app.email_about(EMAIL, "Your password was changed – Vestibule");
    assert!(
        changed
            .text
            .contains("1 API token still works:\n\u{2068}Backup\u{2069}.\n"),
        "{}",
        changed.text
    );
    browser.create_token("Other");
    browser.post("/password/forgot", &[("email", EMAIL)]);
    let token = app
        .email_about(EMAIL, "Reset your password – Vestibule")
        .token();
    browser
        .reset_password(&token, PASSWORD)
        .assert_redirect("/login");
    let changed = app.email_about(EMAIL, "Your password was changed – Vestibule");
    assert!(
        changed.text.contains("2 API tokens still work:\n")
            && changed.text.contains("\u{2068}Other\u{2069}"),
        "{}",
        changed.text
    );
    assert_eq!(program.get("/api/v1/me").status, 200);
}

#[test]
fn removed_token_opens_nothing() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let program = app.program_with(&browser.create_token("Backup"));
    let other = app.program_with(&browser.create_token("Other"));
    let page = browser.get(PAGE);
    let remove = page
        .attribute("ul.rows > li:last-child form", "action")
        .expect("a button");
    app.advance(Duration::from_mins(11));
    for _ in 0..2 {
        browser.post(&remove, &[]).assert_redirect(PAGE);
        assert_eq!(
            browser.get(PAGE).notice(),
            "Token revoked. It no longer works."
        );
    }
    let open = [&program, &other].map(|program| program.get("/api/v1/me").status);
    assert_eq!(
        open.iter().filter(|status| **status == 401).count(),
        1,
        "{open:?}"
    );
    assert_eq!(app.home.count("events", "kind = 'token_revoked'"), 1);
    // The button of another user removes none of hers.
    let remove = browser
        .get(PAGE)
        .attribute("ul.rows > li form", "action")
        .expect("a button");
    app.register_and_log_in("eve@example.org", PASSWORD)
        .post(&remove, &[])
        .assert_redirect(PAGE);
    assert_eq!(app.home.count("personal_tokens", "1 = 1"), 1);
}

#[test]
fn new_token_requires_reauthentication_after_ten_minutes() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(Duration::from_mins(11));
    let form = |password| {
        [
            ("name", "Backup"),
            ("days", "90"),
            ("current_password", password),
        ]
    };
    let rejected = browser.post(PAGE, &form(""));
    rejected.assert_page(422, "Error: API tokens");
    assert_eq!(rejected.errors(), ["Enter your current password"]);
    assert_eq!(
        (
            rejected.value("name").as_str(),
            rejected.texts("option[selected]").remove(0).as_str()
        ),
        ("Backup", "90 days")
    );
    assert_eq!(browser.post(PAGE, &form(OTHER_PASSWORD)).status, 422);
    assert_eq!(app.home.count("personal_tokens", "1 = 1"), 0);
    let before = browser.cookie("session").expect("logged in");
    browser.post(PAGE, &form(PASSWORD)).assert_redirect(PAGE);
    assert_ne!(
        browser.cookie("session").expect("logged in"),
        before,
        "the session has another id now"
    );
    assert!(
        !browser.get(PAGE).texts("#new_token").is_empty(),
        "and is shown it all the same"
    );
}

#[test]
fn fields_are_validated() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for (name, days, errors) in [
        ("", "30", &["Enter a name for this token"][..]),
        (
            "a\nb",
            "30",
            &["Name can’t contain line breaks or control characters"],
        ),
        (
            &"é".repeat(61),
            "30",
            &["Name must be 60 characters or fewer"],
        ),
        ("Backup", "31", &["Choose when the token expires"]),
        (
            "",
            "",
            &[
                "Enter a name for this token",
                "Choose when the token expires",
            ],
        ),
    ] {
        let rejected = browser.post(PAGE, &[("name", name), ("days", days)]);
        assert_eq!(
            (rejected.status, rejected.errors()),
            (
                422,
                errors.iter().map(ToString::to_string).collect::<Vec<_>>()
            )
        );
    }
    assert!(
        app.emails_to(EMAIL)
            .iter()
            .all(|message| message.subject != CREATED)
    );
}

#[test]
fn number_and_rate_of_tokens_are_limited() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for _ in 0..20 {
        browser.create_token("x");
    }
    let rejected = browser.post(PAGE, &[("name", "x"), ("days", "7")]);
    rejected.assert_page(429, "Error: API tokens");
    assert_eq!(rejected.header("retry-after"), "3600");

    let app = app.restart_with(|settings| settings.limits = false);
    let browser = app.log_in(EMAIL, PASSWORD);
    for _ in 20..50 {
        browser.create_token("x");
    }
    let rejected = browser.post(PAGE, &[("name", "x"), ("days", "7")]);
    assert_eq!(
        rejected.errors(),
        ["You’ve reached the limit for tokens. Revoke one first."]
    );
    assert!(browser.get("/account").body.contains("50 active"));
}

/// A token acts for a user, but it neither knows the password nor has a session.
#[test]
fn token_cannot_do_what_requires_reauthentication() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let program = app.program_with(&browser.create_token("Backup"));
    let sessions = program.get("/api/v1/me/sessions").json();
    let id = sessions["items"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(sessions["items"][0]["current"], false);
    program
        .delete(&format!("/api/v1/me/sessions/{id}"))
        .assert_problem(403, "password_needed_again");
    program
        .delete("/api/v1/token")
        .assert_problem(403, "session_needed");
    assert_eq!(browser.get("/dashboard").status, 200);
    for path in ["/api/v1/me", "/api/v1/me/activity", "/api/v1/people"] {
        assert_eq!(program.get(path).status, 200, "{path}");
    }
}

/// The cookie that carries a new token to the page is sealed for the session that created it.
#[test]
fn other_sessions_do_not_see_new_tokens() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    browser
        .post(PAGE, &[("name", "Backup"), ("days", "7")])
        .assert_redirect(PAGE);
    let flash = browser.cookie("flash").expect("a flash");
    for other in [
        app.log_in(EMAIL, PASSWORD),
        app.register_and_log_in("eve@example.org", PASSWORD),
    ] {
        other.set_cookie("flash", &flash);
        assert!(other.get(PAGE).texts("#new_token").is_empty());
    }
    // Another page in between shows the message, and leaves the token.
    browser.get("/account");
    assert!(!browser.get(PAGE).texts("#new_token").is_empty());
    assert!(browser.get(PAGE).texts("#new_token").is_empty());
}

#[test]
fn tokens_are_exported_and_deleted_with_the_account() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let token = browser.create_token("Backup");
    let file = browser.post("/account/export", &[]).json();
    let expected = json!([{
        "name": "Backup", "created_at": "2026-11-22T12:00:00Z",
        "expires_at": "2026-12-22T12:00:00Z", "last_used_at": null,
    }]);
    assert_eq!(
        (&file["access_tokens"], &file["counted_new_access_tokens"]),
        (&expected, &json!(["2026-11-22T12:00:00Z"]))
    );
    browser
        .post("/account/delete", &[("current_password", PASSWORD)])
        .assert_redirect("/");
    app.program_with(&token)
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    assert_eq!(app.home.count("personal_tokens", "1 = 1"), 0);
}
