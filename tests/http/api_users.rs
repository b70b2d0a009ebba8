//! Administrators act on other accounts, and only administrators can.

use serde_json::{Value, json};

use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, Process, Program, TestApp};

const ADMIN: &str = "root@example.org";
const EMAIL: &str = "ada@example.org";
const USERS: &str = "/api/v1/users";

/// Starts the app with a logged-in administrator and another user.
fn administered() -> (TestApp, Browser, Program) {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let browser = app.register_and_log_in(ADMIN, PASSWORD);
    app.advance(std::time::Duration::from_mins(1));
    app.register(EMAIL, PASSWORD);
    app.command(&["user", "make-admin", ADMIN]);
    let admin = app.program_with(&app.tokens(ADMIN, PASSWORD).access);
    (app, browser, admin)
}

fn act(program: &Program, id: &str, act: &str) -> crate::support::Response {
    program.send("POST", &format!("{USERS}/{id}/{act}"), &[], "")
}

#[test]
fn administrator_finds_accounts_by_address_name_handle() {
    let (app, _, admin) = administered();
    let ada = app.program_with(&app.tokens(EMAIL, PASSWORD).access);
    ada.patch(
        "/api/v1/me",
        &json!({ "name": "Ἄδα 100%_Lovelace", "handle": "countess" }),
    );
    let emails = |query: &str| -> Vec<String> {
        let page = admin.get(&format!("{USERS}{query}")).json();
        let items = page["items"].as_array().expect("items");
        items
            .iter()
            .map(|user| user["email"].as_str().expect("an address").to_owned())
            .collect()
    };
    assert_eq!(emails(""), [EMAIL, ADMIN], "the newest first");
    app.register("Eve@xn--bcher-kva.example", PASSWORD);
    for query in [
        "?q=eve%40b%C3%BCcher.example",
        "?q=B%C3%BCcher",
        "?q=xn--bcher",
    ] {
        assert_eq!(emails(query), ["Eve@bücher.example"], "{query}");
    }
    for query in [
        "?q=ADA%40",
        "?q=countess",
        "?q=%E1%BC%8C%CE%94%CE%91",
        "?q=100%25_l",
        "?q=lovelace",
    ] {
        assert_eq!(emails(query), [EMAIL], "{query}");
    }
    for query in ["?q=%25x", "?q=a_a", "?q=nobody", "?q=%00", "?q=a%0Ab"] {
        assert_eq!(emails(query), [""; 0], "{query}");
    }
    let user = admin.get(&format!("{USERS}/{}", app.user_id(EMAIL))).json();
    let expected = json!({
        "id": app.user_id(EMAIL), "email": EMAIL, "name": "Ἄδα 100%_Lovelace",
        "handle": "countess", "public": false, "administrator": false,
        "second_factor": false, "locked_at": null, "created_at": "2026-11-22T12:01:00Z",
    });
    assert_eq!(user, expected);
    admin
        .get(&format!("{USERS}/unknown"))
        .assert_problem(404, "not_found");
    admin
        .get(&format!("{USERS}/a%00b"))
        .assert_problem(404, "not_found");
}

#[test]
fn next_page_continues_within_one_creation_time() {
    let (app, _, admin) = administered();
    for number in 0..43 {
        app.home.sql(&format!(
            "INSERT INTO users (id, email, email_key, created_at, is_public, sort_name) \
             VALUES ('id{number}', 'p{number}@example.net', 'p{number}@example.net', 1, FALSE, '')"
        ));
    }
    let (mut seen, mut path) = (Vec::new(), USERS.to_owned());
    loop {
        let page = admin.get(&path).json();
        seen.extend(
            page["items"]
                .as_array()
                .expect("items")
                .iter()
                .map(|user| user["id"].to_string()),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("{USERS}?after={next}"),
            None => break,
        }
    }
    let total = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((total, seen.len()), (45, 45));
}

