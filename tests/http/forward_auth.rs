//! Apps behind a proxy: the check, the hand-over, and the access rule.

use std::time::Duration;

use crate::support::behind::{DOCUMENT, SCRIPT};
use crate::support::{AppAt, Browser, PASSWORD, Response, TestApp, eventually};

const EMAIL: &str = "Ada@Example.org";
const IDENTITY: [&str; 7] = [
    "remote-user",
    "remote-email",
    "remote-name",
    "remote-groups",
    "x-vestibule-assertion",
    "x-vestibule-expires",
    "x-vestibule-cookie",
];

/// Starts an app with the user Ada and an open wiki.
fn wiki() -> TestApp {
    let app = TestApp::start_behind_a_proxy();
    app.register(EMAIL, PASSWORD);
    app.open_app("wiki");
    app
}

/// Starts an app whose wiki Ada has opened.
fn opened() -> (TestApp, AppAt, Browser) {
    let app = wiki();
    let (wiki, login) = app.opened_wiki(EMAIL);
    (app, wiki, login)
}

/// Asserts that a response has every header of identity, with these values.
#[track_caller]
fn assert_identity(response: &Response, values: [&str; 4]) {
    assert_eq!(response.status, 200, "{}", response.body);
    for name in IDENTITY {
        assert!(response.headers.contains_key(name), "{name}");
    }
    let found: Vec<&str> = IDENTITY[..4]
        .iter()
        .map(|name| response.header(name))
        .collect();
    assert_eq!(found, values);
}

#[test]
fn webappsec_csp_8_user_opens_app_through_the_login() {
    let app = wiki();
    let (wiki, login) = (app.app_at("wiki.localhost"), app.browser());
    let checked = wiki.check("GET", "/page?a=1", &DOCUMENT);
    let begin = "/.vestibule/in?to=%2Fpage%3Fa%3D1";
    checked.assert_redirect(&format!("http://wiki.localhost{begin}"));
    let enter = wiki.begin(&app, "/page?a=1");

    let redirected = login.get(&enter);
    let next = redirected.header("location").to_owned();
    assert!(
        next.starts_with("/login?next=%2Fapps%2Fwiki%2Fenter"),
        "{next}"
    );
    let form = login.get(&next);
    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("next", &form.value("next")),
    ];
    let logged_in = login.post("/login", &form);
    let go_on = logged_in.header("location").to_owned();
    assert!(
        go_on.starts_with("/continue?to=%2Fapps%2Fwiki%2Fenter"),
        "{go_on}"
    );
    let page = login.get(&go_on);
    page.assert_page(200, "Continuing to Wiki");
    assert_eq!(page.attributes("main a", "href"), [enter.as_str()]);

    let entered = login.get(&enter);
    let done = entered
        .header("location")
        .strip_prefix("http://wiki.localhost");
    let done = wiki.get(done.expect("the host of the app"));
    done.assert_redirect("/page?a=1");
    let cookie = &done.set_cookies("vestibule")[0];
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    let checked = wiki.check("GET", "/page?a=1", &DOCUMENT);
    assert_identity(&checked, ["ada@example.org", "ada@example.org", "", ""]);
    assert_eq!(app.events("app_opened"), 1);
}

#[test]
fn every_passing_response_has_all_identity_headers() {
    let (app, wiki, login) = opened();
    app.command(&["group", "create", "staff"]);
    app.command(&["group", "create", "authors"]);
    app.command(&["group", "add", "staff", EMAIL]);
    app.command(&["group", "add", "authors", EMAIL]);
    login.post(
        "/account/profile",
        &[("name", "Ada Lovelace"), ("handle", ""), ("bio", "")],
    );
    let checked = wiki.check("GET", "/", &SCRIPT);
    let user = "ada@example.org";
    assert_identity(&checked, [user, user, "Ada Lovelace", "authors,staff"]);
    let expires: u64 = checked
        .header("x-vestibule-expires")
        .parse()
        .expect("seconds");
    assert!((1..=7 * 24 * 3600).contains(&expires), "{expires}");
    assert_eq!(checked.header("vary"), "Cookie");

    app.command(&["app", "set", "wiki", "username=id", "public_paths=/assets/"]);
    let checked = wiki.check("GET", "/", &SCRIPT);
    assert_eq!(
        checked.header("remote-user"),
        app.user_id("ada@example.org")
    );
    let stranger = app.app_at("wiki.localhost");
    assert_identity(&stranger.check("GET", "/assets/a.css", &[]), [""; 4]);
}

