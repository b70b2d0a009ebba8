//! Passkeys over HTTP, with a software authenticator: enrolment, login, second step,
//! reauthentication, removal, and accounts without a password.

use std::time::Duration;

use serde_json::json;
use vestibule::config::PublicUrl;

use crate::second_step_policy::assert_not_removable;
use crate::support::passkey::{Answer, options_of};
use crate::support::{OTHER_PASSWORD, PASSWORD, Passkey, TestApp};

const EMAIL: &str = "ada@example.org";
const OTHER_EMAIL: &str = "grace@example.org";
const ADD: &str = "/account/security/passkeys/new";
const SECURITY: &str = "/account/security";
const STEP: &str = "/login/second-step";
const LOGIN: &str = "/login/passkey";
const EXPORT: &str = "/account/export";
const REMOVE_PASSWORD: &str = "/account/password/remove";
const ADDED: &str = "Second step added – Vestibule";
const REMOVED: &str = "Second step removed – Vestibule";
const COPIED: &str = "Your passkey may have been copied – Vestibule";
const REJECTED_AT_LOGIN: &str =
    "That passkey didn’t work. Try again, or log in with your password.";
const REJECTED: &str = "That passkey didn’t work. Try again, or use another way.";
const EXPIRED: &str = "That took too long. Choose your passkey again.";
const NOT_ADDED: &str = "This passkey couldn’t be added. Try again, or use another device.";
const PIN_NEEDED: &str = "This key needs a PIN to log you in on its own. Log in with your \
                          password and use the key as your second step.";
const MAYBE_COPIED: &str = "We couldn’t accept this passkey, because a copy of it may exist. \
                            We’ve emailed you. Try again.";

fn unverified(answer: &mut Answer) {
    answer.user_verified = false;
}

type Change = Box<dyn Fn(&mut Answer)>;

/// Changes of an answer that the server must reject.
fn wrong_answers(app: &TestApp) -> Vec<(&'static str, Change)> {
    let other_port = format!("{}1", app.public_url);
    vec![
        (
            "origin",
            Box::new(|answer| "http://example.org".clone_into(&mut answer.origin)),
        ),
        (
            "port",
            Box::new(move |answer| answer.origin.clone_from(&other_port)),
        ),
        (
            "RP ID",
            Box::new(|answer| "example.org".clone_into(&mut answer.rp_id)),
        ),
        (
            "cross origin",
            Box::new(|answer| answer.cross_origin = true),
        ),
        (
            "top origin",
            Box::new(|answer| answer.top_origin = Some(answer.origin.clone())),
        ),
        (
            "backup state without eligibility",
            Box::new(|answer| answer.backup_eligible = false),
        ),
    ]
}

#[test]
fn passkey_logs_in_without_password() {
    let app = TestApp::start();
    let (browser, passkey) = app.with_passkey(EMAIL);
    browser.post("/logout", &[]).assert_redirect("/login");
    browser
        .log_in_with(&app, &passkey)
        .assert_redirect("/dashboard");
    browser.get("/dashboard").assert_page(200, "Dashboard");
    let other = app.browser();
    let answer = passkey.answer(&other.get("/login?next=%2Faccount"), &app);
    let form = [
        ("passkey", &answer[..]),
        ("next", "/account"),
        ("remember", "on"),
    ];
    let done = other.post(LOGIN, &form);
    done.assert_redirect("/account");
    assert!(done.set_cookies("session")[0].contains("Max-Age=15552"));
    assert_eq!(app.home.count("sessions", "signed_in_by = 'passkey'"), 2);
    let email = app.email_about(EMAIL, ADDED);
    assert!(
        email.text.contains("added a passkey to your"),
        "{}",
        email.text
    );
}

#[test]
fn password_then_takes_passkey_as_second_step() {
    let app = TestApp::start();
    let (_, passkey) = app.with_passkey(EMAIL);
    let browser = app.at_second_step(EMAIL);
    let page = browser.get(STEP);
    let options = options_of(&page);
    assert_eq!(options["userVerification"], "preferred");
    assert_eq!(
        options["allowCredentials"][0]["id"],
        passkey.credential_id()
    );
    assert_eq!(
        page.texts("label"),
        ["Don’t ask again in this browser for 30 days"]
    );
    // The password is the other factor, so the passkey need not verify the user.
    let answer = passkey.answer_with(&page, &app, unverified);
    browser
        .post(STEP, &[("passkey", &answer)])
        .assert_redirect("/dashboard");
    assert_eq!(
        app.home
            .count("sessions", "signed_in_by = 'password_passkey'"),
        1
    );
}

