//! The edge: the same-origin rule, forms and bodies, headers, errors, raw requests.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use vestibule::config::PublicUrl;

use crate::api::endpoints;
use crate::support::{Answer, PASSWORD, TestApp, connect};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");
const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                   form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// Returns each path of the route table, with true if it has a form. Reads the source, so that no
/// route is left out.
pub fn routes() -> Vec<(String, bool)> {
    let source = |file: &str| {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect(file)
    };
    let (table, urls) = (source("src/routes.rs"), source("src/urls.rs"));
    let path = |name: &str| {
        let line = urls
            .lines()
            .find(|line| line.starts_with(&format!("pub const {name}:")))
            .expect(name);
        line.split('"').nth(1).expect("a path").to_owned()
    };
    let folded = table.split_whitespace().collect::<Vec<_>>().join(" ");
    let routes: Vec<(String, bool)> = folded
        .split(".service(")
        .skip(1)
        .map(|route| {
            let name = route
                .split("urls::")
                .nth(1)
                .expect("a path")
                .split([',', ' '])
                .next()
                .expect("a name");
            (path(name), !route.starts_with("get("))
        })
        .collect();
    assert!(routes.len() >= 37, "{routes:?}");
    // The API has its own rules, and its own loop in `api.rs`.
    routes
        .into_iter()
        .filter(|(path, _)| !path.starts_with("/api/v1"))
        .collect()
}

/// Sends raw bytes. Returns the response until the connection closes or nothing more comes.
fn raw(app: &TestApp, request: &str) -> String {
    let mut stream = connect(&app.base);
    stream.write_all(request.as_bytes()).expect("sends");
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn every_route_refuses_what_another_site_sends() {
    let app = TestApp::start();
    let browser = app.browser();
    let paths = routes()
        .into_iter()
        .map(|(path, _)| path)
        .chain(["/nowhere".to_owned(), "/static/x".to_owned()]);
    for path in paths {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for headers in [
                &[FORM][..],
                &[FORM, ("sec-fetch-site", "cross-site")],
                &[FORM, ("sec-fetch-site", "same-site")],
                &[FORM, ("origin", "https://evil.example")],
                &[FORM, ("origin", "null")],
                &[FORM, SAME_ORIGIN, SAME_ORIGIN],
                &[
                    FORM,
                    SAME_ORIGIN,
                    ("origin", &app.public_url),
                    ("origin", &app.public_url),
                ],
                &[
                    FORM,
                    ("sec-fetch-site", "cross-site"),
                    ("origin", &app.public_url),
                ],
            ] {
                let answer = browser.send(method, &path, headers, "email=a%40b");
                assert_eq!(answer.status, 403, "{method} {path} {headers:?}");
            }
        }
    }
    assert!(app.mails().is_empty());
}

#[test]
fn a_browser_without_fetch_metadata_is_known_by_its_origin() {
    let app = TestApp::start();
    let form = "email=ada%40example.org&password=harbour+velvet+onion";
    let answer = app.browser().send(
        "POST",
        "/signup",
        &[FORM, ("origin", &app.public_url)],
        form,
    );
    answer.assert_redirect("/signup/sent");
    let refused = app.browser().send(
        "POST",
        "/signup",
        &[FORM, ("origin", "http://localhost")],
        form,
    );
    refused.assert_page(403, "This form has expired");
    assert!(
        refused.body.contains("href=\"/signup\""),
        "there is a way back"
    );
}

