//! The main journey, from the front page to a new password, by links and forms only.

use crate::support::{Authenticator, OTHER_PASSWORD, PASSWORD, TestApp};

#[test]
fn user_signs_up_logs_out_and_resets_password() {
    let app = TestApp::start();
    let browser = app.browser();
    let email = "ada@example.org";

    let front = browser.get("/");
    front.assert_page(200, "Welcome to Vestibule");
    let sign_up = front
        .attribute("main a.button.second", "href")
        .expect("a second button");
    let form = browser.get(&sign_up);
    let action = form.attribute("main form", "action").expect("a form");
    browser
        .post(
            &action,
            &[("email", email), ("password", PASSWORD), ("name", "Ada")],
        )
        .assert_redirect("/signup/sent");
    let mailbox = browser
        .get("/signup/sent")
        .attribute("main a[href='/dev/mailbox']", "href")
        .expect("a link");
    let link = browser
        .get(&mailbox)
        .attribute("main a[href*='/verify?token=']", "href")
        .expect("the link");
    let confirm = browser.get(link.strip_prefix(&app.public_url).expect("of this site"));
    let token = confirm.value("token");
    browser
        .post("/verify", &[("token", &token)])
        .assert_redirect("/dashboard");
    assert_eq!(browser.get("/dashboard").text("h1"), "Hello Ada");
    browser.post("/logout", &[]).assert_redirect("/login");
    browser
        .log_in(email, PASSWORD)
        .assert_redirect("/dashboard");
    browser.post("/logout", &[]).assert_redirect("/login");

    browser
        .post("/password/forgot", &[("email", email)])
        .assert_redirect("/password/sent");
    let reset = app.email_to(email);
    browser
        .get(&reset.path())
        .assert_page(200, "Set a new password");
    browser
        .reset_password(&reset.token(), OTHER_PASSWORD)
        .assert_redirect("/login");
    browser
        .log_in(email, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(browser.get("/dashboard").status, 200);
}

/// From the confirmed address to the deleted account, by the links and forms of the account pages.
#[test]
fn robbed_user_recovers_and_deletes_the_account() {
    const NEWEST: &str = "pebble orbit cinnamon";
    let app = TestApp::start();
    let (old, new) = ("ada@example.org", "ada@example.net");
    let browser = app.register_and_log_in(old, PASSWORD);
    let account = browser
        .get("/dashboard")
        .attribute("nav a[href='/account']", "href")
        .expect("a way to the account");
    let overview = browser.get(&account);
    let sections = [
        ("profile", "email"),
        ("security", "password"),
        ("export", "delete"),
    ];
    let [email, password, delete] = sections.map(|(section, part)| {
        let link = format!("main a[href='/account/{section}']");
        let section = overview.attribute(&link, "href").expect(section);
        browser
            .get(&section)
            .attribute(&format!("main a[href='/account/{part}']"), "href")
            .expect(part)
    });

    assert_eq!(browser.get(&password).status, 200);
    let form = [
        ("current_password", PASSWORD),
        ("password", OTHER_PASSWORD),
        ("end_others", "on"),
    ];
    browser.post(&password, &form).assert_redirect("/account");
    browser
        .post(&email, &[("email", new)])
        .assert_redirect("/account/email");
    let confirm = browser.get(&app.email_to(new).path());
    let action = confirm.attribute("main form", "action").expect("a form");
    browser
        .post(&action, &[("token", &confirm.value("token"))])
        .assert_redirect("/account");

    let attacker = app.log_in(new, OTHER_PASSWORD);
    let warning = app.email_to(new);
    assert_eq!(warning.subject, "New login to your account – Vestibule");
    let form = [
        ("current_password", OTHER_PASSWORD),
        ("password", "thistle gravel monsoon"),
        ("end_others", "on"),
    ];
    attacker.post(&password, &form).assert_redirect("/account");
    assert_eq!(browser.get(&account).status, 303, "thrown out");
    let undo = browser.get(&format!("/undo?token={}", warning.undo_token()));
    undo.assert_page(200, "This wasn’t me");
    let action = undo.attribute("main form", "action").expect("a form");
    browser
        .post(&action, &[("token", &undo.value("token"))])
        .assert_redirect("/password/sent");
    let reset = browser.get(&app.email_to(new).path());
    reset.assert_page(200, "Set a new password");
    browser
        .post(
            "/password/reset",
            &[("token", &reset.value("token")), ("password", NEWEST)],
        )
        .assert_redirect("/login");
    assert_eq!(attacker.get(&account).status, 303);
    browser.log_in(new, NEWEST).assert_redirect("/dashboard");

    assert_eq!(browser.get(&delete).status, 200);
    browser
        .post(&delete, &[("current_password", NEWEST)])
        .assert_redirect("/");
    assert_eq!(app.browser().log_in(new, NEWEST).status, 422);
    assert!(
        [old, new]
            .iter()
            .all(|email| app.email_to(email).subject == "Your account was deleted – Vestibule")
    );
    assert_eq!(app.home.count("users", "TRUE"), 0);
}

/// From the dashboard's offer to a deleted account, by the links and forms of the second step.
#[test]
fn user_recovers_from_a_lost_phone() {
    let app = TestApp::start();
    let email = "ada@example.org";
    let browser = app.register_and_log_in(email, PASSWORD);
    let offer = "main a[href='/account/security/apps/new']";
    let setup = browser.get("/dashboard").attribute(offer, "href");
    let page = browser.get(&setup.expect("an offer"));
    let action = page.attribute("main form", "action").expect("a form");
    let phone = Authenticator::of_page(&page);
    let form = [
        ("sealed", page.value("sealed")),
        ("code", phone.code(&app)),
        ("name", "Phone".to_owned()),
    ];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let codes = browser.post(&action, &form).header("location").to_owned();
    let codes = browser.get(&codes).texts(".recovery-codes code");
    browser.post("/logout", &[]).assert_redirect("/login");

    // The phone is lost, and the password forgotten. The reset does not replace the second step.
    let token = app.request_reset(&browser, email);
    browser
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    let step = browser
        .log_in(email, OTHER_PASSWORD)
        .header("location")
        .to_owned();
    let by_code = browser
        .get(&step)
        .attribute("main a[href*='recovery_code']", "href");
    let page = browser.get(&by_code.expect("a link"));
    let action = page.attribute("main form", "action").expect("a form");
    browser
        .post(&action, &[("code", &codes[0])])
        .assert_redirect("/dashboard");

    // A new phone replaces the lost one.
    let security = browser.get("/account/security");
    let remove = security.attributes("main form", "action");
    let new_phone = app.add_authenticator(&browser);
    let page = browser.post(&remove[0], &[]);
    page.assert_page(422, "Remove an authenticator app");
    browser
        .post(&remove[0], &[("confirmed", "on")])
        .assert_redirect("/account/security");
    let elsewhere = app.browser();
    elsewhere
        .log_in(email, OTHER_PASSWORD)
        .assert_redirect(&step);
    assert_eq!(elsewhere.send_code(&phone.next_code(&app)).status, 422);
    elsewhere
        .send_code(&new_phone.code(&app))
        .assert_redirect("/dashboard");

    let form = [
        ("current_password", OTHER_PASSWORD),
        ("code", &new_phone.next_code(&app)),
    ];
    elsewhere
        .post("/account/delete", &form)
        .assert_redirect("/");
    for table in ["totp_credentials", "recovery_codes", "pending_logins"] {
        assert_eq!(app.home.count(table, "TRUE"), 0, "{table}");
    }
}
