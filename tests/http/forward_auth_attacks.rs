//! Attacks on apps behind a proxy: forged headers, stolen and planted codes and cookies, and
//! proxies that are not trusted. Tests named after a report are others' bugs.

use std::time::Duration;

use crate::support::behind::{DOCUMENT, SCRIPT};
use crate::support::races::{Outcomes, head_starts, let_go_first};
use crate::support::{AppAt, Browser, PASSWORD, TestApp, at_once};

const EMAIL: &str = "ada@example.org";
const OTHER: &str = "eve@example.org";

/// Starts an app whose wiki Ada has opened.
fn opened() -> (TestApp, AppAt, Browser) {
    let app = TestApp::start_behind_a_proxy();
    app.register(EMAIL, PASSWORD);
    app.open_app("wiki");
    let (wiki, login) = app.opened_wiki(EMAIL);
    (app, wiki, login)
}

/// oauth2-proxy CVE-2026-40575 (GHSA-7x63-xv5r-3p2x), oauth2-proxy/oauth2-proxy#3506.
#[test]
fn cve_2026_40575_untrusted_peer_is_rejected() {
    let (app, wiki, _) = opened();
    wiki.assert_open();
    let app = app.restart_with(|_| {});
    let wiki = AppAt {
        host: wiki.host.clone(),
        browser: app.with_cookies_of(&wiki.browser),
    };
    let rejected = wiki.check("GET", "/", &DOCUMENT);
    assert_eq!((rejected.status, rejected.body.as_str()), (403, ""));
    assert_eq!(rejected.headers.get("remote-user"), None);
    let rejected = wiki.check_by_nginx("GET", "/", &DOCUMENT);
    assert_eq!((rejected.status, rejected.body.as_str()), (403, ""));
}

/// caddyserver/caddy#7545 (GHSA-7r4p-vjf4-gxv4): a header that the response lacked stayed the
/// client's.
#[test]
fn caddy_7545_forged_headers_never_reach_app() {
    let (app, wiki, _) = opened();
    app.command(&["app", "set", "wiki", "public_paths=/assets/"]);
    let forged = [
        ("remote-user", "root@example.org"),
        ("remote-groups", "staff"),
        ("x-vestibule-assertion", "forged"),
    ];
    let checked = wiki.check("GET", "/", &[&forged[..], &DOCUMENT].concat());
    assert_eq!(checked.header("remote-user"), EMAIL);
    let stranger = app.app_at("wiki.localhost");
    for path in ["/", "/assets/a"] {
        let checked = stranger.check("GET", path, &forged);
        for name in ["remote-user", "remote-groups", "x-vestibule-assertion"] {
            assert_eq!(checked.header(name), "", "{path} {name}");
        }
    }
}

/// oauth2-proxy CVE-2026-34457 (GHSA-5hvv-m4w4-gf6v): a `User-Agent` opened the app.
#[test]
fn cve_2026_34457_no_user_agent_opens() {
    let (app, ..) = opened();
    let stranger = app.app_at("wiki.localhost");
    for agent in ["GoogleHC/1.0", "kube-probe/1.30", "ELB-HealthChecker/2.0"] {
        assert_eq!(
            stranger.check("GET", "/", &[("user-agent", agent)]).status,
            401
        );
    }
}

/// authentik CVE-2026-25748 (GHSA-fj56-5763-j8pp), goauthentik/authentik#6857: a malformed cookie
/// was approved.
#[test]
fn cve_2026_25748_malformed_cookie_is_rejected() {
    let (app, wiki, login) = opened();
    let good = wiki.browser.cookie("vestibule").expect("a cookie");
    let session = login.cookie("session").expect("a session");
    let tokens = app.tokens(EMAIL, PASSWORD);
    let stranger = app.app_at("wiki.localhost");
    let cut = &good[..good.len() - 1];
    for value in [
        "",
        "a",
        "a.b.c",
        "\"",
        cut,
        &session,
        &tokens.access,
        &format!("{good}."),
    ] {
        stranger.browser.set_cookie("vestibule", value);
        assert_eq!(stranger.check("GET", "/", &SCRIPT).status, 401, "{value}");
    }
    stranger.browser.set_cookie("vestibule", &good);
    assert_eq!(stranger.check("GET", "/", &SCRIPT).status, 200);
    let twice = format!("vestibule={good}; vestibule=other");
    stranger.browser.forget_cookie("vestibule");
    assert_eq!(
        stranger.check("GET", "/", &[("cookie", &twice)]).status,
        401
    );
}