/// Bothari/Athenaeum#13: a name of the user's choice was another user's local account.
#[test]
fn athenaeum_13_chosen_name_is_never_the_user() {
    let (app, wiki, login) = opened();
    let form = [("name", "admin"), ("handle", "admin-of-all"), ("bio", "")];
    login.post("/account/profile", &form);
    assert_eq!(app.home.count("users", "handle = 'admin-of-all'"), 1);
    let user = wiki.check("GET", "/", &DOCUMENT);
    assert_eq!(user.header("remote-user"), "ada@example.org");
    app.command(&["app", "set", "wiki", "username=id"]);
    let user = wiki.check("GET", "/", &DOCUMENT);
    assert_eq!(user.header("remote-user"), app.user_id("ada@example.org"));
}

/// caddyserver/caddy#5430 and traefik/traefik#3039: the check got the headers of a WebSocket.
#[test]
fn caddy_5430_websocket_is_checked_like_any_request() {
    let (_app, wiki, _) = opened();
    let handshake = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("origin", "http://wiki.localhost"),
    ];
    for _ in 0..2 {
        let checked = wiki.check("GET", "/socket", &handshake);
        assert_eq!(checked.status, 200, "{}", checked.body);
        assert_eq!(checked.header("remote-user"), "ada@example.org");
    }
}

/// Only the proxy may say at which host a request arrived.
#[test]
fn untrusted_peer_does_not_choose_the_host() {
    let app = TestApp::start_now(|_| {});
    app.open_app("wiki");
    let wiki = app.app_at("wiki.localhost");
    assert_eq!(wiki.get("/.vestibule/in").status, 404);
}

#[test]
fn app_cookies_last_as_long_as_session() {
    let app = wiki();
    let login = app.browser();
    login
        .log_in_remembered(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    let wiki = app.app_at("wiki.localhost");
    let begun = wiki.get("/.vestibule/in");
    let way = &begun.set_cookies("vestibule-way")[0];
    assert!(
        way.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600"),
        "{way}"
    );
    let done = wiki.open(&login, &app, "/");
    assert_eq!(done.header("referrer-policy"), "strict-origin");
    let cookie = &done.set_cookies("vestibule")[0];
    let age = cookie.split_once("Max-Age=").expect("an age").1;
    let age: u64 = age.parse().expect("seconds");
    let longest = 180 * 24 * 3600;
    assert!((longest - 60..=longest).contains(&age), "{cookie}");
}

#[test]
fn requests_to_an_app_keep_the_session_alive() {
    let (app, wiki, login) = opened();
    for _ in 0..5 {
        app.advance(Duration::from_hours(10));
        wiki.assert_open();
        // The activity is written behind the response.
        let seen = format!("last_seen_at = {}", app.clock.now().millis());
        eventually(|| app.home.count("sessions", &seen) == 1);
    }
    assert_eq!(login.get("/dashboard").status, 200);
}

#[test]
fn app_gets_its_cookies_without_ours() {
    let (_app, wiki, _) = opened();
    wiki.browser.set_cookie("theme", "dark");
    wiki.browser.set_cookie("wiki", "a=b");
    let checked = wiki.check("GET", "/", &DOCUMENT);
    assert_eq!(checked.header("x-vestibule-cookie"), "theme=dark; wiki=a=b");
    assert_eq!(checked.headers.get("cookie"), None);
    assert!(checked.set_cookies("vestibule").is_empty());
    let headers = [
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "wiki.localhost"),
        ("x-forwarded-uri", "/"),
        ("x-forwarded-method", "GET"),
    ];
    let checked = wiki
        .browser
        .send("GET", "/forward-auth/traefik", &headers, "");
    assert_eq!(checked.header("cookie"), "theme=dark; wiki=a=b");
}

