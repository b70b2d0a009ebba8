//! The edge: the same-origin rule, forms and bodies, headers, errors, raw requests.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use vestibule::config::PublicUrl;

use crate::api::endpoints;
use crate::support::{PASSWORD, Response, TestApp, connect};

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
                .split([',', ' ', ')'])
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

/// Returns the routes that exist for everyone. Those of the administration, of the checks and of
/// the hosts of apps have tests of their own.
fn open_routes() -> impl Iterator<Item = (String, bool)> {
    let others = ["/admin", "/.vestibule", "/forward-auth"];
    let routes = routes().into_iter();
    routes.filter(move |(path, _)| others.iter().all(|other| !path.starts_with(other)))
}

/// Sends raw bytes. Returns the response until the connection closes or nothing more comes.
fn raw(app: &TestApp, request: &str) -> String {
    let mut stream = connect(&app.base);
    stream.write_all(request.as_bytes()).expect("sends");
    let mut response = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        response.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8_lossy(&response).into_owned()
}

/// Returns the address of a page's stylesheet.
pub fn stylesheet(page: &Response) -> String {
    page.attribute("link[rel=stylesheet]", "href")
        .expect("a stylesheet")
}

#[test]
fn every_route_rejects_cross_site_requests() {
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
                let response = browser.send(method, &path, headers, "email=a%40b");
                let expected = match path.as_str() {
                    // A check is a GET, and accepts no other method from anywhere.
                    path if path.starts_with("/forward-auth/") => 405,
                    // This is not the host of an app.
                    path if path.starts_with("/.vestibule/") => 404,
                    _ => 403,
                };
                assert_eq!(response.status, expected, "{method} {path} {headers:?}");
            }
        }
    }
    assert!(app.emails().is_empty());
}

#[test]
fn origin_decides_without_fetch_metadata() {
    let app = TestApp::start();
    let form = "email=ada%40example.org&password=harbour+velvet+onion";
    let response = app.browser().send(
        "POST",
        "/signup",
        &[FORM, ("origin", &app.public_url)],
        form,
    );
    response.assert_redirect("/signup/sent");
    let rejected = app.browser().send(
        "POST",
        "/signup",
        &[FORM, ("origin", "http://localhost")],
        form,
    );
    rejected.assert_page(403, "This form has expired");
    assert!(
        rejected.body.contains("href=\"/signup\""),
        "there is a way back"
    );
}

#[test]
fn rejection_comes_before_the_body_is_read() {
    let app = TestApp::start();
    let head = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: \
                application/x-www-form-urlencoded\r\n";
    let response = raw(
        &app,
        &format!(
            "{head}Content-Length: 60000\r\nConnection: close\r\nSec-Fetch-Site: cross-site\r\n\r\n"
        ),
    );
    assert!(response.starts_with("HTTP/1.1 403 "), "{response}");
}

