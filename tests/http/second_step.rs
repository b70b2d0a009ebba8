//! The second step of a login: setting up an authenticator app, logging in with its codes or a
//! recovery code, and the limits of wrong codes.

use std::time::Duration;

use serde_json::json;

use crate::support::{
    Authenticator, Browser, OTHER_PASSWORD, PASSWORD, Response, TestApp, behind_a_proxy,
};

const EMAIL: &str = "ada@example.org";
const ADD: &str = "/account/security/apps/new";
const STEP: &str = "/login/second-step";
const CODES: &str = "/account/security/recovery-codes";
const WRONG: &str = "That code is wrong or has expired. Wait for the next one and try again.";
const USED: &str = "That code has already been used. Wait for the next one and try again.";
const KNOWN: &str = "Someone has your password – Vestibule";

fn key(page: &Response) -> String {
    page.text("#key")
}

#[test]
fn login_asks_for_code_after_first_app() {
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    assert_eq!(authenticator.recovery_codes.len(), 10);
    browser.post("/logout", &[]).assert_redirect("/login");
    browser.log_in(EMAIL, PASSWORD).assert_redirect(STEP);
    assert!(browser.cookie("session").is_none());
    let page = browser.get(STEP);
    page.assert_page(200, "One more step");
    assert_eq!(browser.get("/dashboard").status, 303, "not logged in yet");
    browser
        .send_code(&authenticator.wrong_code(&app))
        .assert_error(422, WRONG);
    browser.send_code("").assert_error(422, "Enter a code");
    browser
        .send_code(&authenticator.next_code(&app))
        .assert_redirect("/dashboard");
    browser.get("/dashboard").assert_page(200, "Dashboard");
    assert!(browser.cookie("login").is_none());
    assert_eq!(app.home.column("sessions", "signed_in_by").len(), 2);
    assert_eq!(
        app.home.count("sessions", "signed_in_by = 'password_code'"),
        1
    );
}

#[test]
fn login_keeps_next_page_and_remember() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let browser = app.browser();
    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("remember", "on"),
        ("next", "/account/activity"),
    ];
    browser
        .post("/login", &form)
        .assert_redirect("/login/second-step?next=%2Faccount%2Factivity");
    let page = browser.get("/login/second-step?next=%2Faccount%2Factivity");
    let next = page.value("next");
    let code = authenticator.next_code(&app);
    let done = browser.post(STEP, &[("code", &code), ("next", &next)]);
    done.assert_redirect("/account/activity");
    assert!(done.set_cookies("session")[0].contains("Max-Age=15552"));
}

#[test]
fn page_without_pending_login_leads_to_login() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let stranger = app.browser();
    stranger
        .get(STEP)
        .assert_redirect("/login?next=%2Fdashboard");
    assert_eq!(
        stranger.get("/login?next=%2Fdashboard").notice(),
        "That took too long. Log in again."
    );
    stranger.set_cookie("login", "vsl_forged");
    stranger.send_code("123456").assert_redirect("/login");

    let late = app.at_second_step(EMAIL);
    app.advance(Duration::from_mins(10));
    late.send_code(&authenticator.code(&app))
        .assert_redirect("/login");
    assert_eq!(
        app.home.count("sessions", "signed_in_by = 'password_code'"),
        0
    );
}

#[test]
fn cve_2025_55000_used_code_in_another_spelling_is_rejected() {
    // CVE-2025-55000 (OpenBao), CVE-2026-134276 (Vikunja): row 1 of the list in docs/security.md.
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let code = authenticator.next_code(&app);
    app.at_second_step(EMAIL)
        .send_code(&code)
        .assert_redirect("/dashboard");
    let wide: String = code
        .chars()
        .map(|digit| char::from_u32(u32::from(digit) - 0x30 + 0xff10).expect("a digit"))
        .collect();
    let spellings = [
        format!(" {code}"),
        format!("{code} "),
        format!("{} {}", &code[..3], &code[3..]),
        format!("{code}\n"),
        wide,
    ];
    for spelling in spellings {
        app.at_second_step(EMAIL)
            .send_code(&spelling)
            .assert_error(422, USED);
    }
}

