//! The export: it is complete and correct, and contains no secret.

use std::time::Duration;

use serde_json::Value;

use crate::support::{OTHER_PASSWORD, PASSWORD, Response, TestApp};

const EMAIL: &str = "ada@example.org";
const PAGE: &str = "/account/export";

#[track_caller]
fn file(response: &Response) -> Value {
    assert_eq!(response.status, 200, "{}", response.body);
    assert_eq!(
        response.header("content-type"),
        "application/json; charset=utf-8"
    );
    serde_json::from_str(&response.body).expect("JSON")
}

/// Returns the number of a user's rows in a table.
fn kept(app: &TestApp, table: &str, owner: &str, email: &str) -> usize {
    let rows = app.home.count(
        table,
        &format!("{owner} = (SELECT id FROM users WHERE email = '{email}')"),
    );
    usize::try_from(rows).expect("a count")
}

#[test]
fn export_has_everything_stored() {
    let app = TestApp::start();
    let browser = app.browser();
    browser.post(
        "/signup",
        &[
            ("email", EMAIL),
            ("password", PASSWORD),
            ("name", "Ada \"L\" Ὑπατία"),
        ],
    );
    browser.forget_cookie("signed_up");
    browser.post("/verify", &[("token", &app.email_to(EMAIL).token())]);
    app.advance(Duration::from_mins(1));
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    let phone = app.browser();
    phone.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
    phone.post("/logout", &[]);
    app.browser().log_in(EMAIL, OTHER_PASSWORD);
    app.browser().post("/password/forgot", &[("email", EMAIL)]);
    app.home
        .sql("UPDATE users SET handle = 'ada', bio = 'Counts.', is_public = TRUE");
    app.advance(Duration::from_mins(1));

    browser.get(PAGE).assert_page(200, "Download your data");
    let response = browser.post(PAGE, &[]);
    let disposition = response.header("content-disposition");
    assert_eq!(
        disposition,
        "attachment; filename=\"vestibule-export-2026-11-22.json\""
    );
    assert!(response.body.lines().count() > 100, "one can read it");
    let file = file(&response);
    let account = &file["account"];
    assert_eq!(
        (&account["email"], &account["name"]),
        (&EMAIL.into(), &"Ada \"L\" Ὑπατία".into())
    );
    assert_eq!(
        (&account["handle"], &account["bio"], &account["public"]),
        (&"ada".into(), &"Counts.".into(), &true.into())
    );
    assert_eq!(
        (&account["created_at"], &file["exported_at"]),
        (
            &"2026-11-22T12:00:00Z".into(),
            &"2026-11-22T12:02:00Z".into()
        )
    );
    assert_eq!(
        (
            &file["password"]["changed_at"],
            &file["password"]["blocked_at"]
        ),
        (&"2026-11-22T12:00:00Z".into(), &Value::Null)
    );

    for (part, table, owner) in [
        ("sessions", "sessions", "user_id"),
        ("known_browsers", "known_devices", "user_id"),
        ("links", "links", "subject_id"),
        ("mails", "outbox", "subject_id"),
        ("activity", "events", "user_id"),
    ] {
        let rows = file[part].as_array().expect(part);
        assert!(
            rows.len() > 1 && rows.len() == kept(&app, table, owner, EMAIL),
            "{part}: {rows:?}"
        );
        for value in rows
            .iter()
            .flat_map(|row| row.as_object().expect("a row").values())
        {
            assert_ne!(value, "", "{part}");
        }
    }
    app.home
        .assert_tables_of_user(account["id"].as_str().expect("text"));
    // The email of the sign-up and the one of the reset. Security notices are not limited.
    assert_eq!(
        file["counted_mails"],
        serde_json::json!(["2026-11-22T12:00:00Z", "2026-11-22T12:01:00Z"])
    );
    assert_eq!(file["counted_address_changes"], serde_json::json!([]));
    assert_eq!(
        file["counted_exports"],
        serde_json::json!(["2026-11-22T12:02:00Z"]),
        "this one"
    );

    let sessions = file["sessions"].as_array().expect("sessions");
    let ended: Vec<_> = sessions
        .iter()
        .filter(|session| !session["ended_at"].is_null())
        .collect();
    assert_eq!(
        (ended.len(), &ended[0]["end_reason"]),
        (1, &"logged_out".into())
    );
    assert!(
        sessions[0]["user_agent"]
            .as_str()
            .expect("text")
            .contains("Firefox/143.0"),
        "as it was sent"
    );
    assert_eq!(
        (&sessions[0]["client_address"], &sessions[0]["remembered"]),
        (&"127.0.0.1".into(), &false.into())
    );
    let what: Vec<_> = file["activity"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|event| &event["what"])
        .collect();
    for kind in [
        "address_confirmed",
        "logged_in",
        "log_in_refused",
        "logged_out",
        "reset_requested",
    ] {
        assert!(what.contains(&&kind.into()), "{kind} in {what:?}");
    }
    assert_eq!(what[0], "exported", "the file and the log agree");
    assert_eq!(app.events("exported"), 1);
}