#[test]
fn response_without_session_depends_on_request_kind() {
    let app = wiki();
    let wiki = app.app_at("wiki.localhost");
    let script = wiki.check("GET", "/data", &SCRIPT);
    assert_eq!(
        (script.status, script.problem_code()),
        (401, "login_required".to_owned())
    );
    let challenge = "Vestibule realm=\"Wiki\", login=\"http://wiki.localhost/.vestibule/in\"";
    assert_eq!(script.header("www-authenticate"), challenge);
    assert_eq!(script.header("location"), "");

    let accept = [("accept", "text/html")];
    assert_eq!(wiki.check("GET", "/", &accept).status, 303);
    assert_eq!(wiki.check("GET", "/", &[("accept", "*/*")]).status, 401);
    let socket = [
        ("upgrade", "websocket"),
        ("origin", "http://wiki.localhost"),
    ];
    assert_eq!(wiki.check("GET", "/socket", &socket).status, 401);

    // A program says nothing about where it comes from.
    let program = wiki.check("PROPFIND", "/data", &[]);
    assert_eq!(
        (program.status, program.problem_code()),
        (401, "login_required".to_owned())
    );

    let form = [("sec-fetch-site", "same-origin"), DOCUMENT[1], DOCUMENT[2]];
    let form = wiki.check("POST", "/save", &form);
    form.assert_page(401, "You’re logged out");
    assert_eq!(form.header("www-authenticate"), challenge);
    let style = form
        .attribute("link[rel=stylesheet]", "href")
        .expect("a style");
    assert!(style.starts_with("/.vestibule/static/"), "{style}");
    assert_eq!(wiki.get(&style).status, 200);
    let unknown = app.app_at("unknown.localhost");
    assert_eq!(unknown.get(&style).status, 200, "at any host");
}

/// nginx passes on nothing but 401 and 403.
#[test]
fn nginx_gets_its_redirects_as_headers() {
    let app = wiki();
    let wiki = app.app_at("wiki.localhost");
    let checked = wiki.check_by_nginx("GET", "/page", &DOCUMENT);
    let begin = "http://wiki.localhost/.vestibule/in?to=%2Fpage";
    assert_eq!((checked.status, checked.header("location")), (401, begin));
    let script = wiki.check_by_nginx("GET", "/page", &SCRIPT);
    assert_eq!((script.status, script.header("location")), (401, ""));
    let (wiki, _) = app.opened_wiki(EMAIL);
    app.command(&["app", "deny", "wiki", "everyone"]);
    let denied = wiki.check_by_nginx("GET", "/page", &DOCUMENT);
    let page = "http://wiki.localhost/.vestibule/denied";
    assert_eq!((denied.status, denied.header("location")), (403, page));
    wiki.get("/.vestibule/denied")
        .assert_page(403, "You can’t open Wiki");
}

/// A request that is far from the target of a redirect leads to the first page of the app.
#[test]
fn long_or_unsafe_target_becomes_the_first_page() {
    let app = wiki();
    let wiki = app.app_at("wiki.localhost");
    let first = "http://wiki.localhost/.vestibule/in?to=%2F";
    let long = format!("/{}", "a".repeat(1024));
    for path in [&long, "//evil.example/", "/\\evil.example"] {
        wiki.check("GET", path, &DOCUMENT).assert_redirect(first);
    }
    let enter = wiki.begin(&app, "https://evil.example/");
    assert!(enter.ends_with("&to=%2F"), "{enter}");
}

#[test]
fn ended_session_closes_app_with_next_request() {
    let (app, wiki, login) = opened();
    wiki.assert_open();
    login.post("/logout", &[]);
    wiki.assert_needs_login();

    let (wiki, _) = app.opened_wiki(EMAIL);
    app.command(&["user", "lock", EMAIL]);
    wiki.assert_needs_login();
    app.command(&["user", "unlock", EMAIL]);
    wiki.assert_needs_login();

    let (wiki, _) = app.opened_wiki(EMAIL);
    app.advance(Duration::from_hours(25));
    wiki.assert_needs_login();
}

#[test]
fn leaving_group_closes_app_with_next_request() {
    let app = TestApp::start_behind_a_proxy();
    app.register(EMAIL, PASSWORD);
    app.open_app("wiki");
    app.command(&["group", "create", "staff"]);
    app.command(&["app", "deny", "wiki", "everyone"]);
    app.command(&["app", "allow", "wiki", "staff"]);
    let (login, wiki) = (app.log_in(EMAIL, PASSWORD), app.app_at("wiki.localhost"));
    let denied = login.get(&wiki.begin(&app, "/"));
    denied.assert_page(403, "You can’t open Wiki");
    app.command(&["group", "add", "staff", EMAIL]);
    wiki.open(&login, &app, "/").assert_redirect("/");
    wiki.assert_open();
    app.command(&["group", "remove", "staff", EMAIL]);
    let page = wiki.check("GET", "/", &DOCUMENT);
    page.assert_page(403, "You can’t open Wiki");
    let script = wiki.check("GET", "/", &SCRIPT);
    assert_eq!(
        (script.status, script.problem_code()),
        (403, "no_access".to_owned())
    );
    assert_eq!(app.events("app_refused"), 1, "once an hour");
    app.advance(Duration::from_mins(61));
    wiki.check("GET", "/", &SCRIPT);
    assert_eq!(app.events("app_refused"), 1, "not for a script");
    wiki.check("GET", "/", &DOCUMENT);
    wiki.check("GET", "/", &DOCUMENT);
    assert_eq!(app.events("app_refused"), 2);
    let in_use = app.run(&["group", "delete", "staff", "--yes"]);
    let error = String::from_utf8_lossy(&in_use.stderr).into_owned();
    assert!(
        error.contains("the app Wiki is open to the group staff"),
        "{error}"
    );
}

