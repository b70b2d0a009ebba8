//! The API from sign-up to reset: the same operations as the pages, in JSON.

use serde_json::{Value, json};

use crate::support::{OTHER_PASSWORD, PASSWORD, Program, TestApp};

const EMAIL: &str = "ada@example.org";

/// Returns a response without the parts that differ in each request.
fn without_ids(program: &Program, path: &str, body: &Value) -> (u16, Value, Vec<String>) {
    let response = program.post(path, body);
    let mut said = response.json();
    for varying in ["request_id", "email"] {
        said[varying] = Value::Null;
    }
    let mut names: Vec<_> = response.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (response.status, said, names)
}

#[test]
fn program_signs_up_and_publishes_a_profile() {
    let app = TestApp::start();
    let program = app.program();
    let signed_up = program.post(
        "/api/v1/signup",
        &json!({ "email": " Ada@example.org ", "password": PASSWORD, "name": "Ada" }),
    );
    assert_eq!(
        (signed_up.status, signed_up.json()),
        (202, json!({ "email": "Ada@example.org" }))
    );
    let verified = program.post(
        "/api/v1/verify",
        &json!({ "token": app.email_to("Ada@example.org").token() }),
    );
    assert_eq!(
        (verified.status, verified.json()),
        (200, json!({ "email": "Ada@example.org" }))
    );
    let tokens = app.tokens(EMAIL, PASSWORD);

    let ada = app.program_with(&tokens.access);
    let me = ada.get("/api/v1/me");
    assert_eq!(me.status, 200);
    let id = app.user_id("ada@example.org");
    let expected = json!({
        "id": id, "email": "Ada@example.org", "name": "Ada", "handle": null, "bio": null,
        "public": false, "administrator": false, "second_factor": false,
        "created_at": "2026-11-22T12:00:00Z",
    });
    assert_eq!(me.json(), expected);

    ada.patch("/api/v1/me", &json!({ "public": true }))
        .assert_invalid(&[("handle", "needed")]);
    let changed = ada.patch(
        "/api/v1/me",
        &json!({ "handle": "ada", "bio": "Counts.", "public": true, "unknown": [1] }),
    );
    assert_eq!(
        (changed.status, &changed.json()["name"]),
        (200, &json!("Ada")),
        "what is left out stays"
    );
    let changed = ada.patch("/api/v1/me", &json!({ "name": null, "bio": "" }));
    assert_eq!(
        (
            &changed.json()["name"],
            &changed.json()["bio"],
            &changed.json()["handle"]
        ),
        (&Value::Null, &Value::Null, &json!("ada"))
    );

    let expected = json!({ "handle": "ada", "name": null, "bio": null });
    assert_eq!(
        app.program().get("/api/v1/people/ada").json(),
        expected,
        "for anyone"
    );
    assert_eq!(
        ada.get("/api/v1/people?q=ad").json(),
        json!({ "items": [expected], "next": null })
    );
    app.program()
        .get("/api/v1/people/nobody")
        .assert_problem(404, "not_found");
    app.program()
        .get("/api/v1/people")
        .assert_problem(401, "unauthenticated");
    // A list with an invalid cursor does not start again silently.
    for after in ["nobody", "%00", "Not-A-Handle"] {
        ada.get(&format!("/api/v1/people?after={after}"))
            .assert_invalid(&[("after", "malformed")]);
    }
    assert_eq!(
        ada.get("/api/v1/people?after=ada").json(),
        json!({ "items": [], "next": null })
    );
}

#[test]
fn lists_are_paged() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    app.register(EMAIL, PASSWORD);
    let programs: Vec<_> = (0..24).map(|_| app.tokens(EMAIL, PASSWORD)).collect();
    let ada = app.program_with(&programs[23].access);
    for (path, all) in [("/api/v1/me/sessions", 24), ("/api/v1/me/activity", 25)] {
        let first = ada.get(path).json();
        let next = first["next"].as_str().expect("there is more").to_owned();
        let second = ada.get(&format!("{path}?after={next}")).json();
        let ids = |page: &Value| -> Vec<String> {
            page["items"]
                .as_array()
                .expect("items")
                .iter()
                .map(|item| item["id"].to_string())
                .collect()
        };
        let mut both = [ids(&first), ids(&second)].concat();
        assert_eq!(
            (ids(&first).len(), both.len(), &second["next"]),
            (20, all, &Value::Null),
            "{path}"
        );
        both.sort();
        both.dedup();
        assert_eq!(both.len(), all, "{path}: each once");
        ada.get(&format!("{path}?after=x"))
            .assert_invalid(&[("after", "malformed")]);
    }
}

#[test]
fn responses_do_not_reveal_who_has_an_account() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    app.person(EMAIL);
    let program = app.program();
    program.post(
        "/api/v1/signup",
        &json!({ "email": "waits@example.org", "password": PASSWORD }),
    );
    for (path, rest, status) in [
        ("/api/v1/signup", json!({ "password": OTHER_PASSWORD }), 202),
        ("/api/v1/verify/resend", json!({}), 202),
        ("/api/v1/password/forgot", json!({}), 202),
        (
            "/api/v1/token",
            json!({ "password": "pebble orbit cinnamon" }),
            401,
        ),
    ] {
        let responses = [EMAIL, "waits@example.org", "nobody@example.org"].map(|email| {
            let mut body = rest.clone();
            body["email"] = json!(email);
            without_ids(&program, path, &body)
        });
        assert_eq!(responses[0].0, status, "{path}");
        assert!(
            responses.iter().all(|response| *response == responses[0]),
            "{path}: {responses:?}"
        );
    }
}