/// vouch/vouch-proxy#605: one compromised host had all.
#[test]
fn vouch_605_app_cookie_opens_no_other_app() {
    let (app, wiki, _) = opened();
    app.open_app("files");
    let files = AppAt {
        host: "files.localhost".to_owned(),
        browser: app.with_cookies_of(&wiki.browser),
    };
    files.assert_needs_login();
    wiki.assert_open();
}

#[test]
fn app_cookie_is_no_session_and_no_bearer() {
    let (app, wiki, _) = opened();
    let cookie = wiki.browser.cookie("vestibule").expect("a cookie");
    let browser = app.browser();
    browser.set_cookie("session", &cookie);
    browser.set_cookie("vestibule", &cookie);
    browser
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    let program = app.program_saying(&format!("Bearer {cookie}"));
    assert_eq!(program.get("/api/v1/me").status, 401);
}

#[test]
fn api_token_opens_no_app() {
    let (app, ..) = opened();
    let tokens = app.tokens(EMAIL, PASSWORD);
    let stranger = app.app_at("wiki.localhost");
    let bearer = format!("Bearer {}", tokens.access);
    assert_eq!(
        stranger
            .check("GET", "/", &[("authorization", &bearer)])
            .status,
        401
    );
}

/// A copy of a removed app's cookie worked again after the next hand-over.
#[test]
fn removed_app_cookie_stays_invalid() {
    let (app, wiki, login) = opened();
    let copy = AppAt {
        host: wiki.host.clone(),
        browser: app.with_cookies_of(&wiki.browser),
    };
    copy.assert_open();
    let remove = login.get("/account/apps").action("/remove");
    login.post(&remove, &[]).assert_redirect("/account/apps");
    copy.assert_needs_login();
    wiki.open(&login, &app, "/").assert_redirect("/");
    wiki.assert_open();
    copy.assert_needs_login();
}

/// A request that looked like a preflight request passed without a login.
#[test]
fn preflight_needs_a_named_origin() {
    let (app, ..) = opened();
    let stranger = app.app_at("wiki.localhost");
    for (origin, site) in [
        ("http://wiki.localhost", "same-origin"),
        ("http://wiki.localhost", "none"),
        ("http://evil.example", "same-origin"),
        ("null", "none"),
    ] {
        let headers = [
            ("origin", origin),
            ("sec-fetch-site", site),
            ("access-control-request-method", "POST"),
        ];
        let checked = stranger.check("OPTIONS", "/", &headers);
        assert_eq!(checked.status, 401, "{origin} {site}");
    }
}

/// Browsers send a cookie to every port of a host, so the login form must not be at any of them.
#[test]
fn no_port_of_an_app_has_login_form() {
    let (app, wiki, _) = opened();
    for host in [
        "wiki.localhost:8443",
        "wiki.localhost.",
        "WIKI.localhost.:1",
    ] {
        let login = wiki.browser.send("GET", "/login", &[("host", host)], "");
        assert_eq!(login.status, 404, "{host}");
    }
    for host in ["wik%.localhost", "wik_.localhost", "mywiki.localhost"] {
        let login = app.browser().send("GET", "/login", &[("host", host)], "");
        assert_eq!(login.status, 200, "{host}");
    }
}

/// The pages on the way to an app named it to anyone who guessed its id.
#[test]
fn closed_app_is_not_named() {
    let (app, wiki, login) = opened();
    let way = wiki.begin(&app, "/");
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let go_on = format!("/continue?to={}", encode(&way));
    let again = format!("/login/again?next={}", encode(&way));
    assert!(login.get(&go_on).body.contains("Continuing to"));
    assert!(login.get(&again).body.contains("Wiki"));
    app.browser().get(&go_on).assert_redirect(&way);
    let foreign = way.replace("wiki%2Elocalhost", "evil%2Elocalhost");
    let foreign = foreign.replace("wiki.localhost", "evil.localhost");
    assert_ne!(foreign, way);
    let go_on_foreign = format!("/continue?to={}", encode(&foreign));
    login.get(&go_on_foreign).assert_redirect(&foreign);
    app.command(&["app", "deny", "wiki", "everyone"]);
    login.get(&go_on).assert_redirect(&way);
    assert!(!login.get(&again).body.contains("Wiki"));
}

