//! Login and logout: the form, its errors, the next page, the cookie.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vestibule::config::{PublicUrl, Settings};

use crate::support::{PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";
const WRONG: &str =
    "That email address or password isn’t right. Check both and try again, or reset your password.";

fn https(settings: &mut Settings) {
    settings.edge.public_url = PublicUrl::parse("https://login.example.org");
}

#[test]
fn wrong_password_and_unknown_address_look_alike() {
    let app = TestApp::start();
    app.person(EMAIL);
    let browser = app.browser();
    let wrong = browser.post(
        "/login",
        &[
            ("email", EMAIL),
            ("password", "wrong"),
            ("remember", "on"),
            ("next", "/dashboard?x"),
        ],
    );
    wrong.assert_page(422, "Error: Log in");
    assert_eq!(wrong.errors(), [WRONG]);
    assert_eq!(
        (wrong.value("email").as_str(), wrong.value("next").as_str()),
        (EMAIL, "/dashboard?x")
    );
    assert_eq!(
        wrong.attribute(".summary a", "href").as_deref(),
        Some("#email")
    );
    assert!(
        wrong.attribute("input[name=remember]", "checked").is_some(),
        "the tick is kept"
    );
    assert!(
        wrong.attribute("[aria-invalid]", "id").is_none(),
        "which field is wrong is secret"
    );
    for email in ["nobody@example.org", "not an address", "jürgen@example.org"] {
        let unknown = browser.post(
            "/login",
            &[
                ("email", email),
                ("password", "wrong"),
                ("remember", "on"),
                ("next", "/dashboard?x"),
            ],
        );
        assert_eq!(unknown.status, 422);
        let page = unknown.body_without_id().replace(email, EMAIL);
        assert_eq!(page, wrong.body_without_id());
    }
}

#[test]
fn empty_fields_have_errors() {
    let app = TestApp::start();
    let page = app
        .browser()
        .post("/login", &[("email", " "), ("password", "")]);
    page.assert_page(422, "Error: Log in");
    assert_eq!(
        page.errors(),
        ["Enter your email address", "Enter your password"]
    );
}

#[test]
fn browser_that_signed_up_sees_confirmation_hint() {
    let app = TestApp::start();
    let browser = app.browser();
    browser.sign_up(EMAIL, PASSWORD);
    let page = browser.log_in("ADA@example.org", PASSWORD);
    page.assert_page(422, "Error: Log in");
    assert!(
        page.errors()[0].starts_with("If you’ve just signed up, open the link"),
        "{:?}",
        page.errors()
    );
    assert_eq!(
        page.attribute("main form.apart", "action").as_deref(),
        Some("/verify/resend")
    );
    assert_eq!(
        page.attribute("main form.apart input[name=email]", "value")
            .as_deref(),
        Some("ADA@example.org")
    );
    let other = browser.log_in("grace@example.org", PASSWORD);
    assert_eq!(other.errors().len(), 1, "not for another address");
    app.advance(Duration::from_hours(24));
    assert_eq!(
        browser.log_in(EMAIL, PASSWORD).errors().len(),
        1,
        "for as long as the link works"
    );
    assert!(browser.cookie("session").is_none());
    browser
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
}

#[test]
fn login_continues_to_own_paths_only() {
    let app = TestApp::start();
    app.person(EMAIL);
    for (next, to) in [
        ("/dashboard?a=1&b=%20", "/dashboard?a=1&b=%20"),
        ("//evil.example", "/dashboard"),
        ("/\\evil.example", "/dashboard"),
        ("https://evil.example", "/dashboard"),
        ("javascript:alert(1)", "/dashboard"),
        ("/a\r\nSet-Cookie: x=y", "/dashboard"),
        ("", "/dashboard"),
    ] {
        let browser = app.browser();
        let login = browser.post(
            "/login",
            &[("email", EMAIL), ("password", PASSWORD), ("next", next)],
        );
        login.assert_redirect(to);
        let encoded =
            percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
        browser
            .get(&format!("/login?next={encoded}"))
            .assert_redirect(to);
    }
}

#[test]
fn page_behind_login_returns_after_it() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    browser.get("/login");
    let sent = browser.get("/dashboard?from=bookmark");
    sent.assert_redirect("/login?next=%2Fdashboard%3Ffrom%3Dbookmark");
    let page = browser.get(sent.header("location"));
    assert_eq!(page.notice(), "Log in to continue.");
    assert_eq!(page.value("next"), "/dashboard?from=bookmark");
}