#[test]
fn second_sign_up_chooses_the_password_at_confirmation() {
    let app = TestApp::start();
    let program = app.program();
    for password in [PASSWORD, OTHER_PASSWORD] {
        program.post(
            "/api/v1/signup",
            &json!({ "email": EMAIL, "password": password }),
        );
    }
    let token = app
        .email_about(EMAIL, "Choose a password – Vestibule")
        .token();
    program
        .post("/api/v1/verify", &json!({ "token": token }))
        .assert_invalid(&[("password", "missing")]);
    program
        .post(
            "/api/v1/verify",
            &json!({ "token": token, "password": "12345678" }),
        )
        .assert_invalid(&[("password", "guessable")]);
    let chosen = "pebble orbit cinnamon";
    assert_eq!(
        program
            .post(
                "/api/v1/verify",
                &json!({ "token": token, "password": chosen })
            )
            .status,
        200
    );
    program
        .post("/api/v1/verify", &json!({ "token": token }))
        .assert_problem(410, "link_used");
    program
        .post("/api/v1/verify", &json!({ "token": "x" }))
        .assert_problem(410, "link_dead");
    program
        .post(
            "/api/v1/token",
            &json!({ "email": EMAIL, "password": PASSWORD }),
        )
        .assert_problem(401, "wrong_credentials");
    app.tokens(EMAIL, chosen);
}

#[test]
fn reset_sets_password_and_ends_api_sessions() {
    let app = TestApp::start();
    app.person(EMAIL);
    let tokens = app.tokens(EMAIL, PASSWORD);
    let program = app.program();
    assert_eq!(
        program
            .post("/api/v1/password/forgot", &json!({ "email": EMAIL }))
            .status,
        202
    );
    let token = app
        .email_about(EMAIL, "Reset your password – Vestibule")
        .token();
    let reset = |password: &str| {
        program.post(
            "/api/v1/password/reset",
            &json!({ "token": token, "password": password }),
        )
    };
    reset("ada12345").assert_invalid(&[("password", "guessable")]);
    assert_eq!(reset(OTHER_PASSWORD).status, 204);
    reset(OTHER_PASSWORD).assert_problem(410, "link_dead");
    app.program_with(&tokens.access)
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    program
        .post(
            "/api/v1/token/refresh",
            &json!({ "refresh_token": tokens.refresh }),
        )
        .assert_problem(401, "invalid_refresh_token");
    app.tokens(EMAIL, OTHER_PASSWORD);
}

#[test]
fn each_invalid_value_is_named_with_a_code() {
    let app = TestApp::start();
    let program = app.program();
    let sign_up = |body: Value| program.post("/api/v1/signup", &body);
    sign_up(json!({ "email": "", "password": "" }))
        .assert_invalid(&[("email", "missing"), ("password", "missing")]);
    sign_up(json!({ "email": "ada", "password": "short", "name": "a\nb" })).assert_invalid(&[
        ("email", "malformed"),
        ("password", "too_short"),
        ("name", "control_character"),
    ]);
    sign_up(json!({ "email": "é@example.org", "password": "x".repeat(257) }))
        .assert_invalid(&[("email", "not_ascii"), ("password", "too_long")]);
    sign_up(json!({ "password": PASSWORD })).assert_invalid(&[("email", "missing")]);
    sign_up(json!({ "email": [EMAIL, "b@example.org"], "password": PASSWORD }))
        .assert_invalid(&[("email", "wrong_type")]);
    program
        .post("/api/v1/token", &json!({ "email": "", "password": "" }))
        .assert_invalid(&[("email", "missing"), ("password", "missing")]);
    assert!(app.emails().is_empty());
}

/// The right password of a locked account reveals the reason. A wrong one reveals nothing.
#[test]
fn right_password_reveals_why_login_is_blocked() {
    let app = TestApp::start();
    let log_in = |email: &str, password: &str| {
        app.program().post(
            "/api/v1/token",
            &json!({ "email": email, "password": password }),
        )
    };
    app.program().post(
        "/api/v1/signup",
        &json!({ "email": "waits@example.org", "password": PASSWORD }),
    );
    log_in("waits@example.org", PASSWORD).assert_problem(401, "wrong_credentials");
    log_in("waits@example.org", OTHER_PASSWORD).assert_problem(401, "wrong_credentials");

    app.person(EMAIL);
    app.tokens(EMAIL, PASSWORD);
    let undo = app
        .email_about(EMAIL, "New login to your account – Vestibule")
        .undo_token();
    app.browser()
        .post("/undo", &[("token", &undo)])
        .assert_redirect("/password/sent");
    log_in(EMAIL, PASSWORD).assert_problem(403, "password_blocked");
    log_in(EMAIL, OTHER_PASSWORD).assert_problem(401, "wrong_credentials");
}