#[test]
fn first_passkey_ends_other_sessions_and_creates_codes() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let other = app.log_in(EMAIL, PASSWORD);
    let page = browser.get(ADD);
    let (_, json) = Passkey::create(&options_of(&page), &app.public_url, |_| {});
    let added = browser.post(ADD, &[("passkey", &json)]);
    added.assert_redirect("/account/security/recovery-codes");
    let codes = browser.get("/account/security/recovery-codes");
    assert_eq!(codes.texts(".recovery-codes code").len(), 10);
    other
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");
    // The answer works once.
    browser
        .post(ADD, &[("passkey", &json)])
        .assert_error(422, NOT_ADDED);
    assert_eq!(app.home.count("passkeys", "1 = 1"), 1);
}

#[test]
fn kanidm_2274_login_requires_user_verification() {
    // kanidm/kanidm#2274, cedarcode/webauthn-ruby#350.
    let app = TestApp::start();
    let (_, passkey) = app.with_passkey(EMAIL);
    let browser = app.browser();
    let answer = passkey.answer_with(&browser.get("/login"), &app, unverified);
    browser
        .post(LOGIN, &[("passkey", &answer)])
        .assert_error(422, PIN_NEEDED);
    assert!(browser.cookie("session").is_none());
}

#[test]
fn each_wrong_answer_is_rejected() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let (_, passkey) = app.with_passkey(EMAIL);
    let (_, of_other) = app.with_passkey(OTHER_EMAIL);
    let other_handle = |answer: &mut Answer| {
        let page = app.browser().get("/login");
        let json = of_other.answer(&page, &app);
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        answer.user = json["response"]["userHandle"].as_str().map(str::to_owned);
    };
    let browser = app.browser();
    let send = |change: &dyn Fn(&mut Answer)| {
        let answer = passkey.answer_with(&browser.get("/login"), &app, change);
        browser.post(LOGIN, &[("passkey", &answer)])
    };
    for (what, change) in wrong_answers(&app) {
        let response = send(&*change);
        assert_eq!(response.errors(), [REJECTED_AT_LOGIN], "{what}");
    }
    send(&other_handle).assert_error(422, REJECTED_AT_LOGIN);
    send(&|answer| answer.user = None).assert_error(422, REJECTED_AT_LOGIN);
    let forged = |answer: &mut Answer| answer.challenge = "A".repeat(54);
    send(&forged).assert_error(422, EXPIRED);
    for junk in ["", "{}", "[]", "null", "{\"id\":\"AA\",\"id\":\"AA\"}"] {
        let response = browser.post(LOGIN, &[("passkey", junk)]);
        response.assert_error(422, REJECTED_AT_LOGIN);
    }
    send(&|_| {}).assert_redirect("/dashboard");
}

#[test]
fn each_wrong_registration_is_rejected() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for (what, change) in wrong_answers(&app) {
        let options = options_of(&browser.get(ADD));
        let (_, json) = Passkey::create(&options, &app.public_url, &*change);
        let response = browser.post(ADD, &[("passkey", &json)]);
        assert_eq!(response.errors(), [NOT_ADDED], "{what}");
    }
    assert_eq!(app.home.count("passkeys", "1 = 1"), 0);
}

#[test]
fn open_mercato_3852_form_fields_replace_no_key() {
    // open-mercato/open-mercato#3852.
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let options = options_of(&browser.get(ADD));
    let (passkey, json) = Passkey::create(&options, &app.public_url, |_| {});
    let (other, _) = Passkey::create(&options, &app.public_url, |_| {});
    let mut json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    json["id"] = json!(other.credential_id());
    json["response"]["publicKey"] = json!("AAAA");
    json["response"]["publicKeyAlgorithm"] = json!(-8);
    let form = [("passkey", &json.to_string()[..]), ("public_key", "AAAA")];
    assert_eq!(browser.post(ADD, &form).status, 303);
    assert_eq!(
        app.home.column("passkeys", "credential_id"),
        [passkey.credential_id()]
    );
    app.browser()
        .log_in_with(&app, &passkey)
        .assert_redirect("/dashboard");
    let mut forged: serde_json::Value =
        serde_json::from_str(&passkey.answer(&app.browser().get("/login"), &app)).expect("JSON");
    forged["response"]["signature"] = json!("");
    let form = [("passkey", &forged.to_string()[..]), ("verified", "true")];
    app.browser()
        .post(LOGIN, &form)
        .assert_error(422, REJECTED_AT_LOGIN);
}

