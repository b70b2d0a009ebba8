//! Token introspection (RFC 7662), and the commands that create its OAuth clients.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Process, Program, Response, TestApp};

const EMAIL: &str = "ada@example.org";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Creates an OAuth client. Returns its id and secret.
pub fn client(app: &TestApp, name: &str) -> (String, String) {
    let printed = app.command(&["client", "create", name]);
    let value = |name: &str| {
        printed
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("{name} in {printed}"))
            .to_owned()
    };
    (value("client_id "), value("client_secret "))
}

pub fn service(app: &TestApp, id: &str, secret: &str) -> Program {
    app.program_saying(&format!(
        "Basic {}",
        STANDARD.encode(format!("{id}:{secret}"))
    ))
}

pub fn ask(service: &Program, token: &str) -> Response {
    let response = service.send(
        "POST",
        "/api/v1/introspect",
        &[FORM],
        &format!("token={token}&token_type_hint=access_token"),
    );
    assert_eq!(response.header("cache-control"), "no-store");
    response
}

#[track_caller]
fn assert_inactive(service: &Program, token: &str) {
    let response = ask(service, token);
    assert_eq!(
        (response.status, response.json()),
        (200, json!({ "active": false })),
        "{token}"
    );
}

#[test]
fn introspection_shows_user_until_token_ends() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let (id, secret) = client(&app, "Invoices");
    let service = service(&app, &id, &secret);
    let user = app.user_id(EMAIL);
    let tokens = app.tokens(EMAIL, PASSWORD);

    let active = ask(&service, &tokens.access).json();
    let names: Vec<_> = active
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        names,
        [
            "acr",
            "active",
            "amr",
            "aud",
            "auth_time",
            "client_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "sid",
            "sub",
            "token_type"
        ]
    );
    assert_eq!(
        (&active["active"], &active["sub"], &active["token_type"]),
        (&json!(true), &json!(user), &json!("Bearer"))
    );
    assert_eq!(
        (&active["iss"], &active["aud"]),
        (&json!(app.public_url), &json!(app.public_url))
    );
    let as_json = service.post("/api/v1/introspect", &json!({ "token": tokens.access }));
    assert_eq!(as_json.json(), active, "in JSON as well");

    let personal = browser.create_token("Backup");
    let active = ask(&service, &personal).json();
    let expected = json!({
        "active": true, "sub": user, "iss": app.public_url, "token_type": "Bearer",
        "iat": app.clock.now().seconds(), "exp": app.clock.now().seconds() + 30 * 24 * 60 * 60,
    });
    assert_eq!(active, expected);

    for token in [
        &tokens.refresh,
        &browser.cookie("session").expect("logged in"),
        "x",
        &secret,
        "vst_x",
    ] {
        assert_inactive(&service, token);
    }
    app.program_with(&tokens.access).delete("/api/v1/token");
    assert_inactive(&service, &tokens.access);
    let remove = browser
        .get("/account/tokens")
        .attribute("li form", "action")
        .expect("a button");
    browser
        .post(&remove, &[])
        .assert_redirect("/account/tokens");
    assert_inactive(&service, &personal);
    let other = app.tokens(EMAIL, PASSWORD).access;
    app.advance(Duration::from_mins(15));
    assert_inactive(&service, &other);
}

/// RFC 6749 §2.3.1. Libraries differ in what they encode.
#[test]
fn form_encoded_credentials_are_accepted() {
    let app = TestApp::start();
    app.person(EMAIL);
    let token = app.tokens(EMAIL, PASSWORD).access;
    let (id, secret) = client(&app, "Invoices");
    let some = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let all = |text: &str| {
        let bytes: Vec<_> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        bytes.concat()
    };
    for encode in [&some as &dyn Fn(&str) -> String, &all] {
        let service = service(&app, &encode(&id), &encode(&secret));
        assert_eq!(ask(&service, &token).json()["active"], true);
    }
    for (id, secret) in [
        (all(&all(&id)), secret.clone()),
        (format!("{id}%"), secret.clone()),
        (format!("{id}%zz"), secret.clone()),
        (format!("{id}%ff"), secret.clone()),
        (id.clone(), format!("{secret}+")),
    ] {
        ask(&service(&app, &id, &secret), &token).assert_problem(401, "invalid_client");
    }
}