#[test]
fn locked_account_stays_closed_until_unlocked() {
    let (app, _, admin) = administered();
    let browser = app.log_in(EMAIL, PASSWORD);
    let personal = app.program_with(&browser.create_token("Backup"));
    let tokens = app.tokens(EMAIL, PASSWORD);
    let id = app.user_id(EMAIL);

    let locked = act(&admin, &id, "lock");
    assert_eq!(
        (locked.status, &locked.json()["locked_at"]),
        (200, &json!("2026-11-22T12:01:00Z"))
    );
    assert_eq!(
        act(&admin, &id, "lock").json(),
        locked.json(),
        "pressed twice, it is the same"
    );
    app.program_with(&tokens.access)
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    personal
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    app.program()
        .post(
            "/api/v1/token/refresh",
            &json!({ "refresh_token": tokens.refresh }),
        )
        .assert_problem(401, "invalid_refresh_token");
    let led = browser.get("/dashboard");
    assert!(led.header("location").starts_with("/login"));
    assert_eq!(
        browser.get("/login").notice(),
        "You were logged out because an administrator locked this account."
    );
    let log_in = |password: &str| {
        app.program().post(
            "/api/v1/token",
            &json!({ "email": EMAIL, "password": password }),
        )
    };
    log_in(PASSWORD).assert_problem(403, "account_locked");
    log_in(OTHER_PASSWORD).assert_problem(401, "wrong_credentials");
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_page(403, "This account is locked");
    assert_eq!(
        browser.log_in(EMAIL, OTHER_PASSWORD).status,
        422,
        "a wrong password learns nothing"
    );
    let message = app.email_about(EMAIL, "Your account was locked – Vestibule");
    assert!(message.text.contains("Nothing was deleted."));
    // A reset sets a new password, which opens nothing.
    browser.post("/password/forgot", &[("email", EMAIL)]);
    let token = app
        .email_about(EMAIL, "Reset your password – Vestibule")
        .token();
    let form = [
        ("token", token.as_str()),
        ("password", OTHER_PASSWORD),
        ("keep_tokens", "on"),
    ];
    browser
        .post("/password/reset", &form)
        .assert_redirect("/login");
    log_in(OTHER_PASSWORD).assert_problem(403, "account_locked");

    let unlocked = act(&admin, &id, "unlock");
    assert_eq!(
        (unlocked.status, &unlocked.json()["locked_at"]),
        (200, &Value::Null)
    );
    app.email_about(EMAIL, "Your account was unlocked – Vestibule");
    assert_eq!(
        personal.get("/api/v1/me").status,
        200,
        "tokens that were not removed work again"
    );
    let browser = app.log_in(EMAIL, OTHER_PASSWORD);
    let page = browser.get("/account/activity");
    let rows = page.texts("ol.rows > li");
    let row = rows
        .iter()
        .find(|row| row.starts_with("Account unlocked"))
        .expect("it is there");
    assert_eq!(
        row, "Account unlocked by an administrator just now",
        "and not from where"
    );
    assert_eq!(act(&admin, &id, "unlock").status, 200);
    assert_eq!(app.home.count("events", "kind = 'account_unlocked'"), 1);
    let happened = app
        .program_with(&app.tokens(EMAIL, OTHER_PASSWORD).access)
        .get("/api/v1/me/activity")
        .json();
    let event = happened["items"]
        .as_array()
        .expect("items")
        .iter()
        .find(|it| it["event"] == "account_locked");
    assert_eq!(event.expect("it is there")["address"], Value::Null);
}

/// A node of an earlier version ignores the lock and may start a session meanwhile.
#[test]
fn session_of_a_locked_account_opens_nothing() {
    let (app, _, _) = administered();
    let browser = app.log_in(EMAIL, PASSWORD);
    let tokens = app.tokens(EMAIL, PASSWORD);
    app.home.sql("UPDATE users SET locked_at = 1");
    app.program_with(&tokens.access)
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    app.program()
        .post(
            "/api/v1/token/refresh",
            &json!({ "refresh_token": tokens.refresh }),
        )
        .assert_problem(401, "invalid_refresh_token");
    assert_eq!(
        browser.post("/account/profile", &[("name", "Ada")]).status,
        401
    );
    browser
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    assert_eq!(
        browser.get("/login").notice(),
        "You were logged out because an administrator locked this account."
    );
}

