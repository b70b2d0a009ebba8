//! Access and refresh tokens: what they open, for how long, and where each kind is accepted.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vestibule::config::{PublicUrl, Secret, Settings};

use crate::support::races::{Outcomes, head_starts, let_go_first, rounds};
use crate::support::{
    Email, OTHER_PASSWORD, PASSWORD, Process, Response, TestApp, Tokens, at_once,
};

const EMAIL: &str = "ada@example.org";
const COPIED: &str = "An app was logged out – Vestibule";

fn live_api_sessions(app: &TestApp) -> i64 {
    let live = "ended_at IS NULL AND refresh_generation IS NOT NULL";
    app.home.count("sessions", live)
}

#[track_caller]
fn assert_over(app: &TestApp, tokens: &Tokens) {
    app.program_with(&tokens.access)
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    app.refresh(&tokens.refresh)
        .assert_problem(401, "invalid_refresh_token");
}

#[test]
fn access_token_follows_rfc_9068_for_15_minutes() {
    let app = TestApp::start();
    app.person(EMAIL);
    let response = app.program().post(
        "/api/v1/token",
        &json!({ "email": EMAIL, "password": PASSWORD }),
    );
    assert_eq!(
        (
            &response.json()["token_type"],
            &response.json()["expires_in"]
        ),
        (&json!("Bearer"), &json!(900))
    );
    assert_eq!(
        response.json()["refresh_expires_at"],
        "2026-11-29T12:00:00Z"
    );
    assert_eq!(response.header("cache-control"), "no-store");
    let tokens = Tokens::of(&response);
    let part = |number: usize| -> Value {
        let part = tokens.access.split('.').nth(number).expect("three parts");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
    };
    let (header, claims) = (part(0), part(1));
    let names = |object: &Value| {
        object
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&header), ["alg", "kid", "typ"]);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("EdDSA"), &json!("at+jwt"))
    );
    assert_eq!(
        names(&claims),
        [
            "acr",
            "amr",
            "aud",
            "auth_time",
            "client_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "sid",
            "sub"
        ]
    );
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&json!(app.public_url), &json!(app.public_url))
    );
    assert_eq!(
        claims["exp"].as_i64().expect("a number") - claims["iat"].as_i64().expect("a number"),
        900
    );
    assert!(
        !tokens.access.contains(EMAIL) && !claims.to_string().contains("ada"),
        "no personal data"
    );

    let ada = app.program_with(&tokens.access);
    app.advance(Duration::from_mins(14));
    assert_eq!(ada.get("/api/v1/me").status, 200);
    app.advance(Duration::from_secs(100));
    let rejected = ada.get("/api/v1/me");
    rejected.assert_problem(401, "invalid_token");
    assert_eq!(
        rejected.header("www-authenticate"),
        "Bearer error=\"invalid_token\""
    );
}

#[test]
fn refresh_token_repeats_its_successor_for_30_seconds() {
    let app = TestApp::start();
    app.person(EMAIL);
    let first = app.tokens(EMAIL, PASSWORD);
    let second = Tokens::of(&app.refresh(&first.refresh));
    assert_ne!(second.refresh, first.refresh);
    app.advance(Duration::from_secs(29));
    let again = Tokens::of(&app.refresh(&first.refresh));
    assert_eq!(again.refresh, second.refresh, "the same next one");
    assert_ne!(again.access, second.access, "and a fresh access token");
    let third = Tokens::of(&app.refresh(&second.refresh));
    for access in [&first.access, &second.access, &again.access, &third.access] {
        assert_eq!(
            app.program_with(access).get("/api/v1/me").status,
            200,
            "one session has them all"
        );
    }
    assert_eq!(live_api_sessions(&app), 1);
    assert!(
        !app.emails_to(EMAIL)
            .iter()
            .any(|message| message.subject == COPIED)
    );
}