#[test]
fn export_contains_no_hash_or_secret() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.browser().log_in(EMAIL, PASSWORD);
    app.browser().log_in(EMAIL, OTHER_PASSWORD);
    app.browser().post("/password/forgot", &[("email", EMAIL)]);
    let response = browser.post(PAGE, &[]);
    file(&response);
    let mut secrets: Vec<String> = ["session", "device"]
        .iter()
        .map(|name| browser.cookie(name).expect("a cookie"))
        .collect();
    secrets.extend(
        app.emails()
            .iter()
            .flat_map(|message| message.links.clone())
            .filter_map(|link| link.split_once("token=").map(|(_, token)| token.to_owned())),
    );
    for (table, column) in [
        ("password_credentials", "password_hash"),
        ("sessions", "id_hash"),
        ("sessions", "handle"),
        ("links", "id"),
        ("links", "token_hash"),
        ("known_devices", "device_hash"),
        ("outbox", "id"),
        ("events", "id"),
        ("throttles", "key"),
        ("login_failures", "key"),
        ("events", "undo_link_id"),
    ] {
        let held = app.home.column(table, column);
        assert!(!held.is_empty(), "{table}.{column}");
        secrets.extend(held);
    }
    assert!(secrets.len() > 20);
    for secret in secrets {
        assert!(
            !response.body.contains(&secret),
            "{secret} in {}",
            response.body
        );
    }
    assert!(
        !response.body.contains(PASSWORD) && !response.body.contains("$2"),
        "{}",
        response.body
    );
}

#[test]
fn export_contains_no_data_of_others() {
    let app = TestApp::start();
    app.register_and_log_in(EMAIL, PASSWORD);
    let grace = app
        .register_and_log_in("grace@example.org", PASSWORD)
        .post(PAGE, &[]);
    assert!(!grace.body.contains("ada"), "{}", grace.body);
    let file = file(&grace);
    assert_eq!(file["activity"].as_array().map(Vec::len), Some(3));
    assert_eq!(file["counted_mails"].as_array().map(Vec::len), Some(1));
}

#[test]
fn late_export_requires_password_and_renews_session() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    assert_eq!(
        browser
            .get(PAGE)
            .texts("main input:not([type=hidden])")
            .len(),
        0,
        "it was just given"
    );
    app.advance(Duration::from_mins(11));
    assert_eq!(
        browser
            .get(PAGE)
            .texts("main input[name]:not([type=hidden])")
            .len(),
        1
    );
    for (typed, error) in [
        ("", "Enter your current password"),
        (
            OTHER_PASSWORD,
            "Your current password isn’t right. Try again, or reset it if you’ve forgotten it.",
        ),
    ] {
        let rejected = browser.post(PAGE, &[("current_password", typed)]);
        rejected.assert_page(422, "Error: Download your data");
        assert_eq!(rejected.errors(), [error]);
        assert_eq!(
            rejected.attribute(".summary a", "href").as_deref(),
            Some("#current_password")
        );
    }
    assert_eq!(app.events("exported"), 0);

    let old = browser.cookie("session").expect("signed in");
    let response = browser.post(PAGE, &[("current_password", PASSWORD)]);
    file(&response);
    assert_ne!(browser.cookie("session").expect("still signed in"), old);
    assert_eq!(response.set_cookies("session").len(), 1);
    assert_eq!(browser.get("/dashboard").status, 200);
    let stolen = app.browser();
    stolen.set_cookie("session", &old);
    assert_eq!(stolen.get("/dashboard").status, 303);
    // Sent again from the same page, the password is accepted again.
    file(&browser.post(PAGE, &[("current_password", PASSWORD)]));
}