#[test]
fn piclaw_102_wrong_passkey_uses_up_nothing() {
    // rcarmo/piclaw#102.
    let app = TestApp::start();
    let (_, passkey) = app.with_passkey(EMAIL);
    let browser = app.at_second_step(EMAIL);
    let page = browser.get(STEP);
    let wrong = passkey.answer_with(&page, &app, |answer| {
        "example.org".clone_into(&mut answer.rp_id);
    });
    browser
        .post(STEP, &[("passkey", &wrong)])
        .assert_error(422, REJECTED);
    assert_eq!(
        app.home.count("spent_challenges", "1 = 1"),
        1,
        "the enrolment"
    );
    let right = passkey.answer(&page, &app);
    browser
        .post(STEP, &[("passkey", &right)])
        .assert_redirect("/dashboard");
}

#[test]
fn answer_serves_one_purpose_and_page() {
    let app = TestApp::start();
    let (session, passkey) = app.with_passkey(EMAIL);
    let (first, second) = (app.at_second_step(EMAIL), app.at_second_step(EMAIL));
    let for_login = passkey.answer(&app.browser().get("/login"), &app);
    let for_first = passkey.answer(&first.get(STEP), &app);
    first
        .post(STEP, &[("passkey", &for_login)])
        .assert_error(422, EXPIRED);
    second
        .post(STEP, &[("passkey", &for_first)])
        .assert_error(422, EXPIRED);
    app.browser()
        .post(LOGIN, &[("passkey", &for_first)])
        .assert_error(422, EXPIRED);
    app.advance(Duration::from_mins(11));
    let response = session.post(EXPORT, &[("passkey", &for_login)]);
    response.assert_error(422, EXPIRED);
    let for_session = passkey.answer(&session.get(EXPORT), &app);
    let other = app.browser();
    other
        .log_in_with(&app, &passkey)
        .assert_redirect("/dashboard");
    app.advance(Duration::from_mins(11));
    let other_page = other.get(EXPORT);
    other
        .post(EXPORT, &[("passkey", &for_session)])
        .assert_error(422, EXPIRED);
    let answer = passkey.answer(&other_page, &app);
    assert_eq!(other.post(EXPORT, &[("passkey", &answer)]).status, 200);
}

#[test]
fn answer_works_once_and_in_time() {
    let app = TestApp::start();
    let (_, passkey) = app.with_passkey(EMAIL);
    let browser = app.browser();
    let page = browser.get("/login");
    let answer = passkey.answer(&page, &app);
    app.advance(Duration::from_mins(59));
    browser
        .post(LOGIN, &[("passkey", &answer)])
        .assert_redirect("/dashboard");
    app.browser()
        .post(LOGIN, &[("passkey", &answer)])
        .assert_error(422, EXPIRED);
    let late = passkey.answer(&app.browser().get("/login"), &app);
    app.advance(Duration::from_hours(1));
    app.browser()
        .post(LOGIN, &[("passkey", &late)])
        .assert_error(422, EXPIRED);
}

#[test]
fn supabase_2732_changed_backup_eligibility_logs_in() {
    // supabase/auth#2732, go-webauthn/webauthn#335, keepassxreboot/keepassxc#13239.
    let app = TestApp::start();
    let (_, passkey) = app.with_passkey(EMAIL);
    let browser = app.browser();
    for (is_eligible, stored) in [(false, "0"), (true, "1")] {
        let change = |answer: &mut Answer| {
            answer.backup_eligible = is_eligible;
            answer.backed_up = is_eligible;
        };
        let answer = passkey.answer_with(&app.browser().get("/login"), &app, change);
        browser
            .post(LOGIN, &[("passkey", &answer)])
            .assert_redirect("/dashboard");
        let is_stored = if stored == "1" {
            "backed_up"
        } else {
            "NOT backed_up"
        };
        assert_eq!(app.home.count("passkeys", is_stored), 1);
    }
}