#[test]
fn reused_refresh_token_ends_session_and_notifies_owner() {
    let app = TestApp::start();
    app.person(EMAIL);
    let other = app.tokens(EMAIL, PASSWORD);
    for too_late in [true, false] {
        let first = app.tokens(EMAIL, PASSWORD);
        let second = Tokens::of(&app.refresh(&first.refresh));
        let stolen = if too_late {
            app.advance(Duration::from_secs(31));
            &first
        } else {
            // Two exchanges old, with no time in between.
            Tokens::of(&app.refresh(&second.refresh));
            &first
        };
        let emails = app.emails_to(EMAIL).len();
        app.refresh(&stolen.refresh)
            .assert_problem(401, "invalid_refresh_token");
        assert_over(&app, &second);
        let message = app.email_about(EMAIL, COPIED);
        assert_eq!(app.emails_to(EMAIL).len(), emails + 1, "one notice");
        assert!(message.text.contains("This wasn’t me") && !message.undo_token().is_empty());
    }
    assert_eq!(
        app.program_with(&other.access).get("/api/v1/me").status,
        200,
        "other sessions go on"
    );
    let browser = app.log_in(EMAIL, PASSWORD);
    assert!(
        browser
            .get("/account/activity")
            .body
            .contains("its login token was used twice")
    );
}

/// In any order of arrival, the session stays and has one chain of tokens.
#[test]
fn parallel_refreshes_get_the_same_next_token() {
    let app = TestApp::start_with(|settings| settings.edge.workers = Some(4));
    app.person(EMAIL);
    let mut tokens = app.tokens(EMAIL, PASSWORD);
    for round in 0..rounds() {
        let ask = || {
            Box::new(|| Tokens::of(&app.refresh(&tokens.refresh)))
                as Box<dyn FnOnce() -> Tokens + Send + '_>
        };
        let responses = at_once((0..20).map(|_| ask()).collect());
        let next = responses[0].refresh.clone();
        assert!(
            responses
                .iter()
                .all(|response| response.refresh == next && next != tokens.refresh),
            "round {round}"
        );
        assert_eq!(live_api_sessions(&app), 1, "round {round}");
        tokens = responses.into_iter().next_back().expect("20 answers");
        assert_eq!(
            app.program_with(&tokens.access).get("/api/v1/me").status,
            200,
            "round {round}"
        );
        app.advance(Duration::from_secs(31));
    }
    assert!(
        !app.emails_to(EMAIL)
            .iter()
            .any(|message| message.subject == COPIED)
    );
}

/// The attacker's copy and the owner's refresh race. Only one of them may succeed in a round.
#[test]
fn session_ends_when_reuse_and_refresh_race() {
    let app = TestApp::start_with(|settings| {
        settings.edge.workers = Some(4);
        settings.limits = false;
    });
    app.person(EMAIL);
    // The refresh comes before the copy, or both come after it.
    let mut outcomes = Outcomes::of(&[true, false]);
    while let Some(round) = outcomes.next_round() {
        let first = app.tokens(EMAIL, PASSWORD);
        let second = Tokens::of(&app.refresh(&first.refresh));
        app.advance(Duration::from_secs(31));
        let (before_copy, before_refresh) = head_starts(round);
        let ask = |token: &str, requests_before: usize| {
            let (app, token) = (&app, token.to_owned());
            Box::new(move || {
                let_go_first(&app.browser(), requests_before);
                app.refresh(&token)
            }) as Box<dyn FnOnce() -> Response + Send + '_>
        };
        let responses = at_once(vec![
            ask(&first.refresh, before_copy),
            ask(&second.refresh, before_refresh),
            ask(&second.refresh, before_refresh),
        ]);
        assert_eq!(responses[0].status, 401, "round {round}");
        let (refreshed, rejected): (Vec<_>, Vec<_>) = responses[1..]
            .iter()
            .partition(|response| response.status == 200);
        for response in &refreshed {
            assert_over(&app, &Tokens::of(response));
        }
        for response in rejected {
            response.assert_problem(401, "invalid_refresh_token");
        }
        assert_eq!(live_api_sessions(&app), 0, "round {round}");
        outcomes.record(!refreshed.is_empty());
    }
}