#[test]
fn wrong_methods_are_405_with_allowed_ones() {
    let app = TestApp::start();
    let browser = app.browser();
    for (path, has_form) in open_routes() {
        let path = path.replace("{id}", "x");
        for method in ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"] {
            let response = browser.send(method, &path, &[SAME_ORIGIN], "");
            response.assert_page(405, "This page can’t be opened directly");
            let allow = response.header("allow");
            assert!(allow.ends_with("OPTIONS"), "{method} {path}: {allow}");
            // These are rejected before the route is known.
            let may_post = has_form || ["TRACE", "PROPFIND"].contains(&method);
            assert_eq!(allow.contains("POST"), may_post, "{method} {path}: {allow}");
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
fn wrong_method_on_static_file_shows_own_page() {
    let app = TestApp::start();
    let style = stylesheet(&app.browser().get("/"));
    for method in ["POST", "DELETE"] {
        let response = app.browser().send(method, &style, &[SAME_ORIGIN], "");
        response.assert_page(405, "This page can’t be opened directly");
        assert_eq!(
            (response.header("allow"), response.header("cache-control")),
            ("GET, HEAD, OPTIONS", "no-store")
        );
    }
}

/// `HAProxy` sends such a request as its health check.
#[test]
fn options_lists_the_methods_of_each_path() {
    let app = TestApp::start();
    let style = stylesheet(&app.browser().get("/"));
    let pages = open_routes().map(|(path, _)| path);
    let api = endpoints(&app);
    let api = api.iter().map(|endpoint| endpoint.path.clone());
    for path in pages.chain(api).chain([style]) {
        let path = path.replace("{id}", "x").replace("{handle}", "x");
        let response = app.browser().send("OPTIONS", &path, &[], "");
        assert_eq!(
            (response.status, response.body.as_str()),
            (204, ""),
            "{path}"
        );
        let allowed: Vec<_> = response.header("allow").split(", ").collect();
        assert!(
            allowed.len() > 1 && allowed.contains(&"OPTIONS"),
            "{path}: {allowed:?}"
        );
        for method in allowed.into_iter().filter(|method| *method != "OPTIONS") {
            let headers = [SAME_ORIGIN, FORM];
            let status = app.browser().send(method, &path, &headers, "").status;
            assert_ne!(status, 405, "{method} {path}");
        }
    }
    for path in ["/nowhere", "/static/x", "/api/v1/nowhere"] {
        assert_eq!(
            app.browser().send("OPTIONS", path, &[], "").status,
            404,
            "{path}"
        );
    }
    let old = raw(&app, "OPTIONS / HTTP/1.0\r\n\r\n");
    assert!(old.starts_with("HTTP/1.0 204 "), "{old}");
}

#[test]
fn every_response_has_the_security_headers() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    let style = stylesheet(&browser.get("/dashboard"));
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
        "/invitation?token=x".to_owned(),
        "/second-step/remove?token=x".to_owned(),
        "/login?next=%2Fundo%3Ftoken%3Dx".to_owned(),
        "/%ff".to_owned(),
    ]) {
        for response in [
            browser.get(&path),
            app.browser().get(&path),
            browser.send(
                "POST",
                &path,
                &[SAME_ORIGIN, ("content-type", "text/plain")],
                "x",
            ),
        ] {
            let header = |name| response.header(name);
            assert_eq!(header("content-security-policy"), CSP, "{path}");
            assert_eq!(header("x-content-type-options"), "nosniff");
            let referrer = if path.contains("token") && path.contains('?') {
                "strict-origin"
            } else {
                "same-origin"
            };
            assert_eq!(header("referrer-policy"), referrer, "{path}");
            assert_eq!(header("cross-origin-opener-policy"), "same-origin");
            assert_eq!(header("cross-origin-resource-policy"), "same-origin");
            assert_eq!(
                header("permissions-policy"),
                "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), \
                 microphone=(), payment=(), usb=()"
            );
            assert_eq!(header("x-request-id").len(), 16);
            assert_eq!(header("strict-transport-security"), "", "not over http");
            assert!(
                response
                    .headers
                    .keys()
                    .all(|name| !name.as_str().starts_with("access-control")),
                "{path}"
            );
            assert!(
                !response.headers.contains_key("server"),
                "no version in headers"
            );
            let immutable = path == style && response.status == 200;
            let cache = match path.as_str() {
                _ if immutable => "public, max-age=31536000, immutable",
                "/.well-known/jwks.json" if response.status == 200 => "public, max-age=300",
                "/robots.txt" | "/favicon.ico" | "/apple-touch-icon.png"
                    if response.status == 200 =>
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
fn head_responds_like_get_without_body() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
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
    let (browser, logged_in) = (
        app.browser(),
        app.register_and_log_in("eve@example.org", PASSWORD),
    );
    let emails = app.emails().len();
    let body = "email=ada%40example.org&password=harbour+velvet+onion";
    // A token is removed by its path only, and an app is closed by it.
    let by_path = ["/account/tokens/{id}/remove", "/account/apps/{id}/remove"];
    let has_fields = |path: &String| !by_path.contains(&path.as_str());
    let forms = open_routes().filter(|(_, has_form)| *has_form);
    let paths: Vec<_> = forms
        .map(|(path, _)| path)
        .filter(has_fields)
        .map(|path| path.replace("{id}", "x"))
        .collect();
    assert_eq!(paths.len(), 36, "{paths:?}");
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencodedx",
        "",
    ] {
        for path in &paths {
            let needs_login = path.starts_with("/account/") || path == "/login/again";
            let sender = if needs_login { &logged_in } else { &browser };
            let response = sender.send("POST", path, &[SAME_ORIGIN, ("content-type", kind)], body);
            response.assert_page(415, "We can’t read that");
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
    assert_eq!(app.emails().len(), emails);
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
fn malformed_requests_are_400() {
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
fn too_large_body_is_413_with_any_framing() {
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
    let response = raw(
        &app,
        &format!(
            "POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nConnection: \
             close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: \
         chunked\r\n\r\n{chunks}"
        ),
    );
    assert!(response.starts_with("HTTP/1.1 413 "), "{response}");
}

#[test]
fn slow_body_is_408_and_closes_connection() {
    let app =
        TestApp::start_with(|settings| settings.edge.body_timeout = Duration::from_millis(50));
    let response = raw(
        &app,
        "POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\nemail=",
    );
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert!(
        response.contains("That took too long")
            && response.to_lowercase().contains("connection: close"),
        "{response}"
    );
}

#[test]
fn too_large_head_is_431() {
    let app = TestApp::start();
    let browser = app.browser();
    let cookie = "a".repeat(33 * 1024);
    let response = browser.send("GET", "/", &[("cookie", &cookie)], "");
    response.assert_page(431, "Your browser sent too much data");
    assert_eq!(
        browser
            .send("GET", "/", &[("cookie", &cookie[..31 * 1024])], "")
            .status,
        200
    );
}

/// CVE-2026-73051 and CVE-2021-38512: both framings in one request once allowed smuggling.
#[test]
fn cve_2026_73051_ambiguous_framing_is_rejected() {
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
        let response = raw(
            &app,
            &format!(
                "POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{framing}\r\n0\r\n\r\n{smuggled}"
            ),
        );
        assert!(
            response.starts_with("HTTP/1.1 400 "),
            "{framing}: {response}"
        );
        assert!(!response.contains("\nok\n"), "{framing}: {response}");
    }
}

#[test]
fn error_page_shows_own_reference_not_incoming_id() {
    let app = TestApp::start();
    let response = app.browser().send(
        "GET",
        "/nowhere",
        &[("x-request-id", "chosen-by-a-stranger")],
        "",
    );
    response.assert_page(404, "Page not found");
    let id = response.header("x-request-id").to_owned();
    assert!(
        response.text("main").contains(&format!("Reference: {id}")),
        "{}",
        response.body
    );
    assert!(!response.body.contains("stranger"));
    assert_ne!(app.browser().get("/nowhere").header("x-request-id"), id);
    assert!(response.body.contains("href=\"/\""));
}

#[test]
fn only_files_of_static_folder_are_served() {
    let app = TestApp::start();
    let browser = app.browser();
    let style = stylesheet(&browser.get("/"));
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
        let response = raw(
            &app,
            &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        );
        assert!(
            response.starts_with("HTTP/1.1 404 ") || response.starts_with("HTTP/1.1 400 "),
            "{path}: {response}"
        );
    }
}

#[test]
fn health_and_readiness_respond() {
    let app = TestApp::start();
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let response = app.browser().get(path);
        assert_eq!((response.status, response.body.as_str()), (200, body));
    }
}

#[test]
fn database_without_a_migration_is_not_ready() {
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
fn logged_in_query_of_another_page_is_ignored() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    for path in ["/?next=/x", "/signup?next=/x", "/?a=%ff", "/?a=1&a=2"] {
        browser.get(path).assert_redirect("/dashboard");
    }
}

#[test]
fn change_password_url_redirects_and_neighbours_are_404() {
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
fn forged_flash_cookie_shows_no_message() {
    let app = TestApp::start_with(|settings| {
        settings.edge.public_url = PublicUrl::parse("http://localhost:8080");
    });
    let browser = app.browser();
    browser.sign_up("ada@example.org", PASSWORD);
    let good = browser.cookie("flash").expect("a flash");
    let (content, tag) = good.split_once('.').expect("two parts");
    let named = |flash: &str| -> Response {
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
fn browser_that_hides_its_origin_gets_advice() {
    let app = TestApp::start();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for headers in [&[form][..], &[form, ("origin", "null")]] {
        let response = app.browser().send("POST", "/login", headers, "email=a");
        response.assert_page(403, "We can’t accept forms from this browser");
    }
    let foreign = [form, ("origin", "https://evil.example")];
    let response = app.browser().send("POST", "/login", &foreign, "email=a");
    response.assert_page(403, "This form has expired");
}