#[test]
fn counter_that_does_not_grow_is_reported() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let on_one_device = |counter| {
        move |answer: &mut Answer| {
            answer.counter = counter;
            answer.backup_eligible = false;
            answer.backed_up = false;
        }
    };
    let passkey = app.add_passkey_with(&browser, on_one_device(5));
    let send = |counter| {
        let page = app.browser().get("/login");
        let answer = passkey.answer_with(&page, &app, on_one_device(counter));
        app.browser().post(LOGIN, &[("passkey", &answer)])
    };
    send(6).assert_redirect("/dashboard");
    send(6).assert_error(422, MAYBE_COPIED);
    app.email_about(EMAIL, COPIED);
    send(3).assert_error(422, MAYBE_COPIED);
    send(4).assert_redirect("/dashboard");
    // A changed bit turns no check off.
    let eligible = passkey.answer_with(&app.browser().get("/login"), &app, |answer| {
        answer.counter = 4;
    });
    let response = app.browser().post(LOGIN, &[("passkey", &eligible)]);
    response.assert_error(422, MAYBE_COPIED);
    // The same response again and again fills neither the mailbox nor the activity.
    for _ in 0..25 {
        app.browser()
            .post(LOGIN, &[("passkey", &eligible)])
            .assert_error(422, MAYBE_COPIED);
    }
    let emails = app.emails_to(EMAIL);
    let copied = emails.iter().filter(|email| email.subject == COPIED);
    let copied = copied.count();
    assert_eq!(copied, 20);
    assert_eq!(usize::try_from(app.events("passkey_copied")), Ok(copied));
}

#[test]
fn account_has_at_most_twenty_passkeys() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for _ in 0..19 {
        app.add_passkey(&browser);
    }
    let forms = [0, 1].map(|_| app.with_session_of(&browser));
    // Both forms are open before the last place is taken.
    let answers = forms.iter().map(|form| {
        let page = form.get(ADD);
        Passkey::create(&options_of(&page), &app.public_url, |_| {}).1
    });
    let answers: Vec<String> = answers.collect();
    let added = forms[0].post(ADD, &[("passkey", &answers[0])]);
    assert_eq!(added.status, 303, "{}", added.body);
    let rejected = forms[1].post(ADD, &[("passkey", &answers[1])]);
    let error = "You already have 20 passkeys. Remove one first.";
    rejected.assert_error(422, error);
    assert_eq!(app.home.count("passkeys", "removed_at IS NULL"), 20);
}

#[test]
fn unknown_and_removed_passkeys_look_alike() {
    let app = TestApp::start();
    let (browser, passkey) = app.with_passkey(EMAIL);
    let page = browser.get(ADD);
    let (unknown, _) = Passkey::create(&options_of(&page), &app.public_url, |_| {});
    let response = app.browser().log_in_with(&app, &unknown);
    response.assert_error(422, REJECTED_AT_LOGIN);
    let signal = response
        .attribute("[data-signal]", "data-signal")
        .expect("a signal");
    assert!(signal.contains(&unknown.credential_id()), "{signal}");
    let remove = browser.get(SECURITY).action("/remove");
    browser
        .post(&remove, &[("confirmed", "on")])
        .assert_redirect(SECURITY);
    let response = app.browser().log_in_with(&app, &passkey);
    response.assert_error(422, REJECTED_AT_LOGIN);
    app.email_about(EMAIL, REMOVED);
}