#[test]
fn cve_2026_61630_used_code_is_rejected_in_another_login() {
    // better-auth/better-auth#10387, CVE-2026-61630; dullage/flatnotes#341: it says so.
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let other = app.at_second_step(EMAIL);
    let code = authenticator.next_code(&app);
    app.at_second_step(EMAIL)
        .send_code(&code)
        .assert_redirect("/dashboard");
    other.send_code(&code).assert_error(422, USED);
    // The code of the step before is as good as used, too.
    app.advance(Duration::from_secs(30));
    other.send_code(&code).assert_error(422, USED);
    other
        .send_code(&authenticator.code(&app))
        .assert_redirect("/dashboard");
}

#[test]
fn flatnotes_341_second_quick_login_learns_that_code_was_used() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let code = authenticator.code(&app);
    app.at_second_step(EMAIL)
        .send_code(&code)
        .assert_error(422, USED);
}

#[test]
fn codes_of_adjacent_steps_are_accepted() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    app.advance(Duration::from_mins(5));
    for (steps, is_right) in [(-2, false), (2, false), (-1, true), (0, true), (1, true)] {
        let code = authenticator.code_in_steps(&app, steps);
        let response = app.at_second_step(EMAIL).send_code(&code);
        assert_eq!(response.status == 303, is_right, "{steps}");
    }
}

/// rcarmo/piclaw#102.
#[test]
fn piclaw_102_wrong_code_uses_up_nothing() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let browser = app.at_second_step(EMAIL);
    for wrong in [
        authenticator.wrong_code(&app),
        "12".to_owned(),
        String::new(),
    ] {
        assert_eq!(browser.send_code(&wrong).status, 422);
    }
    browser
        .send_code(&authenticator.next_code(&app))
        .assert_redirect("/dashboard");
}

#[test]
fn recovery_code_logs_in_once_and_is_reported() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let code = &authenticator.recovery_codes[0];
    let browser = app.at_second_step(EMAIL);
    let page = browser.get(&format!("{STEP}?method=recovery_code"));
    assert_eq!(page.attribute("#code", "inputmode"), None);
    browser
        .send_code(&code.to_lowercase().replace('-', " "))
        .assert_redirect("/dashboard");
    assert_eq!(
        browser.get("/dashboard").notice(),
        "You used a recovery code. You have 9 left."
    );
    app.email_about(EMAIL, "Recovery code used – Vestibule");
    app.at_second_step(EMAIL).send_code(code).assert_error(
        422,
        "That recovery code is wrong or has already been used. Try another one.",
    );
}

#[test]
fn few_recovery_codes_are_announced_at_each_login() {
    let app = TestApp::start();
    let (browser, authenticator) = app.with_second_step(EMAIL);
    for code in &authenticator.recovery_codes[..7] {
        app.at_second_step(EMAIL)
            .send_code(code)
            .assert_redirect("/dashboard");
    }
    let login = app.at_second_step(EMAIL);
    login
        .send_code(&authenticator.next_code(&app))
        .assert_redirect("/dashboard");
    let page = login.get("/dashboard");
    assert_eq!(
        page.notice(),
        "Only 3 recovery codes left. Create new codes on the Security page."
    );
    assert!(page.body.contains("Only 3 recovery codes left."));
    assert!(
        browser
            .get("/account/security")
            .body
            .contains("Only 3 recovery codes left.")
    );
}