#[test]
fn end_sessions_logs_out_every_device() {
    let (app, _, admin) = administered();
    let browser = app.log_in(EMAIL, PASSWORD);
    let personal = app.program_with(&browser.create_token("Backup"));
    let tokens = app.tokens(EMAIL, PASSWORD);
    assert_eq!(act(&admin, &app.user_id(EMAIL), "end-sessions").status, 200);
    app.program_with(&tokens.access)
        .get("/api/v1/me")
        .assert_problem(401, "invalid_token");
    browser.get("/dashboard");
    assert_eq!(
        browser.get("/login").notice(),
        "An administrator logged you out. Log in to continue."
    );
    assert_eq!(personal.get("/api/v1/me").status, 200);
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    act(&admin, "unknown", "end-sessions").assert_problem(404, "not_found");
}

#[test]
fn administrators_cannot_lock_themselves_or_each_other() {
    let (app, _, admin) = administered();
    act(&admin, &app.user_id(ADMIN), "lock").assert_problem(409, "own_account");
    app.command(&["user", "make-admin", EMAIL]);
    act(&admin, &app.user_id(EMAIL), "lock").assert_problem(409, "administrator_account");
    assert_eq!(app.home.count("users", "locked_at IS NOT NULL"), 0);
    // The operator can.
    app.command(&["user", "lock", EMAIL]);
    assert_eq!(app.home.count("users", "locked_at IS NOT NULL"), 1);
}

#[test]
fn only_administrators_get_in_once_made() {
    let (app, _, admin) = administered();
    let id = app.user_id(ADMIN);
    let browser = app.log_in(EMAIL, PASSWORD);
    let programs = [
        app.program_with(&app.tokens(EMAIL, PASSWORD).access),
        app.program_with(&browser.create_token("x")),
    ];
    for program in &programs {
        for path in [
            USERS.to_owned(),
            format!("{USERS}?q=root"),
            format!("{USERS}/{id}"),
            format!("{USERS}/unknown"),
        ] {
            program
                .get(&path)
                .assert_problem(403, "administrators_only");
        }
        for what in ["lock", "unlock", "end-sessions"] {
            act(program, &id, what).assert_problem(403, "administrators_only");
            act(program, "unknown", what).assert_problem(403, "administrators_only");
        }
    }
    assert_eq!(admin.get("/api/v1/me").json()["administrator"], true);
    app.command(&["user", "make-admin", EMAIL]);
    for program in &programs {
        assert_eq!(program.get(USERS).status, 200);
    }
    assert!(
        browser
            .get("/account/activity")
            .body
            .contains("Administrator rights granted")
    );
    // A key in a script can read, and cannot lock an account.
    act(&programs[1], &id, "lock").assert_problem(403, "session_needed");
    let removed = Process::output(&app.home, &["user", "remove-admin", EMAIL], &[]);
    assert_eq!(
        String::from_utf8_lossy(&removed.stdout),
        format!("{EMAIL} is no longer an administrator.\n")
    );
    for program in &programs {
        program
            .get(USERS)
            .assert_problem(403, "administrators_only");
    }
}

/// More accounts than one slice of the search reads.
#[test]
fn search_finds_each_of_many_accounts_once() {
    let (app, _, admin) = administered();
    app.home.sql(
        "INSERT INTO users (id, email, email_key, created_at, is_public, sort_name, is_admin)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11000)
        SELECT 'id' || i, 'u' || i || '@example.net', 'u' || i || '@example.net', 100000 - i / 3, \
        FALSE, '', FALSE FROM n",
    );
    let found = |part: &str| {
        let (mut emails, mut after) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("{USERS}?q={part}{after}")).json();
            let items = page["items"].as_array().expect("items").clone();
            emails.extend(
                items
                    .iter()
                    .map(|user| user["email"].as_str().expect("an address").to_owned()),
            );
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return emails,
            }
        }
    };
    assert_eq!(found("u10999%40"), ["u10999@example.net"]);
    assert_eq!(found("u5000%40"), ["u5000@example.net"]);
    let mut many = found("77%40");
    assert_eq!(many.len(), 110);
    many.sort();
    many.dedup();
    assert_eq!(many.len(), 110, "none twice");
    assert_eq!(found("nobody%40"), [""; 0]);
}