#[test]
fn disabled_app_is_closed_to_all() {
    let (app, wiki, login) = opened();
    app.command(&["app", "set", "wiki", "disabled=on", "public_paths=/assets/"]);
    wiki.check("GET", "/", &DOCUMENT)
        .assert_page(403, "You can’t open Wiki");
    assert_eq!(wiki.check("GET", "/assets/a.css", &SCRIPT).status, 403);
    login
        .get(&wiki.begin(&app, "/"))
        .assert_page(403, "You can’t open Wiki");
    app.command(&["app", "set", "wiki", "disabled=off"]);
    wiki.assert_open();
    app.command(&["app", "delete", "wiki", "--yes"]);
    let page = wiki.check("GET", "/", &DOCUMENT);
    page.assert_page(403, "We don’t know this app");
    let gone = wiki.check("GET", "/", &SCRIPT);
    assert_eq!(
        (gone.status, gone.problem_code()),
        (403, "unknown_app".to_owned())
    );
}

#[test]
fn app_can_need_a_recent_login() {
    let (app, wiki, login) = opened();
    app.command(&["app", "set", "wiki", "password_within=10"]);
    let expires = wiki
        .check("GET", "/", &DOCUMENT)
        .header("x-vestibule-expires")
        .to_owned();
    assert_eq!(expires, "600");
    app.advance(Duration::from_mins(10));
    assert_eq!(wiki.check("GET", "/", &SCRIPT).status, 401);
    wiki.assert_needs_login();
    let enter = wiki.begin(&app, "/page");
    let again = login.get(&enter);
    let again = again.header("location").to_owned();
    assert!(
        again.starts_with("/login/again?next=%2Fapps%2Fwiki%2Fenter"),
        "{again}"
    );
    let page = login.get(&again);
    page.assert_page(200, "Confirm it’s you");
    assert!(
        page.body.contains("You’ll then continue to"),
        "{}",
        page.body
    );
    let next = page.value("next");
    let form = |password| [("current_password", password), ("next", next.as_str())];
    let wrong = login.post("/login/again", &form("wrong"));
    assert_eq!((wrong.status, wrong.value("next")), (422, next.clone()));
    let right = login.post("/login/again", &form(PASSWORD));
    assert!(right.header("location").starts_with("/continue?to="));
    // The session is the same one, so the app need not be opened again.
    wiki.assert_open();
    wiki.open(&login, &app, "/page").assert_redirect("/page");
}

#[test]
fn app_can_need_a_second_step() {
    let app = TestApp::start_behind_a_proxy();
    app.register(EMAIL, PASSWORD);
    app.open_app("wiki");
    app.command(&["app", "set", "wiki", "needs=second_step"]);
    let (login, wiki) = (app.log_in(EMAIL, PASSWORD), app.app_at("wiki.localhost"));
    login
        .get(&wiki.begin(&app, "/"))
        .assert_redirect("/account/security");
    assert!(
        login
            .get("/account/security")
            .notice()
            .contains("Wiki needs a second step")
    );
    let authenticator = app.add_authenticator(&login);
    let again = login.get(&wiki.begin(&app, "/"));
    assert!(again.header("location").starts_with("/login/again?next="));
    app.advance(Duration::from_secs(30));
    let code = authenticator.next_code(&app);
    let form = [("current_password", PASSWORD), ("code", code.as_str())];
    login
        .post("/login/again", &form)
        .assert_redirect("/dashboard");
    wiki.open(&login, &app, "/").assert_redirect("/");
    wiki.assert_open();
}

