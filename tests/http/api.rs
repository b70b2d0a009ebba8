//! Rules for every endpoint of the API: origins, bodies, problems, and a complete description. The
//! endpoints come from the description, which is made from the routes.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vestibule::config::PublicUrl;

use crate::support::{PASSWORD, Program, Response, TestApp};

const DOCUMENT: &str = "/api/v1/openapi.json";
const JSON: (&str, &str) = ("content-type", "application/json");
const NAMED: &str = "https://app.example.org";

/// An endpoint: method, path template, and its description.
pub struct Endpoint {
    pub method: String,
    pub path: String,
    pub described: Value,
}

/// Returns every endpoint of the description.
pub fn endpoints(app: &TestApp) -> Vec<Endpoint> {
    let document = app.program().get(DOCUMENT).json();
    let paths = document["paths"].as_object().expect("paths").clone();
    let endpoints: Vec<_> = paths
        .into_iter()
        .flat_map(|(path, operations)| {
            let operations = operations.as_object().expect("operations").clone();
            operations
                .into_iter()
                .map(move |(method, described)| Endpoint {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    described,
                })
        })
        .collect();
    assert!(endpoints.len() >= 21, "{}", endpoints.len());
    endpoints
}

impl Endpoint {
    /// Returns the path with values for its parameters.
    pub fn path_with(&self, id: &str) -> String {
        self.path.replace("{id}", id).replace("{handle}", id)
    }

    /// Returns true if the endpoint requires a user's token.
    pub fn needs_bearer(&self) -> bool {
        self.described["security"][0].get("accessToken").is_some()
    }

    /// Sends a request, with a body if the endpoint takes one.
    pub fn send(&self, program: &Program, id: &str, headers: &[(&str, &str)]) -> Response {
        let body = if self.takes_body() { "{}" } else { "" };
        let json = [JSON].into_iter().filter(|_| self.takes_body());
        let headers: Vec<_> = json.chain(headers.iter().copied()).collect();
        program.send(&self.method, &self.path_with(id), &headers, body)
    }

    fn takes_body(&self) -> bool {
        self.described.get("requestBody").is_some()
    }
}

fn app_with_named_origin() -> TestApp {
    TestApp::start_with(|settings| {
        settings.edge.api_origins = vec![PublicUrl::parse(NAMED).expect("an origin")];
    })
}

fn allowed_origin(response: &Response) -> Option<&str> {
    response
        .headers
        .get("access-control-allow-origin")
        .map(|value| value.to_str().expect("ASCII"))
}

#[test]
fn request_without_valid_token_is_401() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    let cookie = format!("session={}", browser.cookie("session").expect("logged in"));
    let before = app.home.rows();
    let mut seen = 0;
    for endpoint in endpoints(&app)
        .iter()
        .filter(|endpoint| endpoint.needs_bearer())
    {
        seen += 1;
        endpoint
            .send(&app.program(), "x", &[])
            .assert_problem(401, "unauthenticated");
        endpoint
            .send(&app.program(), "x", &[("cookie", &cookie)])
            .assert_problem(401, "unauthenticated");
        endpoint
            .send(&app.program_with("x"), "x", &[("cookie", &cookie)])
            .assert_problem(401, "invalid_token");
        let unknown = "vst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3l0iog";
        endpoint
            .send(&app.program_with(unknown), "x", &[])
            .assert_problem(401, "invalid_token");
    }
    assert!(seen >= 12, "{seen}");
    assert_eq!(app.home.rows(), before);
    // The same with an unknown token and an invalid body.
    let revoked = app.program_with(&app.tokens("ada@example.org", PASSWORD).access);
    revoked.delete("/api/v1/token");
    revoked
        .send("PATCH", "/api/v1/me", &[JSON], "{")
        .assert_problem(401, "invalid_token");
}