/// A login with a second step opened the app for as long as the session lived, even after the user
/// had removed the second step.
#[test]
fn removed_second_step_closes_the_app() {
    let app = TestApp::start_behind_a_proxy();
    app.register(EMAIL, PASSWORD);
    app.open_app("wiki");
    let (wiki, login) = app.opened_wiki(EMAIL);
    let authenticator = app.add_authenticator(&login);
    app.command(&["app", "set", "wiki", "needs=second_step"]);
    app.advance(Duration::from_secs(30));
    let code = authenticator.next_code(&app);
    let form = [("current_password", PASSWORD), ("code", code.as_str())];
    login
        .post("/login/again", &form)
        .assert_redirect("/dashboard");
    wiki.assert_open();
    let remove = login.get("/account/security").action("/remove");
    let confirmed = [("confirmed", "on")];
    login
        .post(&remove, &confirmed)
        .assert_redirect("/account/security");
    wiki.assert_needs_login();
}

#[test]
fn code_works_once() {
    let (app, _, login) = opened();
    let wiki = app.app_at("wiki.localhost");
    let code = wiki.code(&login, &app, "/page");
    wiki.get(&code).assert_redirect("/page");
    wiki.assert_open();
    // Going back in the same browser does no harm.
    wiki.get(&code).assert_redirect("/page");
    wiki.assert_open();
    // A copy of the nonce without the cookie of the app ends the login of both.
    let copy = app.app_at("wiki.localhost");
    let way = wiki.browser.cookie("vestibule-way").expect("a nonce");
    copy.browser.set_cookie("vestibule-way", &way);
    copy.get(&code).assert_redirect("/.vestibule/in?to=%2Fpage");
    wiki.assert_needs_login();
}

#[test]
fn code_needs_its_browser() {
    let (app, _, login) = opened();
    let wiki = app.app_at("wiki.localhost");
    let code = wiki.code(&login, &app, "/");
    let victim = app.app_at("wiki.localhost");
    victim.get(&code).assert_page(400, "Cookies are needed");
    victim.begin(&app, "/");
    victim
        .get(&code)
        .assert_page(400, "This login can’t be completed");
    victim.assert_needs_login();
    wiki.get(&code).assert_redirect("/");
}

/// tinyauth GHSA-xg2q-62g2-cvcm: another app redeemed a code.
#[test]
fn tinyauth_code_opens_no_other_app() {
    let (app, _, login) = opened();
    app.open_app("files");
    let wiki = app.app_at("wiki.localhost");
    let code = wiki.code(&login, &app, "/");
    let files = AppAt {
        host: "files.localhost".to_owned(),
        browser: app.with_cookies_of(&wiki.browser),
    };
    files
        .get(&code)
        .assert_page(400, "This login can’t be completed");
    for forged in ["", "a", "%00", "AAAA"] {
        let page = wiki.get(&format!("/.vestibule/done?code={forged}"));
        page.assert_page(400, "This login can’t be completed");
    }
    wiki.get(&code).assert_redirect("/");
}

#[test]
fn code_expires_after_60_seconds() {
    let (app, _, login) = opened();
    let wiki = app.app_at("wiki.localhost");
    let in_time = wiki.code(&login, &app, "/");
    app.advance(Duration::from_secs(59));
    wiki.get(&in_time).assert_redirect("/");
    let wiki = app.app_at("wiki.localhost");
    let late = wiki.code(&login, &app, "/");
    app.advance(Duration::from_mins(1));
    wiki.get(&late).assert_redirect("/.vestibule/in?to=%2F");
    wiki.assert_needs_login();
}

#[test]
fn code_ends_with_session_and_membership() {
    let (app, _, login) = opened();
    let wiki = app.app_at("wiki.localhost");
    let code = wiki.code(&login, &app, "/");
    login.post("/logout", &[]);
    wiki.get(&code).assert_redirect("/.vestibule/in?to=%2F");
    let login = app.log_in(EMAIL, PASSWORD);
    let code = wiki.code(&login, &app, "/");
    app.command(&["app", "deny", "wiki", "everyone"]);
    wiki.get(&code).assert_redirect("/.vestibule/denied");
    assert_eq!(
        app.home.count("app_logins", "1 = 1"),
        1,
        "only the first one"
    );
}