#[test]
fn mastodon_24889_first_app_ends_all_other_sessions() {
    // mastodon/mastodon#24889, WordPress/two-factor#577, go-vikunja/vikunja#2414.
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let other = app.log_in(EMAIL, PASSWORD);
    let tokens = app.tokens(EMAIL, PASSWORD);
    let first = app.add_authenticator(&browser);
    other
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
    assert_eq!(
        other.get("/login?next=%2Fdashboard").notice(),
        "You were logged out because a second step was added to your account. Log in to continue."
    );
    assert_eq!(
        app.program_with(&tokens.access).get("/api/v1/me").status,
        401
    );
    assert_eq!(app.refresh(&tokens.refresh).status, 401);
    assert_eq!(browser.get("/dashboard").status, 200);
    app.email_about(EMAIL, "Second step added – Vestibule");

    let other = app.at_second_step(EMAIL);
    other
        .send_code(&first.next_code(&app))
        .assert_redirect("/dashboard");
    let second = app.add_authenticator(&browser);
    assert!(
        second.recovery_codes.is_empty(),
        "the first set still works"
    );
    assert_eq!(
        other.get("/dashboard").status,
        200,
        "a further app ends no session"
    );
    app.at_second_step(EMAIL)
        .send_code(&second.next_code(&app))
        .assert_redirect("/dashboard");
}

#[test]
fn greasyfork_1446_setup_left_halfway_changes_nothing() {
    // greasyfork-org/greasyfork#1446; A setup changes no stored app before its first right code.
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let page = browser.get(ADD);
    let setup = Authenticator::of_page(&page);
    assert_ne!(key(&browser.get(ADD)), key(&page));
    let sealed = page.value("sealed");
    let wrong = setup.wrong_code(&app);
    let again = browser.post(
        ADD,
        &[("code", &wrong), ("sealed", &sealed), ("name", "Phone")],
    );
    again.assert_error(
        422,
        "That code is wrong or has expired. Wait for the next one, and check that your phone sets \
         its clock automatically.",
    );
    assert_eq!(key(&again), key(&page), "the same QR code");
    assert_eq!(again.value("name"), "Phone");
    assert_eq!(app.home.count("totp_credentials", "id = id"), 0);
    app.log_in(EMAIL, PASSWORD);
    app.advance(Duration::from_hours(1));
    let late = [("code", setup.code(&app)), ("sealed", sealed)];
    let late = late.each_ref().map(|(name, value)| (*name, value.as_str()));
    browser
        .post(ADD, &late)
        .assert_error(422, "That took too long. Scan the new QR code.");
}

#[test]
fn setup_of_another_session_adds_nothing() {
    // KeeperHub/keeperhub#1523: a setup belongs to the session that it was shown to.
    let app = TestApp::start();
    let ada = app.register_and_log_in(EMAIL, PASSWORD);
    let eve = app.register_and_log_in("eve@example.org", PASSWORD);
    let page = eve.get(ADD);
    let code = Authenticator::of_page(&page).code(&app);
    let sealed = page.value("sealed");
    let response = ada.post(ADD, &[("code", &code), ("sealed", &sealed)]);
    response.assert_error(422, "That took too long. Scan the new QR code.");
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn keeperhub_1523_pending_login_opens_only_the_second_step() {
    // KeeperHub/keeperhub#1523: it can add no app.
    let app = TestApp::start();
    app.with_second_step(EMAIL);
    let browser = app.at_second_step(EMAIL);
    for page in [
        "/dashboard",
        "/account/security",
        ADD,
        CODES,
        "/account/export",
    ] {
        assert_eq!(browser.get(page).status, 303, "{page}");
        assert!(
            browser
                .get(page)
                .header("location")
                .starts_with("/login?next=")
        );
    }
    let secret = browser.cookie("login").expect("a pending login");
    assert_eq!(app.program_with(&secret).get("/api/v1/me").status, 401);
    browser.set_cookie("session", &secret);
    assert_eq!(browser.get("/dashboard").status, 303);
}

#[test]
fn lemmy_3714_reset_keeps_the_second_step() {
    // LemmyNet/lemmy#3714, pallets-eco/flask-security#258, antiwork/gumroad#4065.
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let waiting = app.at_second_step(EMAIL);
    let browser = app.browser();
    let token = app.request_reset(&browser, EMAIL);
    browser
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    assert!(browser.cookie("session").is_none());
    let notice = app.email_about(EMAIL, "Your password was changed – Vestibule");
    let text = notice.text;
    assert!(text.contains("in our email\n“Second step added”"), "{text}");
    let code = authenticator.next_code(&app);
    waiting.send_code(&code).assert_redirect("/login");
    browser.log_in(EMAIL, OTHER_PASSWORD).assert_redirect(STEP);
    browser.send_code(&code).assert_redirect("/dashboard");
}

#[test]
fn sixth_pending_login_replaces_the_oldest() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let waiting: Vec<Browser> = (0..6)
        .map(|_| {
            app.advance(Duration::from_secs(1));
            app.at_second_step(EMAIL)
        })
        .collect();
    waiting[0].get(STEP).assert_redirect("/login");
    assert_eq!(
        app.home.count("pending_logins", "used_at IS NULL"),
        6,
        "the clean-up still has to report it"
    );
    waiting[1].get(STEP).assert_page(200, "One more step");
    waiting[1]
        .send_code(&authenticator.next_code(&app))
        .assert_redirect("/dashboard");
}