#[test]
fn removed_passkey_ends_its_sessions() {
    let app = TestApp::start();
    let (browser, passkey) = app.with_passkey(EMAIL);
    let opened = app.browser();
    opened
        .log_in_with(&app, &passkey)
        .assert_redirect("/dashboard");
    let by_code = app.at_second_step(EMAIL);
    let answer = passkey.answer(&by_code.get(STEP), &app);
    by_code
        .post(STEP, &[("passkey", &answer)])
        .assert_redirect("/dashboard");
    let remove = browser.get(SECURITY).action("/remove");
    let asked = browser.post(&remove, &[]);
    asked.assert_page(422, "Remove a passkey");
    browser
        .post(&remove, &[("confirmed", "on")])
        .assert_redirect(SECURITY);
    for ended in [&opened, &by_code] {
        ended
            .get("/account")
            .assert_redirect("/login?next=%2Faccount");
        let notice = ended.get("/login").notice();
        assert!(
            notice.contains("the passkey you used was removed"),
            "{notice}"
        );
    }
    browser.get(SECURITY).assert_page(200, "Security");
    // It was the last factor.
    app.log_in(EMAIL, PASSWORD);
}

/// The session began with a password. The passkey was used later, so its removal ends the session.
#[test]
fn removed_passkey_ends_a_session_that_it_renewed() {
    let app = TestApp::start();
    let (renewed, passkey) = app.with_passkey(EMAIL);
    let answer = passkey.answer(&renewed.get("/login/again"), &app);
    renewed
        .post("/login/again", &[("passkey", &answer)])
        .assert_redirect("/dashboard");
    let other = app.browser();
    other.log_in_with(&app, &passkey);
    let remove = other.get(SECURITY).action("/remove");
    other
        .post(&remove, &[("confirmed", "on")])
        .assert_redirect(SECURITY);
    renewed
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");
}

#[test]
fn cve_2025_71400_passkey_of_another_person_is_unknown() {
    // CVE-2025-71400 (GHSA-4vcf-q4xf-f48m).
    let app = TestApp::start();
    let (browser, _) = app.with_passkey(EMAIL);
    let (other, _) = app.with_passkey(OTHER_EMAIL);
    let page = browser.get(SECURITY);
    let (rename, remove) = (
        page.action("/remove").replace("/remove", ""),
        page.action("/remove"),
    );
    assert_eq!(other.post(&remove, &[("confirmed", "on")]).status, 404);
    assert_eq!(other.post(&rename, &[("name", "Mine")]).status, 404);
    assert_eq!(app.home.count("passkeys", "removed_at IS NULL"), 2);
}

#[test]
fn passkey_gets_a_name_and_a_new_one() {
    let app = TestApp::start();
    let (browser, _) = app.with_passkey(EMAIL);
    app.add_passkey(&browser);
    let page = browser.get(SECURITY);
    let names = page.texts("#passkeys ~ .rows h3");
    assert_eq!(
        names,
        [
            "Passkey in Firefox on Windows",
            "Passkey in Firefox on Windows 2"
        ]
    );
    let rename = page.action("/remove").replace("/remove", "");
    browser
        .post(&rename, &[])
        .assert_page(422, "Rename a passkey");
    browser
        .post(&rename, &[("name", " ")])
        .assert_error(422, "Enter a name");
    browser
        .post(&rename, &[("name", "Phone")])
        .assert_redirect(SECURITY);
    assert_eq!(
        browser.get(SECURITY).texts("#passkeys ~ .rows h3")[0],
        "Phone"
    );
}

#[test]
fn passkey_stands_for_password_and_code() {
    let app = TestApp::start();
    let (browser, passkey) = app.with_passkey(EMAIL);
    app.advance(Duration::from_mins(11));
    let page = browser.get(EXPORT);
    let answer = passkey.answer(&page, &app);
    assert_eq!(browser.post(EXPORT, &[("passkey", &answer)]).status, 200);
    app.advance(Duration::from_mins(11));
    let page = browser.get(EXPORT);
    let answer = passkey.answer_with(&page, &app, unverified);
    let needs_password =
        "This key needs a PIN to stand for your password. Enter your password, too.";
    let response = browser.post(EXPORT, &[("passkey", &answer)]);
    response.assert_error(422, needs_password);
    let answer = passkey.answer_with(&response, &app, unverified);
    let form = [("passkey", &answer[..]), ("current_password", PASSWORD)];
    assert_eq!(browser.post(EXPORT, &form).status, 200);
    let again = browser.post(EXPORT, &form);
    assert_eq!(again.status, 200, "the last one is recent");
}