#[test]
fn remember_decides_the_lifetime_of_the_cookie() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    let plain = browser.log_in(EMAIL, PASSWORD).set_cookies("session");
    assert_eq!(plain.len(), 1);
    assert!(
        plain[0].ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{}",
        plain[0]
    );
    let remembered = browser.log_in_remembered(EMAIL, PASSWORD);
    let remembered = &remembered.set_cookies("session")[0];
    assert!(
        remembered.ends_with(&format!(
            "; Path=/; HttpOnly; SameSite=Lax; Max-Age={}",
            180 * 86_400
        )),
        "{remembered}"
    );
    assert!(remembered.len() < 700, "{}", remembered.len());
}

#[test]
fn https_cookie_has_prefix_and_secure() {
    let app = TestApp::start();
    app.person(EMAIL);
    let app = app.restart_with(https);
    let browser = app.browser();
    let cookies = browser
        .log_in(EMAIL, PASSWORD)
        .set_cookies("__Host-session");
    assert!(
        cookies[0].ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{}",
        cookies[0]
    );
    let page = browser.get("/dashboard");
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("strict-transport-security"),
        "max-age=63072000; includeSubDomains"
    );
    // A sibling host can plant the name without the prefix. It is ignored.
    let value = browser.cookie("__Host-session").expect("signed in");
    browser.forget_cookie("__Host-session");
    browser.set_cookie("session", &value);
    assert_eq!(browser.get("/dashboard").status, 303);
}

#[test]
fn token_contains_user_and_session_only() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let token = browser.cookie("session").expect("signed in");
    let part = |at: usize| -> Value {
        let part = token.split('.').nth(at).expect("three parts");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
    };
    let (header, claims) = (part(0), part(1));
    assert_eq!(header["alg"], "HS256");
    assert_eq!(header["typ"], "vestibule-session+jwt");
    assert_eq!(
        header
            .as_object()
            .expect("an object")
            .keys()
            .collect::<Vec<_>>(),
        ["alg", "kid", "typ"]
    );
    assert_eq!(
        claims
            .as_object()
            .expect("an object")
            .keys()
            .collect::<Vec<_>>(),
        ["aud", "exp", "iat", "iss", "jti", "nbf", "sub"]
    );
    assert_eq!(claims["iss"], json!(app.public_url));
    assert_eq!(
        claims["exp"].as_i64().expect("a number") - claims["iat"].as_i64().expect("a number"),
        7 * 86_400
    );
    assert!(!claims.to_string().contains("ada"));
    assert_eq!(claims["jti"].as_str().map(str::len), Some(43));
}

/// GHSA-c9h6-v78w-52wj: a session must not survive a change of user on a shared browser.
#[test]
fn ghsa_c9h6_v78w_52wj_login_replaces_the_session() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.person("grace@example.org");
    let old = browser.cookie("session").expect("signed in");
    browser
        .log_in("grace@example.org", PASSWORD)
        .assert_redirect("/dashboard");
    assert!(browser.get("/dashboard").body.contains("grace@example.org"));
    let attacker = app.browser();
    attacker.set_cookie("session", &old);
    assert_eq!(attacker.get("/dashboard").status, 303);
}

#[test]
fn logout_ends_the_session_on_the_server() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let cookie = browser.cookie("session").expect("signed in");
    let out = browser.post("/logout", &[]);
    out.assert_redirect("/login");
    assert_eq!(
        out.set_cookies("session"),
        ["session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"]
    );
    assert_eq!(browser.get("/login").notice(), "You’ve logged out.");
    browser.set_cookie("session", &cookie);
    assert_eq!(browser.get("/dashboard").status, 303);
    // The form is sent twice, from an old tab, and by a program without a body.
    browser.post("/logout", &[]).assert_redirect("/login");
    app.browser().post("/logout", &[]).assert_redirect("/login");
    app.browser()
        .send("POST", "/logout", &[("sec-fetch-site", "same-origin")], "")
        .assert_redirect("/login");
}

#[test]
fn link_to_logout_only_shows_the_button() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let page = browser.get("/logout");
    page.assert_page(200, "Log out");
    assert_eq!(page.text("main strong"), EMAIL);
    assert_eq!(browser.get("/dashboard").status, 200);
    let action = page.attribute("main form", "action").expect("a form");
    browser.post(&action, &[]).assert_redirect("/login");
    browser.get("/logout").assert_redirect("/login");
}