#[test]
fn page_of_another_site_is_rejected_first() {
    let app = app_with_named_origin();
    let own = app.public_url.clone();
    for endpoint in endpoints(&app) {
        for headers in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[("origin", "https://app.example.org.evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "same-origin"), ("origin", NAMED)],
            &[("sec-fetch-site", "cross-site"), ("origin", &own)],
            &[("origin", NAMED), ("origin", NAMED)],
        ] {
            let response = endpoint.send(&app.program(), "x", headers);
            response.assert_problem(403, "forbidden_origin");
            assert_eq!(allowed_origin(&response), None, "{headers:?}");
        }
    }
}

#[test]
fn own_and_named_origins_may_read_responses() {
    let app = app_with_named_origin();
    let own = app.public_url.clone();
    let ask = |headers: &[(&str, &str)]| {
        app.program()
            .send("GET", "/api/v1/people/nobody", headers, "")
    };
    for headers in [
        &[][..],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-origin"), ("origin", &own)],
        &[("origin", &own)],
    ] {
        let response = ask(headers);
        response.assert_problem(404, "not_found");
        assert_eq!(
            (allowed_origin(&response), response.header("vary")),
            (None, "Origin"),
            "{headers:?}"
        );
    }
    for headers in [
        &[("origin", NAMED)][..],
        &[("origin", NAMED), ("sec-fetch-site", "cross-site")],
    ] {
        let response = ask(headers);
        response.assert_problem(404, "not_found");
        assert_eq!(
            allowed_origin(&response),
            Some(NAMED),
            "errors can be read, too"
        );
        assert!(
            !response
                .headers
                .contains_key("access-control-allow-credentials")
        );
    }
}

#[test]
fn preflight_allows_named_origins_only() {
    let app = app_with_named_origin();
    let ask = |path: &str, origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "PATCH"),
            ("access-control-request-headers", "authorization"),
        ];
        app.program().send("OPTIONS", path, &headers, "")
    };
    let response = ask("/api/v1/me", NAMED);
    assert_eq!(
        (response.status, allowed_origin(&response)),
        (204, Some(NAMED))
    );
    assert_eq!(
        response.header("access-control-allow-methods"),
        "GET, POST, PUT, PATCH, DELETE"
    );
    assert_eq!(
        response.header("access-control-allow-headers"),
        "Authorization, Content-Type"
    );
    assert!(
        !response
            .headers
            .contains_key("access-control-allow-credentials")
    );
    ask("/api/v1/me", "https://evil.example").assert_problem(403, "forbidden_origin");
    for page in ["/login", "/api/docs", "/.well-known/jwks.json"] {
        let response = ask(page, NAMED);
        assert_eq!(
            (response.status, allowed_origin(&response)),
            (204, None),
            "{page}"
        );
    }
}

#[test]
fn body_must_be_one_small_json_object() {
    let app = TestApp::start();
    let program = app.program();
    let send = |headers: &[(&str, &str)], body: &str| {
        program.send("POST", "/api/v1/verify/resend", headers, body)
    };
    let body = r#"{"email":"ada@example.org"}"#;
    for good in ["application/json", "Application/JSON; charset=utf-8"] {
        assert_eq!(send(&[("content-type", good)], body).status, 202, "{good}");
    }
    for bad in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "text/json",
    ] {
        send(&[("content-type", bad)], body).assert_problem(415, "unsupported_media_type");
    }
    send(&[], body).assert_problem(415, "unsupported_media_type");
    send(&[JSON, JSON], body).assert_problem(415, "unsupported_media_type");
    for encoding in ["gzip", "br", "identity"] {
        let response = send(&[JSON, ("content-encoding", encoding)], body);
        response.assert_problem(415, "unsupported_encoding");
        assert_eq!(response.header("accept-encoding"), "identity");
    }
    for bad in [
        "",
        "[]",
        "null",
        "{",
        r#"{"email":"a@b.c","email":"d@e.f"}"#,
        "email=a%40b.c",
    ] {
        send(&[JSON], bad).assert_problem(400, "malformed_json");
    }
    let large = format!(r#"{{"email":"{}"}}"#, "a".repeat(64 * 1024));
    send(&[JSON], &large).assert_problem(413, "too_large");
    send(&[JSON, ("x-filler", &"x".repeat(33 * 1024))], body).assert_problem(431, "head_too_large");
}

/// Some generated clients send a default for each member that the caller leaves out. Others require
/// each member that has one.
#[test]
fn no_member_has_a_default() {
    let app = TestApp::start();
    let document = app.program().get(DOCUMENT);
    let schemas = &document.json()["components"]["schemas"];
    assert_eq!(
        schemas["MeChange"]["properties"]["bio"]["type"],
        json!(["string", "null"])
    );
    assert_eq!(schemas["LogIn"]["required"], json!(["email", "password"]));
    assert!(!document.body.contains("\"default\":"), "{}", document.body);
}

#[test]
fn content_type_without_a_body_does_not_matter() {
    let app = TestApp::start();
    app.register("ada@example.org", PASSWORD);
    let ada = app.program_with(&app.tokens("ada@example.org", PASSWORD).access);
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "x"] {
        let headers = [("content-type", content_type)];
        assert_eq!(
            ada.send("GET", "/api/v1/me", &headers, "").status,
            200,
            "{content_type}"
        );
        let session = "/api/v1/me/sessions/x";
        ada.send("DELETE", session, &headers, "")
            .assert_problem(404, "not_found");
        ada.send("DELETE", session, &headers, "{}")
            .assert_problem(415, "unsupported_media_type");
    }
}