#[test]
fn wrong_passkey_is_no_reauthentication() {
    let app = TestApp::start();
    let (browser, _) = app.with_passkey(EMAIL);
    let (_, of_other) = app.with_passkey(OTHER_EMAIL);
    app.advance(Duration::from_mins(11));
    let answer = of_other.answer(&browser.get(EXPORT), &app);
    browser
        .post(EXPORT, &[("passkey", &answer)])
        .assert_error(422, REJECTED);
}

#[test]
fn wrong_passkey_without_password_blocks_no_code() {
    let app = TestApp::start();
    let (browser, _) = app.with_passkey(EMAIL);
    let phone = app.add_authenticator(&browser);
    let (_, of_other) = app.with_passkey(OTHER_EMAIL);
    app.home.sql("DELETE FROM known_devices");
    app.advance(Duration::from_mins(11));
    for _ in 0..50 {
        let answer = of_other.answer(&browser.get(EXPORT), &app);
        browser.post(EXPORT, &[("passkey", &answer)]);
        // The client network is limited to 30 wrong passkeys in ten minutes.
        app.advance(Duration::from_mins(3));
    }
    assert_eq!(app.events("second_step_refused"), 50);
    for alarm in [
        "Someone has your password – Vestibule",
        "Codes are turned off on new devices – Vestibule",
    ] {
        let emails = app.emails_to(EMAIL);
        assert!(emails.iter().all(|email| email.subject != alarm), "{alarm}");
    }
    app.at_second_step(EMAIL)
        .send_code(&phone.code(&app))
        .assert_redirect("/dashboard");
}

#[test]
fn enrolment_begins_with_reauthentication() {
    let app = TestApp::start();
    let (browser, passkey) = app.with_passkey(EMAIL);
    app.advance(Duration::from_mins(11));
    let page = browser.get(ADD);
    assert!(options_of(&page)["user"].is_null(), "no new passkey yet");
    let (_, json) = Passkey::create(
        &json!({"challenge": "", "user": {"id": ""}}),
        &app.public_url,
        |_| {},
    );
    browser
        .post(ADD, &[("passkey", &json)])
        .assert_page(200, "Add a passkey");
    let answer = passkey.answer(&page, &app);
    let form = [("reauthenticates", "on"), ("passkey", &answer[..])];
    browser.post(ADD, &form).assert_redirect(ADD);
    let options = options_of(&browser.get(ADD));
    assert_eq!(
        options["excludeCredentials"][0]["id"],
        passkey.credential_id()
    );
    app.add_passkey(&browser);
}

#[test]
fn account_without_password_logs_in_with_passkey_only() {
    let app = TestApp::start();
    let (browser, passkey) = app.with_passkey(EMAIL);
    let page = browser.get(REMOVE_PASSWORD);
    page.assert_page(200, "Remove your password");
    let answer = passkey.answer(&page, &app);
    browser
        .post(REMOVE_PASSWORD, &[("passkey", &answer)])
        .assert_redirect(SECURITY);
    app.email_about(EMAIL, "Password removed – Vestibule");
    let wrong = app.browser().log_in(EMAIL, PASSWORD);
    assert_eq!(wrong.status, 422);
    app.browser()
        .log_in_with(&app, &passkey)
        .assert_redirect("/dashboard");
    // The last passkey that can log in stays until there is a password.
    let remove = browser.get(SECURITY).action("/remove");
    let shown = ("Remove a passkey", "no other passkey can log you in");
    assert_not_removable(&browser, &remove, shown);
    for page in ["/dashboard", "/account"] {
        let text = browser.get(page).text("main");
        assert!(text.contains("You have no password."), "{text}");
    }
    // Reauthentication offers nothing but the passkey.
    app.advance(Duration::from_mins(11));
    let page = browser.get(EXPORT);
    assert_eq!(page.texts("label"), ["Account"]);
    browser
        .post(EXPORT, &[])
        .assert_error(422, "Use your passkey to continue.");
    // A new password by email keeps the passkey and the second step.
    let token = app.reset_token(EMAIL);
    app.browser().reset_password(&token, OTHER_PASSWORD);
    app.browser()
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect(STEP);
}