/// An attacker's login must not become the victim's.
#[test]
fn planted_way_cookie_is_rejected() {
    let (app, ..) = opened();
    app.register(OTHER, PASSWORD);
    let attacker = app.app_at("wiki.localhost");
    let code = attacker.code(&app.log_in(OTHER, PASSWORD), &app, "/");
    let victim = app.app_at("wiki.localhost");
    victim.browser.set_cookie("vestibule-way", "x");
    victim.get(&code).assert_page(400, "Cookies are needed");
    let enter = victim.begin(&app, "/");
    let own = victim.browser.cookie("vestibule-way").expect("a nonce");
    let planted = attacker.browser.cookie("vestibule-way").expect("a nonce");
    assert_ne!(own, planted);
    assert!(!enter.contains(&own[..43]), "the nonce stays at the host");
    victim
        .get(&code)
        .assert_page(400, "This login can’t be completed");
}

/// greenpau/caddy-security#269: a redirect was built from `X-Forwarded-Host`.
#[test]
fn caddy_security_269_redirects_lead_to_known_origins() {
    let (app, _, login) = opened();
    let evil = app.app_at("evil.localhost");
    assert_eq!(evil.get("/.vestibule/in").status, 404);
    let checked = evil.check("GET", "/", &SCRIPT);
    assert_eq!(
        (checked.status, checked.problem_code()),
        (403, "unknown_app".to_owned())
    );
    let enter = app.app_at("wiki.localhost").begin(&app, "/");
    for (from, to) in [
        ("wiki%2Elocalhost", "evil%2Elocalhost"),
        ("%2Fwiki", "%2Fwiki%2Elocalhost%40evil"),
        ("/apps/wiki/", "/apps/files/"),
        ("challenge=", "challenge=x"),
    ] {
        assert!(enter.contains(from), "{enter}");
        let page = login.get(&enter.replacen(from, to, 1));
        page.assert_page(400, "We don’t know this app");
    }
}

/// goauthentik/authentik#26076, #19605: the browser went round in circles.
#[test]
fn authentik_26076_fifth_handover_stops_at_a_page() {
    let (app, ..) = opened();
    let wiki = app.app_at("wiki.localhost");
    for _ in 0..4 {
        wiki.begin(&app, "/page");
    }
    let page = wiki.get("/.vestibule/in?to=%2Fpage");
    page.assert_page(429, "We couldn’t open Wiki");
    assert_eq!(page.header("retry-after"), "60");
    wiki.begin(&app, "/other");
    app.advance(Duration::from_secs(61));
    wiki.begin(&app, "/page");
}

/// thomseddon/traefik-forward-auth#295: ten tabs at once did not all arrive.
#[test]
fn traefik_forward_auth_295_ten_tabs_all_arrive() {
    let (app, _, login) = opened();
    let wiki = app.app_at("wiki.localhost");
    let paths: Vec<String> = (0..10).map(|tab| format!("/{tab}")).collect();
    let codes: Vec<_> = paths.iter().map(|to| wiki.code(&login, &app, to)).collect();
    for (to, code) in paths.iter().zip(codes) {
        wiki.get(&code).assert_redirect(to);
    }
    wiki.assert_open();
}

/// Only a whole session gets a code.
#[test]
fn tinyauth_half_a_login_gets_no_code() {
    let (app, ..) = opened();
    app.register(OTHER, PASSWORD);
    app.add_authenticator(&app.log_in(OTHER, PASSWORD));
    let pending = app.at_second_step(OTHER);
    let enter = app.app_at("wiki.localhost").begin(&app, "/");
    let answer = pending.get(&enter);
    assert!(
        answer.header("location").starts_with("/login?next="),
        "{}",
        answer.body
    );
}

#[test]
fn twenty_redemptions_at_once_open_the_app_once() {
    let (app, _, login) = opened();
    let wiki = app.app_at("wiki.localhost");
    let code = wiki.code(&login, &app, "/");
    let browsers = (0..20).map(|_| AppAt {
        host: wiki.host.clone(),
        browser: app.with_cookies_of(&wiki.browser),
    });
    let redeem = |wiki: AppAt| wiki.get(&code).header("location") == "/";
    let all: Vec<Box<dyn FnOnce() -> bool + Send>> = browsers
        .map(|wiki| Box::new(move || redeem(wiki)) as Box<dyn FnOnce() -> bool + Send>)
        .collect();
    assert_eq!(
        at_once(all).into_iter().filter(|is_open| *is_open).count(),
        1
    );
}