#[test]
fn eleventh_export_in_an_hour_is_rate_limited() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for _ in 0..10 {
        file(&browser.post(PAGE, &[]));
    }
    let held_back = browser.post(PAGE, &[]);
    held_back.assert_page(429, "Error: Download your data");
    assert_eq!(held_back.header("retry-after"), "3600");
    assert_eq!(
        held_back.texts(".summary li"),
        ["You’ve downloaded your data too many times. Try again in 1 hour."]
    );
    let href = held_back.attribute(".summary a", "href").expect("a link");
    assert_eq!(
        held_back.attribute(&href, "type").as_deref(),
        Some("submit"),
        "{href}"
    );
    assert_eq!(app.events("exported"), 10);
    file(
        &app.register_and_log_in("grace@example.org", PASSWORD)
            .post(PAGE, &[]),
    );

    // With the password, which renews the session as well.
    app.advance(Duration::from_mins(11));
    let old = browser.cookie("session").expect("signed in");
    let held_back = browser.post(PAGE, &[("current_password", PASSWORD)]);
    held_back.assert_page(429, "Error: Download your data");
    assert_eq!(
        held_back.texts("main input:not([type=hidden])").len(),
        0,
        "it was just given"
    );
    assert_eq!(held_back.set_cookies("session").len(), 1);
    assert_ne!(browser.cookie("session").expect("still signed in"), old);
    assert_eq!(browser.get("/dashboard").status, 200);

    app.advance(Duration::from_mins(49));
    for _ in 0..10 {
        file(&browser.post(PAGE, &[("current_password", PASSWORD)]));
    }
    app.advance(Duration::from_hours(1));
    let held_back = browser.post(PAGE, &[("current_password", PASSWORD)]);
    assert_eq!(
        (held_back.status, held_back.header("retry-after")),
        (429, "79200"),
        "twenty in a day"
    );
    assert_eq!(
        held_back.texts(".summary li"),
        ["You’ve downloaded your data too many times. Try again in 22 hours."]
    );
}

#[test]
fn disabled_limits_allow_every_export() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for _ in 0..11 {
        file(&browser.post(PAGE, &[]));
    }
    app.browser().log_in(EMAIL, OTHER_PASSWORD);
    assert_eq!(
        (
            app.home.count("throttles", "TRUE"),
            app.home.count("login_failures", "TRUE")
        ),
        (0, 0)
    );
}

#[test]
fn logged_out_browser_gets_no_export() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let logged_out = app.browser();
    logged_out
        .get(PAGE)
        .assert_redirect("/login?next=%2Faccount%2Fexport");
    logged_out
        .post(PAGE, &[("current_password", PASSWORD)])
        .assert_page(401, "Log in to continue");
    assert_eq!(
        browser
            .send("POST", PAGE, &[("sec-fetch-site", "cross-site")], "")
            .status,
        403
    );
    assert_eq!(app.events("exported"), 0);
}

#[test]
fn file_is_named_after_the_app() {
    let app =
        TestApp::start_with(|settings| "Ada's \"Café\" & Co.".clone_into(&mut settings.app_name));
    let response = app.register_and_log_in(EMAIL, PASSWORD).post(PAGE, &[]);
    assert_eq!(
        response.header("content-disposition"),
        "attachment; filename=\"ada-s-caf-co-export-2026-11-22.json\""
    );
}

/// A list of emails to a requested address would reveal which addresses have accounts.
#[test]
fn export_does_not_reveal_other_accounts() {
    let app = TestApp::start();
    app.register("grace@example.org", PASSWORD);
    let [free, taken] = ["nobody@example.org", "grace@example.org"].map(|wanted| {
        let email = format!("asks-for-{wanted}");
        let browser = app.register_and_log_in(&email, PASSWORD);
        browser
            .post("/account/email", &[("email", wanted)])
            .assert_redirect("/account/email");
        let file = file(&browser.post(PAGE, &[]));
        let [links, emails, activity] =
            ["links", "mails", "activity"].map(|part| file[part].to_string());
        // Events of one millisecond are in no order.
        let words = |text: &str| {
            let mut words: Vec<String> = text.split('"').map(str::to_owned).collect();
            words.sort();
            words
        };
        (
            words(&links.replace(wanted, "").replace(&email, "")),
            words(&emails),
            words(&activity),
        )
    });
    assert_eq!(free, taken);
}