#[test]
fn password_stays_without_another_way_in() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.add_passkey_with(&browser, unverified);
    let page = browser.get(REMOVE_PASSWORD);
    assert!(page.texts("main p")[0].starts_with("First add a passkey"));
    let form = [("current_password", PASSWORD), ("code", "")];
    assert_eq!(browser.post(REMOVE_PASSWORD, &form).status, 422);
    let stored = app.home.column("password_credentials", "password_hash");
    assert!(stored[0].starts_with("v1$2b$"), "{stored:?}");
}

#[test]
fn undo_removes_a_planted_passkey() {
    // keycloak/keycloak#21837.
    let app = TestApp::start();
    let (_, planted) = app.with_passkey(EMAIL);
    let undo = app.email_about(EMAIL, ADDED).undo_token();
    app.browser()
        .post("/undo", &[("token", &undo)])
        .assert_redirect("/password/sent");
    let response = app.browser().log_in_with(&app, &planted);
    response.assert_error(422, REJECTED_AT_LOGIN);
}

#[test]
fn passkey_waits_for_the_reset_after_an_undo() {
    let app = TestApp::start();
    let (browser, passkey) = app.with_passkey(EMAIL);
    app.advance(Duration::from_secs(1));
    app.add_passkey(&browser);
    let undo = app.email_about(EMAIL, ADDED).undo_token();
    app.browser().post("/undo", &[("token", &undo)]);
    let response = app.browser().log_in_with(&app, &passkey);
    response.assert_page(403, "Reset your password to log in");
}

#[test]
fn locked_account_is_told_after_a_right_passkey() {
    let app = TestApp::start();
    let (_, passkey) = app.with_passkey(EMAIL);
    app.home.sql("UPDATE users SET locked_at = 1");
    let response = app.browser().log_in_with(&app, &passkey);
    response.assert_page(403, "This account is locked");
    let answer = passkey.answer_with(&app.browser().get("/login"), &app, |answer| {
        "example.org".clone_into(&mut answer.rp_id);
    });
    let response = app.browser().post(LOGIN, &[("passkey", &answer)]);
    response.assert_error(422, REJECTED_AT_LOGIN);
}

#[test]
fn site_by_ip_address_offers_no_passkeys() {
    let app = TestApp::start_with(|settings| {
        settings.edge.public_url = PublicUrl::parse("http://127.0.0.1:1");
    });
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    assert!(!app.browser().get("/login").body.contains("data-passkey"));
    let page = browser.get(ADD);
    assert!(page.texts("main p")[0].starts_with("Passkeys need a domain name"));
}

#[test]
fn web_auth_215_login_options_are_the_same_for_all() {
    // web-auth/webauthn-framework#215, openstack-experimental/keystone#905.
    let app = TestApp::start();
    let (browser, _) = app.with_passkey(EMAIL);
    browser.post("/logout", &[]);
    let options = |browser: &crate::support::Browser| {
        let mut options = options_of(&browser.get("/login"));
        options["challenge"] = json!(null);
        options
    };
    let of_owner = options(&browser);
    assert_eq!(of_owner, options(&app.browser()));
    assert_eq!(of_owner["allowCredentials"], json!([]));
    assert_eq!(of_owner["userVerification"], "required");
}

#[test]
fn password_managers_find_the_pages() {
    let app = TestApp::start();
    let response = app.browser().get("/.well-known/passkey-endpoints");
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), "application/json");
    let endpoints: serde_json::Value = serde_json::from_str(&response.body).expect("JSON");
    let url = |path: &str| format!("{}{path}", app.public_url);
    assert_eq!(
        endpoints,
        json!({"enroll": url(ADD), "manage": url(SECURITY)})
    );
}

#[test]
fn passkey_still_works_while_codes_are_locked_out() {
    let app = TestApp::start();
    let (browser, passkey) = app.with_passkey(EMAIL);
    let phone = app.add_authenticator(&browser);
    app.home.sql("DELETE FROM known_devices");
    for _ in 0..50 {
        let stranger = app.at_second_step(EMAIL);
        stranger.send_code(&phone.wrong_code(&app));
        app.advance(Duration::from_mins(16));
    }
    let stranger = app.at_second_step(EMAIL);
    assert_eq!(stranger.send_code(&phone.code(&app)).status, 429);
    let answer = passkey.answer(&stranger.get(STEP), &app);
    stranger
        .post(STEP, &[("passkey", &answer)])
        .assert_redirect("/dashboard");
}