/// Redeems a code while `end` takes the access away. Whichever comes first, nothing is open
/// afterwards. `begin` gives the access before each round. Both get a browser: that of the user, or
/// that of `by`.
#[track_caller]
fn race_against(
    app: &TestApp,
    by: Option<&Browser>,
    begin: impl Fn(&Browser),
    end: impl Fn(&Browser) + Sync,
) {
    let (opened, too_late) = (true, false);
    let mut outcomes = Outcomes::of(&[opened, too_late]);
    while let Some(round) = outcomes.next_round() {
        if let Some(by) = by {
            begin(by);
        }
        let login = app.log_in(EMAIL, PASSWORD);
        let ender = app.with_cookies_of(by.unwrap_or(&login));
        let wiki = app.app_at("wiki.localhost");
        let code = wiki.code(&login, app, "/");
        let (before, after) = head_starts(round);
        let (code, end) = (&code, &end);
        let results = at_once::<Option<AppAt>>(vec![
            Box::new(move || {
                let_go_first(&wiki.browser, before);
                wiki.get(code);
                Some(wiki)
            }),
            Box::new(move || {
                let_go_first(&ender, after);
                end(&ender);
                None
            }),
        ]);
        let wiki = results
            .into_iter()
            .flatten()
            .next()
            .expect("the host of the app");
        outcomes.record(wiki.browser.cookie("vestibule").is_some());
        let checked = wiki.check("GET", "/", &SCRIPT);
        assert!(matches!(checked.status, 401 | 403), "{}", checked.status);
    }
}

/// Returns a browser of an administrator.
fn administrator(app: &TestApp) -> Browser {
    app.register(OTHER, PASSWORD);
    app.command(&["user", "make-admin", OTHER]);
    app.log_in(OTHER, PASSWORD)
}

#[test]
fn redemption_against_logout_opens_nothing_afterwards() {
    let (app, ..) = opened();
    let log_out = |login: &Browser| {
        login.post("/logout", &[]).assert_redirect("/login");
    };
    race_against(&app, None, |_| {}, log_out);
}

#[test]
fn redemption_against_leaving_the_group_opens_nothing_afterwards() {
    let (app, ..) = opened();
    let id = app.user_id(EMAIL);
    app.command(&["group", "create", "staff"]);
    app.command(&["app", "deny", "wiki", "everyone"]);
    app.command(&["app", "allow", "wiki", "staff"]);
    let member = |admin: &Browser, action: &str| {
        let form = [("action", action), ("id", &id), ("email", EMAIL)];
        let changed = admin.post("/admin/groups/staff", &form);
        changed.assert_redirect("/admin/groups/staff");
    };
    let (add, remove) = (
        |admin: &Browser| member(admin, "add"),
        |admin: &Browser| member(admin, "remove"),
    );
    race_against(&app, Some(&administrator(&app)), add, remove);
}

#[test]
fn redemption_against_lock_opens_nothing_afterwards() {
    let (app, ..) = opened();
    let person = format!("/admin/people/{}", app.user_id(EMAIL));
    let act = |admin: &Browser, action: &str| {
        let form = [("action", action), ("confirmed", "on")];
        admin.post(&person, &form).assert_redirect(&person);
    };
    let admin = administrator(&app);
    act(&admin, "lock");
    let (unlock, lock) = (
        |admin: &Browser| act(admin, "unlock"),
        |admin: &Browser| act(admin, "lock"),
    );
    race_against(&app, Some(&admin), unlock, lock);
}

#[test]
fn redemption_against_app_deletion_opens_nothing() {
    let (app, ..) = opened();
    let admin = administrator(&app);
    app.command(&["app", "delete", "wiki", "--yes"]);
    let delete = |admin: &Browser| {
        let form = [("action", "delete"), ("confirmed", "on")];
        let deleted = admin.post("/admin/apps/wiki", &form);
        deleted.assert_redirect("/admin/apps");
    };
    race_against(&app, Some(&admin), |_| app.open_app("wiki"), delete);
}