#[test]
fn cve_2026_43911_end_of_session_ends_its_tokens() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let end = |how: &str, end: &dyn Fn(&Tokens)| {
        let tokens = app.tokens(EMAIL, PASSWORD);
        assert_eq!(
            app.program_with(&tokens.access).get("/api/v1/me").status,
            200,
            "{how}"
        );
        end(&tokens);
        assert_over(&app, &tokens);
    };
    end("log out", &|tokens| {
        assert_eq!(
            app.program_with(&tokens.access)
                .delete("/api/v1/token")
                .status,
            204
        );
    });
    end("log out everywhere else, in a browser", &|_| {
        browser
            .post("/account/sessions/end-others", &[])
            .assert_redirect("/account/sessions");
    });
    end("ended by another program", &|tokens| {
        let list = app
            .program_with(&tokens.access)
            .get("/api/v1/me/sessions")
            .json();
        let id = list["items"][0]["id"].as_str().expect("an id").to_owned();
        let other = app.program_with(&app.tokens(EMAIL, PASSWORD).access);
        assert_eq!(
            other.delete(&format!("/api/v1/me/sessions/{id}")).status,
            204
        );
    });
    end("a changed password", &|_| {
        let form = [
            ("current_password", PASSWORD),
            ("password", OTHER_PASSWORD),
            ("end_others", "on"),
        ];
        browser
            .post("/account/password", &form)
            .assert_redirect("/account");
        let form = [("current_password", OTHER_PASSWORD), ("password", PASSWORD)];
        browser
            .post("/account/password", &form)
            .assert_redirect("/account");
    });
    let reset = |password: &str| {
        // The link of a reset request, or of an undo.
        let is_reset_link = |message: &&Email| message.subject.starts_with("Reset your password");
        let emails = app.emails_to(EMAIL);
        let newest = emails.iter().find(is_reset_link);
        let token = newest.expect("a reset link").token();
        let form = [("token", token.as_str()), ("password", password)];
        app.browser()
            .post("/password/reset", &form)
            .assert_redirect("/login");
    };
    end("a new password by a link", &|_| {
        app.browser().post("/password/forgot", &[("email", EMAIL)]);
        reset(PASSWORD);
    });
    end("an undo", &|_| {
        let undo = app
            .email_about(EMAIL, "Your password was changed – Vestibule")
            .undo_token();
        app.browser()
            .post("/undo", &[("token", &undo)])
            .assert_redirect("/password/sent");
        // The next one needs the usual password, which the undo has blocked.
        reset(OTHER_PASSWORD);
        app.browser().post("/password/forgot", &[("email", EMAIL)]);
        reset(PASSWORD);
    });
    let tokens = app.tokens(EMAIL, PASSWORD);
    app.advance(Duration::from_hours(25));
    let fresh = app.tokens(EMAIL, PASSWORD);
    assert_over(&app, &tokens);
    app.log_in(EMAIL, PASSWORD)
        .post("/account/delete", &[("current_password", PASSWORD)])
        .assert_redirect("/");
    assert_over(&app, &fresh);
}

#[test]
fn no_token_kind_passes_as_another() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let personal = browser.create_token("Backup");
    let tokens = app.tokens(EMAIL, PASSWORD);
    let cookie = browser.cookie("session").expect("logged in");
    for (kind, token) in [
        ("a session cookie", &cookie),
        ("a refresh token", &tokens.refresh),
    ] {
        for path in [
            "/api/v1/me",
            "/api/v1/me/sessions",
            "/api/v1/people",
            "/api/v1/users",
        ] {
            let response = app.program_with(token).get(path);
            assert_eq!(response.status, 401, "{kind}");
            response.assert_problem(401, "invalid_token");
        }
    }
    for token in [&cookie, &tokens.access, &personal] {
        app.refresh(token)
            .assert_problem(401, "invalid_refresh_token");
    }
    for token in [&tokens.access, &tokens.refresh, &personal] {
        let other = app.browser();
        other.set_cookie("session", token);
        assert!(
            other
                .get("/dashboard")
                .header("location")
                .starts_with("/login"),
            "{token} is no cookie"
        );
    }
}