#[test]
fn acore_cms_211_fresh_login_resets_no_count() {
    // azerothcore/acore-cms#211, eugenioenko/autentico#360.
    let app = TestApp::start();
    let (known, authenticator) = app.with_second_step(EMAIL);
    let wrong = |browser: &Browser| browser.send_code(&authenticator.wrong_code(&app));
    for _ in 0..5 {
        wrong(&app.at_second_step(EMAIL)).assert_error(422, WRONG);
    }
    app.email_about(EMAIL, KNOWN);
    let waiting = app.at_second_step(EMAIL);
    let right = authenticator.next_code(&app);
    app.clock.advance(Duration::ZERO);
    wrong(&waiting).assert_error(422, WRONG);
    let blocked = waiting.send_code(&right);
    blocked.assert_error(
        429,
        "Too many wrong codes. Try again in 2 seconds, or use a passkey or a recovery code.",
    );
    assert_eq!(blocked.header("retry-after"), "2");
    for _ in 6..50 {
        app.advance(Duration::from_mins(15));
        wrong(&app.at_second_step(EMAIL)).assert_error(422, WRONG);
    }
    app.advance(Duration::from_hours(24));
    let locked_out = app.at_second_step(EMAIL);
    let response = locked_out.send_code(&authenticator.code(&app));
    assert_eq!(response.status, 429);
    assert!(
        response.errors()[0].starts_with("Too many wrong codes. Use a passkey, a recovery code")
    );
    app.email_about(EMAIL, "Codes are turned off on new devices – Vestibule");

    // A known device is not blocked, and allows others one more attempt in a quarter of an hour.
    known.post("/logout", &[]);
    known.log_in(EMAIL, PASSWORD).assert_redirect(STEP);
    known
        .send_code(&authenticator.code(&app))
        .assert_redirect("/dashboard");
    app.advance(Duration::from_mins(15));
    let once_more = app.at_second_step(EMAIL);
    once_more
        .send_code(&authenticator.code(&app))
        .assert_redirect("/dashboard");
}

#[test]
fn recovery_code_works_during_lockout() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    for _ in 0..50 {
        app.advance(Duration::from_mins(16));
        let wrong = authenticator.wrong_code(&app);
        app.at_second_step(EMAIL)
            .send_code(&wrong)
            .assert_error(422, WRONG);
    }
    let code = authenticator.next_code(&app);
    assert_eq!(app.at_second_step(EMAIL).send_code(&code).status, 429);
    app.at_second_step(EMAIL)
        .send_code(&authenticator.recovery_codes[0])
        .assert_redirect("/dashboard");
    assert_eq!(app.at_second_step(EMAIL).send_code(&code).status, 429);
    let browser = app.browser();
    let token = app.request_reset(&browser, EMAIL);
    browser
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    // A reader of the mailbox must not get more than one attempt with each reset.
    let attempt = || {
        let elsewhere = app.browser();
        elsewhere
            .log_in(EMAIL, OTHER_PASSWORD)
            .assert_redirect(STEP);
        elsewhere.send_code(&authenticator.code(&app))
    };
    assert_eq!(attempt().status, 429);
    app.advance(Duration::from_mins(15));
    attempt().assert_redirect("/dashboard");
}