#[test]
fn login_renews_a_hash_of_another_cost() {
    let app = TestApp::start();
    app.person(EMAIL);
    let app = app.restart_with(|settings| settings.bcrypt_cost = 5);
    let stored = |app: &TestApp| {
        let content = app.home.content();
        let has = |what: &[u8]| content.windows(what.len()).any(|window| window == what);
        (has(b"v1$2b$04$"), has(b"v1$2b$05$"))
    };
    assert_eq!(stored(&app), (true, false));
    assert_eq!(app.browser().log_in(EMAIL, "wrong").status, 422);
    assert!(!stored(&app).1, "a wrong password renews nothing");
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    assert!(stored(&app).1);
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn busy_hasher_rejects_and_loses_nothing() {
    let app = TestApp::start();
    app.person(EMAIL);
    // No check may wait: a request that comes during a check is rejected. Attempts at the same time
    // count as failures, so there are no limits.
    let app = app.restart_with(|settings| {
        settings.limits = false;
        settings.longest_hash_wait = Duration::ZERO;
        settings.bcrypt_cost = 10;
    });
    app.log_in(EMAIL, PASSWORD);
    let responses: Vec<_> = std::thread::scope(|scope| {
        let logins: Vec<_> = (0..12)
            .map(|_| scope.spawn(|| app.browser().log_in(EMAIL, PASSWORD)))
            .collect();
        logins
            .into_iter()
            .map(|login| login.join().expect("answers"))
            .collect()
    });
    let (rejected, accepted): (Vec<_>, Vec<_>) = responses
        .iter()
        .partition(|response| response.status == 503);
    assert!(
        !rejected.is_empty() && !accepted.is_empty(),
        "{} of them were rejected",
        rejected.len()
    );
    for response in rejected {
        response.assert_page(503, "Sorry, we’re not available right now");
        assert_ne!(response.header("retry-after"), "");
    }
    for response in accepted {
        response.assert_redirect("/dashboard");
    }
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
}

/// A browser that sent two cookies of the name, or a foreign one, keeps none.
#[test]
fn logout_removes_any_session_cookie() {
    let app = TestApp::start();
    let cookie = app
        .register_and_log_in(EMAIL, PASSWORD)
        .cookie("session")
        .expect("signed in");
    for sent in [
        format!("session=a; session={cookie}"),
        "session=nonsense".to_owned(),
        String::new(),
    ] {
        let left = app.browser().send(
            "POST",
            "/logout",
            &[("cookie", sent.as_str()), ("sec-fetch-site", "same-origin")],
            "",
        );
        left.assert_redirect("/login");
        assert!(
            left.set_cookies("session")[0].contains("Max-Age=0"),
            "{:?}",
            left.set_cookies("session")
        );
    }
}

/// The right password in a browser that keeps no cookies once led to "Log in to continue", for
/// ever.
#[test]
fn browser_without_cookies_gets_the_cookie_page() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    let referrer = format!("{}/login", app.public_url);
    let go = |path: &str, referrer: &str| {
        app.browser()
            .send("GET", path, &[("referer", referrer)], "")
    };
    let first = app.browser().log_in(EMAIL, PASSWORD);
    let second = go(first.header("location"), &referrer);
    let page = go(second.header("location"), &referrer);
    page.assert_page(200, "Allow cookies to log in");
    assert!(
        page.text("main")
            .contains("Your email address and password are right")
    );
    assert!(!page.body.contains(EMAIL));
    let again = "main a.button";
    assert_eq!(
        page.attribute(again, "referrerpolicy").as_deref(),
        Some("no-referrer"),
        "or the link would lead back here"
    );
    let href = page.attribute(again, "href").expect("a link");
    assert_eq!(href, "/login?next=%2Fdashboard");
    app.browser().get(&href).assert_page(200, "Log in");
}

#[test]
fn only_cookieless_login_gets_the_cookie_page() {
    let app = TestApp::start();
    let known = app.register(EMAIL, PASSWORD);
    let own = |path: &str| format!("{}{path}", app.public_url);
    let form = "/login?next=%2Fdashboard";
    for referrer in [
        own("/"),
        own("/login/"),
        own("/signup"),
        "https://evil.example/login".to_owned(),
        format!("{}.evil.example/login", app.public_url),
    ] {
        let page = app
            .browser()
            .send("GET", form, &[("referer", &referrer)], "");
        page.assert_page(200, "Log in");
    }
    // The cookie of a login shows that the browser keeps them.
    let from_login = own("/login?next=%2Fpeople");
    let page = known.send("GET", form, &[("referer", &from_login)], "");
    page.assert_page(200, "Log in");
    let page = app
        .browser()
        .send("GET", "/login", &[("referer", &from_login)], "");
    page.assert_page(200, "Log in");
}