/// The header is matched exactly. A token elsewhere, twice, or under another scheme opens nothing.
#[test]
fn token_is_accepted_in_the_header_only() {
    let app = TestApp::start();
    app.person(EMAIL);
    let Tokens { access, .. } = app.tokens(EMAIL, PASSWORD);
    let program = app.program();
    assert_eq!(
        program
            .send(
                "GET",
                "/api/v1/me",
                &[("authorization", &format!("bearer {access}"))],
                ""
            )
            .status,
        200
    );
    for headers in [
        &[("authorization", access.as_str())][..],
        &[("authorization", &format!("Basic {access}"))],
        &[("authorization", &format!("Bearer {access} {access}"))],
        &[
            ("authorization", &format!("Bearer {access}")),
            ("authorization", &format!("Bearer {access}")),
        ],
        &[("authorization", "Bearer ")],
        &[("cookie", &format!("session={access}"))],
        &[("x-access-token", &access)],
    ] {
        let response = program.send(
            "GET",
            &format!("/api/v1/me?access_token={access}"),
            headers,
            "",
        );
        assert_eq!(response.status, 401, "{headers:?}");
    }
}

#[test]
fn program_and_browser_list_each_others_session() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(Duration::from_mins(2));
    let tokens = app.tokens(EMAIL, PASSWORD);
    let program = app.program_with(&tokens.access);
    let list = program.get("/api/v1/me/sessions").json();
    let seen: Vec<_> = list["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|it| (&it["device"], &it["api"], &it["current"]))
        .collect();
    let (yes, no) = (&json!(true), &json!(false));
    assert_eq!(
        seen,
        [
            (&json!("curl"), yes, yes),
            (&json!("Firefox on Windows"), no, no)
        ]
    );
    assert!(
        browser
            .get("/account/sessions")
            .texts("ul.rows > li h3")
            .contains(&"curl".to_owned())
    );
    let hashes = app.home.column("sessions", "id_hash");
    assert_eq!(hashes.len(), 2);
    for hash in hashes {
        assert!(!list.to_string().contains(&hash));
    }

    let other = list["items"][1]["id"].as_str().expect("an id").to_owned();
    app.advance(Duration::from_mins(11));
    let delete = |access: &str, id: &str| {
        app.program_with(access)
            .delete(&format!("/api/v1/me/sessions/{id}"))
    };
    delete(&tokens.access, &other).assert_problem(403, "password_needed_again");
    let fresh = app.tokens(EMAIL, PASSWORD);
    delete(&fresh.access, "unknown").assert_problem(404, "not_found");
    assert_eq!(delete(&fresh.access, &other).status, 204);
    assert!(
        browser
            .get("/dashboard")
            .header("location")
            .starts_with("/login"),
        "with the next request"
    );
}

#[test]
fn new_program_causes_one_security_notice() {
    let app = TestApp::start();
    app.person(EMAIL);
    let new_logins = || {
        app.emails_to(EMAIL)
            .iter()
            .filter(|message| message.subject.starts_with("New login"))
            .count()
    };
    for _ in 0..3 {
        app.tokens(EMAIL, PASSWORD);
    }
    assert_eq!(new_logins(), 1);
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", "backup/2"),
    ];
    let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
    assert_eq!(
        app.program()
            .send("POST", "/api/v1/token", &headers, &body)
            .status,
        200
    );
    assert_eq!(new_logins(), 2);
}

#[test]
fn use_of_a_token_is_recorded() {
    let app = TestApp::start();
    app.person(EMAIL);
    let tokens = app.tokens(EMAIL, PASSWORD);
    app.advance(Duration::from_mins(5));
    assert_eq!(
        app.program_with(&tokens.access).get("/api/v1/me").status,
        200
    );
    app.wait_for_uses(1);
}