#[test]
fn a_refusal_comes_before_the_body_is_read() {
    let app = TestApp::start();
    let head = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: \
                application/x-www-form-urlencoded\r\n";
    let answer = raw(
        &app,
        &format!(
            "{head}Content-Length: 60000\r\nConnection: close\r\nSec-Fetch-Site: cross-site\r\n\r\n"
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

#[test]
fn wrong_methods_are_405_and_say_what_is_allowed() {
    let app = TestApp::start();
    let browser = app.browser();
    for (path, has_form) in routes() {
        let path = path.replace("{id}", "x");
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
            let answer = browser.send(method, &path, &[SAME_ORIGIN], "");
            answer.assert_page(405, "This page can’t be opened directly");
            assert!(!answer.header("allow").is_empty(), "{method} {path}");
        }
        if !has_form {
            assert_eq!(
                browser.send("POST", &path, &[SAME_ORIGIN, FORM], "").status,
                405,
                "{path}"
            );
        }
    }
}

#[test]
fn a_wrong_method_on_a_static_file_is_our_page_too() {
    let app = TestApp::start();
    let style = app
        .browser()
        .get("/")
        .attribute("link[rel=stylesheet]", "href")
        .expect("a stylesheet");
    for method in ["POST", "DELETE", "OPTIONS"] {
        let answer = app.browser().send(method, &style, &[SAME_ORIGIN], "");
        answer.assert_page(405, "This page can’t be opened directly");
        assert_eq!(
            (answer.header("allow"), answer.header("cache-control")),
            ("GET, HEAD", "no-store")
        );
    }
}

#[test]
fn every_answer_has_the_security_headers() {
    let app = TestApp::start();
    let browser = app.sign_in("ada@example.org", PASSWORD);
    let style = browser
        .get("/dashboard")
        .attribute("link[rel=stylesheet]", "href")
        .expect("a stylesheet");
    let paths = routes()
        .into_iter()
        .map(|(path, _)| path.replace("{id}", "x"));
    let api = endpoints(&app);
    let api = api.iter().map(|endpoint| endpoint.path_with("x"));
    for path in paths.chain(api).chain([
        style.clone(),
        "/static/x".to_owned(),
        "/nowhere".to_owned(),
        "/api/v1/nowhere".to_owned(),
        "/api/v1/openapi.json".to_owned(),
        "/verify?token=x".to_owned(),
        "/%ff".to_owned(),
    ]) {
        for answer in [
            browser.get(&path),
            app.browser().get(&path),
            browser.send(
                "POST",
                &path,
                &[SAME_ORIGIN, ("content-type", "text/plain")],
                "x",
            ),
        ] {
            let header = |name| answer.header(name);
            assert_eq!(header("content-security-policy"), CSP, "{path}");
            assert_eq!(header("x-content-type-options"), "nosniff");
            let may_have_a_token = [
                "/verify",
                "/password/reset",
                "/account/email/confirm",
                "/undo",
            ];
            let referrer =
                if path.starts_with("/verify?") || may_have_a_token.contains(&path.as_str()) {
                    "strict-origin"
                } else {
                    "same-origin"
                };
            assert_eq!(header("referrer-policy"), referrer, "{path}");
            assert_eq!(header("cross-origin-opener-policy"), "same-origin");
            assert_eq!(header("cross-origin-resource-policy"), "same-origin");
            assert!(header("permissions-policy").contains("camera=()"));
            assert_eq!(header("x-request-id").len(), 16);
            assert_eq!(header("strict-transport-security"), "", "not over http");
            assert!(
                answer
                    .headers
                    .keys()
                    .all(|name| !name.as_str().starts_with("access-control")),
                "{path}"
            );
            assert!(
                !answer.headers.contains_key("server"),
                "no version in headers"
            );
            let immutable = path == style && answer.status == 200;
            let cache = match path.as_str() {
                _ if immutable => "public, max-age=31536000, immutable",
                "/.well-known/jwks.json" if answer.status == 200 => "public, max-age=300",
                "/robots.txt" | "/favicon.ico" | "/apple-touch-icon.png"
                    if answer.status == 200 =>
                {
                    "public, max-age=3600"
                }
                _ => "no-store",
            };
            assert_eq!(header("cache-control"), cache, "{path}");
        }
    }
    assert_eq!(app.browser().get("/").header("x-robots-tag"), "");
    assert_eq!(
        app.browser().get("/login").header("x-robots-tag"),
        "noindex"
    );
}

#[test]
fn head_answers_as_get_does_without_the_body() {
    let app = TestApp::start();
    let browser = app.sign_in("ada@example.org", PASSWORD);
    for (path, _) in routes() {
        let [get, head] = ["GET", "HEAD"].map(|method| app.browser().send(method, &path, &[], ""));
        assert_eq!(
            (get.status, get.header("location")),
            (head.status, head.header("location")),
            "{path}"
        );
        assert_eq!(head.body, "", "{path}");
    }
    assert_eq!(browser.send("HEAD", "/dashboard", &[], "").status, 200);
}

#[test]
fn only_forms_are_read() {
    let app = TestApp::start();
    let (browser, signed_in) = (app.browser(), app.sign_in("eve@example.org", PASSWORD));
    let mails = app.mails().len();
    let body = "email=ada%40example.org&password=harbour+velvet+onion";
    // A token is removed by its path only.
    let has_fields = |path: &String| path != "/account/tokens/{id}/remove";
    let forms = routes().into_iter().filter(|(_, has_form)| *has_form);
    let paths: Vec<_> = forms
        .map(|(path, _)| path)
        .filter(has_fields)
        .map(|path| path.replace("{id}", "x"))
        .collect();
    assert_eq!(paths.len(), 20, "{paths:?}");
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencodedx",
        "",
    ] {
        for path in &paths {
            let sender = if path.starts_with("/account/") {
                &signed_in
            } else {
                &browser
            };
            let answer = sender.send("POST", path, &[SAME_ORIGIN, ("content-type", kind)], body);
            answer.assert_page(415, "We can’t read that");
        }
    }
    assert_eq!(
        browser.send("POST", "/signup", &[SAME_ORIGIN], body).status,
        415
    );
    assert_eq!(
        browser
            .send(
                "POST",
                "/signup",
                &[SAME_ORIGIN, FORM, ("content-encoding", "gzip")],
                body
            )
            .status,
        415
    );
    assert_eq!(app.mails().len(), mails);
    let with_charset = [
        SAME_ORIGIN,
        (
            "content-type",
            "application/x-www-form-urlencoded; charset=UTF-8",
        ),
    ];
    browser
        .send("POST", "/signup", &with_charset, body)
        .assert_redirect("/signup/sent");
}

#[test]
fn what_no_browser_sends_is_400() {
    let app = TestApp::start();
    let browser = app.browser();
    let many = (0..65).fold(String::new(), |form, number| format!("{form}f{number}=x&"));
    for body in [
        "email=%ff",
        "email=a&email=b",
        "%ff=x",
        "email=a&%65mail=b",
        &many,
    ] {
        browser
            .post_raw("/signup", body)
            .assert_page(400, "Something was wrong with that request");
    }
    assert_eq!(browser.get("/login?next=%ff").status, 400);
    assert_eq!(browser.get("/login?next=/a&next=/b").status, 400);
}

#[test]
fn what_is_too_large_is_413_however_it_comes() {
    let app = TestApp::start();
    let browser = app.browser();
    let large = format!("email={}", "a".repeat(64 * 1024));
    browser
        .post_raw("/login", &large)
        .assert_page(413, "That’s too large");
    assert_eq!(
        browser.post_raw("/login", &large[..64 * 1024]).status,
        422,
        "64 KiB are taken"
    );
    let chunks = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let answer = raw(
        &app,
        &format!(
            "POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nConnection: \
             close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: \
         chunked\r\n\r\n{chunks}"
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[test]
fn a_body_that_comes_too_slowly_is_408_and_the_connection_closes() {
    let app =
        TestApp::start_with(|settings| settings.edge.body_timeout = Duration::from_millis(50));
    let answer = raw(
        &app,
        "POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\nemail=",
    );
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(
        answer.contains("That took too long")
            && answer.to_lowercase().contains("connection: close"),
        "{answer}"
    );
}

#[test]
fn a_head_that_is_too_large_is_431() {
    let app = TestApp::start();
    let browser = app.browser();
    let cookie = "a".repeat(33 * 1024);
    let answer = browser.send("GET", "/", &[("cookie", &cookie)], "");
    answer.assert_page(431, "Your browser sent too much data");
    assert_eq!(
        browser
            .send("GET", "/", &[("cookie", &cookie[..31 * 1024])], "")
            .status,
        200
    );
}

/// CVE-2026-73051 and CVE-2021-38512: both framings in one request once allowed smuggling.
#[test]
fn cve_2026_73051_ambiguous_framing_is_refused() {
    let app = TestApp::start();
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for framing in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 5, 5\r\n",
    ] {
        let answer = raw(
            &app,
            &format!(
                "POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{framing}\r\n0\r\n\r\n{smuggled}"
            ),
        );
        assert!(answer.starts_with("HTTP/1.1 400 "), "{framing}: {answer}");
        assert!(!answer.contains("\nok\n"), "{framing}: {answer}");
    }
}

#[test]
fn an_error_page_names_its_reference_and_an_incoming_id_is_ignored() {
    let app = TestApp::start();
    let answer = app.browser().send(
        "GET",
        "/nowhere",
        &[("x-request-id", "chosen-by-a-stranger")],
        "",
    );
    answer.assert_page(404, "Page not found");
    let id = answer.header("x-request-id").to_owned();
    assert!(
        answer.text("main").contains(&format!("Reference: {id}")),
        "{}",
        answer.body
    );
    assert!(!answer.body.contains("stranger"));
    assert_ne!(app.browser().get("/nowhere").header("x-request-id"), id);
    assert!(answer.body.contains("href=\"/\""));
}

#[test]
fn only_the_files_of_the_folder_static_are_served() {
    let app = TestApp::start();
    let browser = app.browser();
    let style = browser
        .get("/")
        .attribute("link[rel=stylesheet]", "href")
        .expect("a stylesheet");
    let base = style.strip_suffix("/style.css").expect("its folder");
    assert_eq!(
        browser.get(&style).header("content-type"),
        "text/css; charset=utf-8"
    );
    let packed = raw(
        &app,
        &format!(
            "GET {style} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: \
             close\r\n\r\n"
        ),
    );
    assert!(
        packed.to_lowercase().contains("content-encoding: gzip"),
        "{packed}"
    );
    for path in [
        base.to_owned(),
        format!("{base}/"),
        format!("{base}/.hidden"),
        format!("{base}/../Cargo.toml"),
        format!("{base}/%2e%2e/Cargo.toml"),
        format!("{base}/..%2fCargo.toml"),
        format!("{base}//etc/passwd"),
        format!("{base}/style.css/"),
        format!("{base}/style%2Ecss"),
        format!("{base}/colours%2Ecss"),
        format!("{base}/icon.sv%67"),
        format!("{base}/nope.css"),
        "/static/style.css".to_owned(),
        "/static/".to_owned(),
        "/Cargo.toml".to_owned(),
        "/data/vestibule.db".to_owned(),
    ] {
        let answer = raw(
            &app,
            &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        );
        assert!(
            answer.starts_with("HTTP/1.1 404 ") || answer.starts_with("HTTP/1.1 400 "),
            "{path}: {answer}"
        );
    }
}

#[test]
fn health_and_readiness_answer() {
    let app = TestApp::start();
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = app.browser().get(path);
        assert_eq!((answer.status, answer.body.as_str()), (200, body));
    }
}

#[test]
fn a_database_that_lacks_a_migration_is_not_ready() {
    let app = TestApp::start();
    app.home.sql("DELETE FROM __diesel_schema_migrations");
    assert_eq!(app.browser().get("/readyz").status, 503);
    assert_eq!(
        app.browser().get("/healthz").status,
        200,
        "the process serves all the same"
    );
}

#[test]
fn signed_in_the_query_of_another_page_leads_nowhere() {
    let app = TestApp::start();
    let browser = app.sign_in("ada@example.org", PASSWORD);
    for path in ["/?next=/x", "/signup?next=/x", "/?a=%ff", "/?a=1&a=2"] {
        browser.get(path).assert_redirect("/dashboard");
    }
}

#[test]
fn the_change_password_url_leads_to_the_form_and_its_neighbours_are_not_there() {
    let app = TestApp::start();
    app.browser()
        .get("/.well-known/change-password")
        .assert_redirect("/account/password");
    assert_eq!(
        app.browser()
            .get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200")
            .status,
        404
    );
}

#[test]
fn a_flash_cookie_that_is_not_ours_says_nothing() {
    let app = TestApp::start_with(|settings| {
        settings.edge.public_url = PublicUrl::parse("http://localhost:8080");
    });
    let browser = app.browser();
    browser.post(
        "/signup",
        &[("email", "ada@example.org"), ("password", PASSWORD)],
    );
    let good = browser.cookie("flash").expect("a flash");
    let (content, tag) = good.split_once('.').expect("two parts");
    let named = |flash: &str| -> Answer {
        let browser = app.browser();
        browser.set_cookie("flash", flash);
        browser.get("/signup/sent")
    };
    assert!(named(&good).body.contains("ada@example.org"));
    for bad in [
        content.to_owned(),
        format!("{content}."),
        format!("{content}.{}", tag.to_uppercase()),
        format!("x{good}"),
        "x".to_owned(),
    ] {
        assert!(!named(&bad).body.contains("ada@example.org"), "{bad}");
    }
    app.advance(Duration::from_mins(16));
    assert!(
        !named(&good).body.contains("ada@example.org"),
        "it is short-lived"
    );
}

#[test]
fn browser_that_hides_its_origin_is_told_so() {
    let app = TestApp::start();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for headers in [&[form][..], &[form, ("origin", "null")]] {
        let answer = app.browser().send("POST", "/login", headers, "email=a");
        answer.assert_page(403, "We can’t accept forms from this browser");
    }
    let foreign = [form, ("origin", "https://evil.example")];
    let answer = app.browser().send("POST", "/login", &foreign, "email=a");
    answer.assert_page(403, "This form has expired");
}