#[test]
fn scheme_may_be_followed_by_several_spaces() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    let token = browser.create_token("x");
    let status = |authorization: &str| {
        let program = app.program_saying(authorization);
        program.get("/api/v1/me").status
    };
    for scheme in ["Bearer ", "Bearer  ", "bearer    ", "BEARER "] {
        assert_eq!(status(&format!("{scheme}{token}")), 200, "{scheme:?}");
    }
    for scheme in ["Bearer", "Bearer\t", "Token ", " ", ""] {
        assert_eq!(status(&format!("{scheme}{token}")), 401, "{scheme:?}");
    }
}

#[test]
fn unknown_path_is_a_problem_and_no_page() {
    let app = TestApp::start();
    let program = app.program();
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/me/nothing",
        "/api/v1/me/",
        "/%61pi/v1/nothing",
    ] {
        program.get(path).assert_problem(404, "not_found");
    }
    let all = endpoints(&app);
    for endpoint in &all {
        let is_taken = |method: &str| {
            let mut of_path = all.iter().filter(|other| other.path == endpoint.path);
            of_path.any(|other| other.method == method)
        };
        for method in ["PUT", "TRACE", "PROPFIND"]
            .into_iter()
            .filter(|method| !is_taken(method))
        {
            let response = program.send(method, &endpoint.path_with("x"), &[], "");
            response.assert_problem(405, "method_not_allowed");
            // Methods that no route has are rejected before routing.
            let names_its_own = response.header("allow").contains(&endpoint.method);
            assert!(
                names_its_own || matches!(method, "TRACE" | "PROPFIND"),
                "{method} {}",
                endpoint.path
            );
        }
    }
    assert_eq!(program.send("HEAD", DOCUMENT, &[], "").status, 200);
    // An id with a NUL is not found. PostgreSQL can't store it.
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    let ada = app.program_with(&browser.create_token("x"));
    for bad in ["%00", "%ff", "..", "%2e%2e", "x'--", "%F0%9F%9A%AA"] {
        let response = ada.get(&format!("/api/v1/people/{bad}"));
        assert!(
            matches!(response.status, 400 | 404),
            "{bad}: {}",
            response.body
        );
        assert_eq!(
            response.header("content-type"),
            "application/problem+json",
            "{bad}"
        );
    }
}

#[test]
fn api_description_is_complete() {
    let app = TestApp::start();
    let document = app.program().get(DOCUMENT).json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], app.public_url);
    // Every reference resolves.
    let text = document.to_string();
    let references: Vec<_> = text.split("\"$ref\":\"#").skip(1).collect();
    assert!(references.len() > 20, "{}", references.len());
    for reference in references {
        let pointer = reference.split('"').next().expect("its end");
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    let ids: Vec<_> = endpoints(&app)
        .iter()
        .map(|endpoint| endpoint.described["operationId"].to_string())
        .collect();
    assert_eq!(
        ids.iter().collect::<BTreeSet<_>>().len(),
        ids.len(),
        "{ids:?}"
    );
    for endpoint in endpoints(&app) {
        let responses = endpoint.described["responses"]
            .as_object()
            .expect("answers");
        for (status, needed) in [
            ("403", true),
            ("503", true),
            ("401", endpoint.needs_bearer()),
            ("413", endpoint.takes_body()),
        ] {
            assert!(
                !needed || responses.contains_key(status),
                "{} {}: {status}",
                endpoint.method,
                endpoint.path
            );
        }
    }
}

#[test]
fn docs_page_lists_every_endpoint_and_problem() {
    let app = TestApp::start();
    let page = app.browser().get("/api/docs");
    page.assert_page(200, "API reference");
    let said = page.texts("section.endpoint > p > code");
    for endpoint in endpoints(&app) {
        assert!(
            said.contains(&format!("{} {}", endpoint.method, endpoint.path)),
            "{} {}",
            endpoint.method,
            endpoint.path
        );
    }
    let codes = page.texts("dl.members > div[id] > dt > code");
    assert!(
        codes.len() > 20 && codes.contains(&"invalid".to_owned()),
        "{codes:?}"
    );
    let links = page.texts("section.endpoint > p.hint > a");
    assert!(links.len() >= said.len(), "{links:?}");
    for link in links {
        assert!(codes.contains(&link), "{link}");
    }
    // The page loads nothing from elsewhere, and its example body works.
    assert!(
        !page.body.contains("src=\"http")
            && page
                .body
                .contains(&format!("{}/api/v1/token", app.public_url))
    );
    let example = json!({ "email": "ada@example.org", "password": "…" });
    assert!(
        page.texts("pre")
            .join("")
            .contains(example["email"].as_str().expect("text"))
    );
}