/// The keys of both secrets are published. Tokens issued before stay valid until they expire.
#[test]
fn new_secret_keeps_issued_tokens_valid() {
    // The issuer is the public URL. It contains the port unless the test sets it.
    let with = |secrets: Vec<Secret>| {
        move |settings: &mut Settings| {
            settings.edge.public_url = PublicUrl::parse("http://localhost:8080");
            settings.secrets = secrets;
        }
    };
    let secret = |text: &str| Secret::parse_all(text).expect("a secret");
    let old = secret("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let new = secret("BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA");
    let app = TestApp::start_with(with(old.clone()));
    app.person(EMAIL);
    let before = app.tokens(EMAIL, PASSWORD);
    let keys = |app: &TestApp| -> Vec<Value> {
        let response = app.browser().get("/.well-known/jwks.json");
        assert_eq!(response.header("cache-control"), "public, max-age=300");
        response.json()["keys"].as_array().expect("keys").clone()
    };
    let old_key = keys(&app).remove(0);
    assert_eq!(
        (&old_key["kty"], &old_key["crv"], &old_key["alg"]),
        (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"))
    );
    assert!(old_key.get("d").is_none(), "the private half is nowhere");

    let published = app.restart_with(with([old.clone(), new.clone()].concat()));
    assert_eq!(
        (keys(&published).len(), &keys(&published)[0]),
        (2, &old_key),
        "the new one is there before it signs"
    );
    let app = published.restart_with(with([new.clone(), old].concat()));
    assert_eq!(
        app.program_with(&before.access).get("/api/v1/me").status,
        200
    );
    let after = Tokens::of(&app.refresh(&before.refresh));
    let app = app.restart_with(with(new));
    assert_eq!(
        app.program_with(&after.access).get("/api/v1/me").status,
        200
    );
    assert_over(&app, &before);
}

#[test]
fn log_and_database_contain_no_token() {
    let home = crate::support::Home::new();
    let process = Process::serve(&home, &[("VESTIBULE_LOG", "trace")]);
    let browser = process.browser();
    browser.sign_up(EMAIL, PASSWORD);
    let emails: Value = browser.get("/dev/mailbox.json").json();
    let link = emails[0]["links"][0]
        .as_str()
        .expect("a link")
        .split_once("token=")
        .expect("a token")
        .1
        .to_owned();
    browser.post("/verify", &[("token", &link)]);
    browser.log_in(EMAIL, PASSWORD);
    browser.post("/account/tokens", &[("name", "Backup"), ("days", "7")]);
    let cookie = browser.cookie("flash").expect("a flash");
    let personal = browser.get("/account/tokens").text("#new_token");
    let json = [("content-type", "application/json")];
    let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
    let tokens = Tokens::of(&browser.send("POST", "/api/v1/token", &json, &body));
    for token in [&personal, &tokens.access] {
        assert_eq!(
            browser
                .send(
                    "GET",
                    "/api/v1/me",
                    &[("authorization", &format!("Bearer {token}"))],
                    ""
                )
                .status,
            200
        );
    }
    browser.send(
        "POST",
        "/api/v1/token/refresh",
        &json,
        &json!({ "refresh_token": tokens.refresh }).to_string(),
    );
    process.signal("TERM");
    let (status, log) = process.wait();
    assert!(
        status == Some(0) && log.contains("\"event\":\"token_created\""),
        "{log}"
    );
    let stored = String::from_utf8_lossy(&home.content()).into_owned();
    let decoded = URL_SAFE_NO_PAD
        .decode(cookie.split('.').next().expect("content"))
        .expect("base64url");
    let decoded = String::from_utf8_lossy(&decoded).into_owned();
    let signature = |token: &str| token.rsplit('.').next().expect("parts").to_owned();
    for secret in [
        &personal[4..47],
        &signature(&tokens.access),
        &signature(&tokens.refresh),
    ] {
        assert!(
            !log.contains(secret) && !stored.contains(secret) && !decoded.contains(secret),
            "{secret}"
        );
    }
    assert!(decoded.contains("TokenCreated"), "{decoded}");
}