#[test]
fn introspection_requires_the_clients_own_secret() {
    let app = TestApp::start();
    app.person(EMAIL);
    let token = app.tokens(EMAIL, PASSWORD).access;
    let (id, secret) = client(&app, "Invoices");
    let (other_id, other_secret) = client(&app, "Other");
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    for authorization in [
        basic(&format!("{id}:{other_secret}")),
        basic(&format!("{other_id}:{secret}")),
        basic(&format!("{id}:")),
        basic(&format!(":{secret}")),
        basic(&id),
        basic(&format!("x\0:{secret}")),
        basic(""),
        "Basic".to_owned(),
        "Basic ###".to_owned(),
        format!("Bearer {token}"),
        format!("Bearer {secret}"),
    ] {
        let response = ask(&app.program_saying(&authorization), &token);
        response.assert_problem(401, "invalid_client");
        assert!(
            response.header("www-authenticate").starts_with("Basic "),
            "{authorization}"
        );
    }
    ask(&app.program(), &token).assert_problem(401, "invalid_client");
    // The credentials of a client open nothing else.
    service(&app, &id, &secret)
        .get("/api/v1/me")
        .assert_problem(401, "unauthenticated");
    app.program_with(&secret)
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
}

#[test]
fn introspection_rejects_malformed_requests() {
    let app = TestApp::start();
    let (id, secret) = client(&app, "Invoices");
    let service = service(&app, &id, &secret);
    let send = |kind: &str, body: &str| {
        service.send(
            "POST",
            "/api/v1/introspect",
            &[("content-type", kind)],
            body,
        )
    };
    send(FORM.1, "").assert_invalid(&[("token", "missing")]);
    send("application/json", "{}").assert_invalid(&[("token", "missing")]);
    send("application/json", r#"{"token":["a"]}"#).assert_invalid(&[("token", "wrong_type")]);
    send(FORM.1, "token=a&token=b").assert_problem(400, "malformed_request");
    send("text/plain", "token=a").assert_problem(415, "unsupported_media_type");
}

#[test]
fn operator_lists_and_deletes_clients_without_secrets() {
    let app = TestApp::start();
    app.person(EMAIL);
    let token = app.tokens(EMAIL, PASSWORD).access;
    let (id, secret) = client(&app, "  Invoices & more ");
    let list = app.command(&["client", "list"]);
    let listed: Value =
        serde_json::from_str(&app.command(&["client", "list", "--json"])).expect("one object");
    assert_eq!(
        (&listed["id"], &listed["name"]),
        (&json!(id), &json!("Invoices & more"))
    );
    assert!(
        list.starts_with(&format!("{id} 2")) && list.ends_with(" Invoices & more\n"),
        "{list}"
    );
    assert!(
        !String::from_utf8_lossy(&app.home.content()).contains(&secret[4..]),
        "only its hash"
    );
    let service = service(&app, &id, &secret);
    assert_eq!(ask(&service, &token).json()["active"], Value::Bool(true));
    app.command(&["client", "delete", &id]);
    ask(&service, &token).assert_problem(401, "invalid_client");
    assert_eq!(app.command(&["client", "list"]), "");

    for (arguments, says) in [
        (&["client", "delete", &id][..], "there is no client"),
        (&["client", "create", " "], "Enter a name"),
        (
            &["user", "make-admin", "nobody@example.org"],
            "no account has the address nobody@example.org",
        ),
        (&["user", "make-admin", "nobody"], "Enter an email address"),
    ] {
        let output = Process::output(&app.home, arguments, &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            (output.status.code(), said.lines().count()),
            (Some(1), 1),
            "{arguments:?}: {said}"
        );
        assert!(
            said.starts_with("vestibule: ") && said.contains(says),
            "{said}"
        );
    }
}