#[test]
fn host_of_an_app_has_nothing_else() {
    let app = wiki();
    let wiki = app.app_at("wiki.localhost");
    let host = [("host", "wiki.localhost")];
    for path in [
        "/",
        "/login",
        "/dashboard",
        "/api/v1/me",
        "/.vestibule",
        "/.vestibule/x",
    ] {
        let response = wiki.browser.send("GET", path, &host, "");
        assert_eq!(response.status, 404, "{path}");
    }
    assert_eq!(
        wiki.browser.send("GET", "/.vestibule/in", &host, "").status,
        303
    );
    assert_eq!(wiki.browser.send("GET", "/healthz", &host, "").status, 200);
    for other in ["other.localhost", "localhost", "127.0.0.1"] {
        for path in ["/.vestibule/in", "/.vestibule/done", "/.vestibule/out"] {
            let response = wiki.browser.send("GET", path, &[("host", other)], "");
            assert_eq!(response.status, 404, "{other}{path}");
        }
        let login = wiki.browser.send("GET", "/login", &[("host", other)], "");
        assert_eq!(login.status, 200, "{other}");
    }
    let out = wiki.get("/.vestibule/out");
    out.assert_redirect(&format!("{}/logout", app.public_url));
}

#[test]
fn authelia_648_named_origin_may_call_the_app() {
    let (app, wiki, _) = opened();
    let origin = ("origin", "http://files.localhost");
    let cross = [("sec-fetch-site", "same-site"), origin];
    let foreign = wiki.check("POST", "/data", &cross);
    assert_eq!(
        (foreign.status, foreign.problem_code()),
        (403, "forbidden_origin".to_owned())
    );
    assert_eq!(foreign.header("access-control-allow-origin"), "");
    let preflight = [origin, ("access-control-request-method", "POST")];
    assert_eq!(wiki.check("OPTIONS", "/data", &preflight).status, 401);

    app.command(&["app", "set", "wiki", "cross_origins=http://files.localhost"]);
    assert_eq!(wiki.check("POST", "/data", &cross).status, 200);
    assert_identity(&wiki.check("OPTIONS", "/data", &preflight), [""; 4]);
    let stranger = app.app_at("wiki.localhost");
    let rejected = stranger.check("GET", "/data", &cross);
    assert_eq!(rejected.status, 401);
    assert_eq!(
        rejected.header("access-control-allow-origin"),
        "http://files.localhost"
    );
    assert_eq!(rejected.header("access-control-allow-credentials"), "true");
}

#[test]
fn public_path_needs_no_login() {
    let (app, wiki, _) = opened();
    app.command(&["app", "set", "wiki", "public_paths=/assets/ /health"]);
    let stranger = app.app_at("wiki.localhost");
    assert_identity(
        &stranger.check("GET", "/assets/a.css?v=1", &SCRIPT),
        [""; 4],
    );
    assert_eq!(stranger.check("GET", "/healthy", &SCRIPT).status, 401);
    assert_eq!(
        stranger
            .check("GET", "/assets/%2e%2e/admin", &SCRIPT)
            .status,
        401
    );
    // A user with a session is known there, too.
    let checked = wiki.check("GET", "/assets/a.css", &SCRIPT);
    assert_eq!(checked.header("remote-user"), "ada@example.org");
    let foreign = [("origin", "http://evil.localhost")];
    assert_identity(&wiki.check("POST", "/assets/a", &foreign), [""; 4]);
}

#[test]
fn assertion_is_signed_with_a_published_key() {
    let (app, wiki, _) = opened();
    app.command(&["app", "set", "wiki", "assertion=on"]);
    let checked = wiki.check("GET", "/", &DOCUMENT);
    let token = checked.header("x-vestibule-assertion");
    let header = jsonwebtoken::decode_header(token).expect("a JWT");
    assert_eq!(header.typ.as_deref(), Some("vestibule-assertion+jwt"));
    let keys = app.browser().get("/.well-known/jwks.json").body;
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&keys).expect("keys");
    let key = keys
        .find(&header.kid.expect("an id"))
        .expect("a published key");
    let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a key");
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    rules.set_audience(&["http://wiki.localhost"]);
    rules.set_issuer(&[&app.public_url]);
    let claims: serde_json::Value = jsonwebtoken::decode(token, &key, &rules)
        .expect("valid")
        .claims;
    assert_eq!(claims["sub"], app.user_id("ada@example.org"));
    assert_eq!(claims["email"], "ada@example.org");
    let lifetime = claims["exp"].as_i64().zip(claims["iat"].as_i64());
    assert_eq!(lifetime.map(|(end, begin)| end - begin), Some(120));
    // It opens nothing of ours.
    let program = app.program_saying(&format!("Bearer {token}"));
    assert_eq!(program.get("/api/v1/me").status, 401);
}