#[test]
fn cve_2026_74878_count_survives_restart_and_spans_nodes() {
    // CVE-2026-74878 (openssl_encrypt).
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    for _ in 0..3 {
        let wrong = authenticator.wrong_code(&app);
        app.at_second_step(EMAIL)
            .send_code(&wrong)
            .assert_error(422, WRONG);
    }
    let app = app.restart_with(|_| {});
    let node = app.another_node(|_| {});
    for _ in 3..5 {
        let wrong = authenticator.wrong_code(&app);
        node.at_second_step(EMAIL)
            .send_code(&wrong)
            .assert_error(422, WRONG);
    }
    let code = authenticator.code(&app);
    assert_eq!(app.at_second_step(EMAIL).send_code(&code).status, 429);
}

#[test]
fn rauthy_1105_stopped_login_is_no_new_device() {
    let app = TestApp::start_with(|settings| settings.cleanup_every = Duration::from_millis(1));
    let (known, authenticator) = app.with_second_step(EMAIL);
    app.clear_mailbox();
    known.post("/logout", &[]);
    known.log_in(EMAIL, PASSWORD).assert_redirect(STEP);
    app.advance(Duration::from_mins(11));
    app.wait_for_cleanup();
    assert!(app.emails_to(EMAIL).is_empty(), "the device is known");

    app.at_second_step(EMAIL);
    let wrong = authenticator.wrong_code(&app);
    app.at_second_step(EMAIL)
        .send_code(&wrong)
        .assert_error(422, WRONG);
    app.advance(Duration::from_mins(11));
    app.wait_for_cleanup();
    let emails = app.emails_to(EMAIL);
    assert_eq!(emails.len(), 1, "one email, and none about a new device");
    assert_eq!(emails[0].subject, KNOWN);
    assert_eq!(app.events("second_step_missed"), 1);
    assert_eq!(app.home.count("pending_logins", "id_hash = id_hash"), 0);
}

#[test]
fn reset_silences_notice_of_stopped_login() {
    let app = TestApp::start_with(|settings| settings.cleanup_every = Duration::from_millis(1));
    app.with_second_step(EMAIL);
    // The owner is stuck at the second step of a new browser, and sets another password.
    let browser = app.at_second_step(EMAIL);
    let token = app.request_reset(&browser, EMAIL);
    browser
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    app.clear_mailbox();
    app.advance(Duration::from_mins(11));
    app.wait_for_cleanup();
    assert_eq!(app.emails_to(EMAIL).len(), 0);
    assert_eq!(app.events("second_step_missed"), 0);
}

#[test]
fn wrong_password_reveals_no_second_step() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    app.with_second_step("eve@example.org");
    app.with_passkey("grace@example.org");
    let (browser, passkey) = app.with_passkey("mary@example.org");
    let remove = "/account/password/remove";
    let answer = passkey.answer(&browser.get(remove), &app);
    browser
        .post(remove, &[("passkey", &answer)])
        .assert_redirect("/account/security");
    let by_form = |email: &str| {
        let browser = app.browser();
        let response = browser.log_in(email, "wrong password");
        assert_eq!(response.status, 422);
        response.body_without_id().replace(email, "…")
    };
    let by_api = |email: &str| {
        let form = json!({ "email": email, "password": "wrong password" });
        let response = app.program().post("/api/v1/token", &form);
        response.assert_problem(401, "wrong_credentials");
        let mut problem = response.json();
        problem["request_id"] = json!(null);
        problem
    };
    let unknown = (by_form("nobody@example.org"), by_api("nobody@example.org"));
    for email in [
        EMAIL,
        "eve@example.org",
        "grace@example.org",
        "mary@example.org",
    ] {
        assert_eq!((by_form(email), by_api(email)), unknown, "{email}");
    }
}

#[test]
fn attacker_cannot_replace_pending_login_of_known_device() {
    let app = TestApp::start();
    let (known, authenticator) = app.with_second_step(EMAIL);
    known.post("/logout", &[]);
    known.log_in(EMAIL, PASSWORD).assert_redirect(STEP);
    for _ in 0..10 {
        app.advance(Duration::from_secs(1));
        app.at_second_step(EMAIL);
    }
    known
        .send_code(&authenticator.next_code(&app))
        .assert_redirect("/dashboard");
}

#[test]
fn wrong_codes_of_one_network_wait() {
    let app = TestApp::start_with(behind_a_proxy);
    let emails = ["ada@example.org", "eve@example.org"].map(str::to_owned);
    let authenticators = emails.each_ref().map(|email| app.with_second_step(email).1);
    let at = |address: &str, email: &str| {
        let browser = app.browser().at(address);
        browser.log_in(email, PASSWORD).assert_redirect(STEP);
        browser
    };
    let mut waiting = app.browser();
    for number in 0..30 {
        app.advance(Duration::from_secs(15));
        let which = number % 2;
        if number == 29 {
            waiting = at("203.0.113.7", EMAIL);
        }
        let wrong = authenticators[which].wrong_code(&app);
        let code = if number < 8 {
            wrong
        } else {
            "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA".to_owned()
        };
        assert_eq!(
            at("203.0.113.7", &emails[which]).send_code(&code).status,
            422
        );
    }
    // The limit is that of wrong passwords, so a login waits, too.
    let limited = app.browser().at("203.0.113.7").log_in(EMAIL, PASSWORD);
    assert_eq!(limited.status, 429);
    let limited = waiting.send_code(&authenticators[0].recovery_codes[0]);
    limited.assert_error(
        429,
        "There have been too many requests from your network. Try again in 3 minutes.",
    );
    at("198.51.100.7", EMAIL)
        .send_code(&authenticators[0].recovery_codes[0])
        .assert_redirect("/dashboard");
}

#[test]
fn result_of_the_form_needs_the_pending_login() {
    let app = TestApp::start();
    let (_, authenticator) = app.with_second_step(EMAIL);
    let browser = app.at_second_step(EMAIL);
    let form = [
        ("form_id", browser.get(STEP).value("form_id")),
        ("code", authenticator.next_code(&app)),
    ];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let copy = app.browser();
    copy.set_cookie("device", &browser.cookie("device").expect("a device"));
    browser.post(STEP, &form).assert_redirect("/dashboard");
    copy.post(STEP, &form)
        .assert_redirect("/login?next=%2Fdashboard");
    assert!(copy.cookie("session").is_none());
}

#[test]
fn logout_forgets_the_pending_login() {
    let app = TestApp::start();
    app.with_second_step(EMAIL);
    let browser = app.at_second_step(EMAIL);
    browser.post("/logout", &[]).assert_redirect("/login");
    assert!(browser.cookie("login").is_none());
}

#[test]
fn login_to_another_account_forgets_the_pending_login() {
    let app = TestApp::start();
    app.with_second_step(EMAIL);
    app.person("grace@example.org");
    let browser = app.at_second_step(EMAIL);
    browser
        .log_in("grace@example.org", PASSWORD)
        .assert_redirect("/dashboard");
    assert!(browser.cookie("login").is_none());
    browser
        .get(STEP)
        .assert_redirect("/login?next=%2Fdashboard");
}

#[test]
fn late_code_leads_back_to_the_wanted_page() {
    let app = TestApp::start();
    app.with_second_step(EMAIL);
    let browser = app.browser();
    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("next", "/account/activity"),
    ];
    let page = browser.post("/login", &form).header("location").to_owned();
    let action = browser.get(&page).attribute("main form", "action");
    app.advance(Duration::from_mins(10));
    browser
        .post(&action.expect("a form"), &[("code", "123456")])
        .assert_redirect("/login?next=%2Faccount%2Factivity");
}
