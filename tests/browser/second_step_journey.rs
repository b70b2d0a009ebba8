//! A user's journey through the second step, with clicks and keys only.

use std::time::Duration;

use crate::pages::Scene;
use crate::support::chromium::Script;
use crate::support::{Authenticator, PASSWORD};

const EMAIL: &str = "ada@example.org";

#[test]
fn user_adds_uses_and_removes_a_second_step() {
    second_step(Script::On);
}

#[test]
fn second_step_works_without_script() {
    second_step(Script::Off);
}

#[test]
fn printed_recovery_codes_have_no_controls() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let (email, _) = scene.with_second_step();
    scene.open("/account/security/recovery-codes");
    browser.press_button("Create new codes");
    browser.find(".recovery-codes");
    browser.set_print_view();
    let sheet = browser.run("return document.body.innerText");
    let sheet = sheet.as_str().expect("text");
    assert_eq!(
        sheet.lines().next(),
        Some("Recovery codes"),
        "nothing precedes the heading"
    );
    assert!(
        sheet.contains(&format!("These are for your Vestibule account {email}.")),
        "{sheet}"
    );
    let codes = browser.run(
        "const codes = document.querySelectorAll('.recovery-codes code');
         return [...codes].map((code) => code.innerText)",
    );
    let codes = codes.as_array().expect("a list");
    assert_eq!(codes.len(), 10);
    for code in codes {
        assert!(
            sheet.contains(code.as_str().expect("a code")),
            "{code}: {sheet}"
        );
    }
    for control in ["Print", "Download", "I’ve saved them", "Log out"] {
        assert!(!sheet.contains(control), "{control}: {sheet}");
    }
}

fn second_step(script: Script) {
    let scene = Scene::new(script);
    let browser = &scene.chromium;
    scene.app.register(EMAIL, PASSWORD);
    scene.fill_login(EMAIL, PASSWORD);
    browser.press_button("Log in");

    // Add an app. The recovery codes follow.
    browser.follow("Add a second step");
    browser.expect_heading("Add an authenticator app");
    let phone = Authenticator::of_key(&browser.find("#key").property("value"));
    browser.fill("#code", &phone.code(&scene.app));
    browser.fill("#name", "Phone");
    browser.press_button("Add app");
    browser.expect_heading("Recovery codes");
    assert_eq!(browser.count(".recovery-codes code"), 10);
    let code = browser.find(".recovery-codes code").text();
    let has_print_button = browser.count("[data-print] button[type=button]");
    assert_eq!(has_print_button, u64::from(script == Script::On));
    browser.follow("I’ve saved them");
    browser.expect_heading("Security");

    // Log in with a code of the app, after a wrong one.
    browser.press_button("Log out");
    fill_login(&scene);
    browser.fill("#code", &phone.wrong_code(&scene.app));
    browser.press_button("Continue");
    assert!(
        browser
            .find(".summary")
            .text()
            .contains("That code is wrong")
    );
    browser.fill("#code", &phone.next_code(&scene.app));
    browser.press_button("Continue");
    browser.expect_heading(&format!("Hello {EMAIL}"));

    // Log in with a recovery code.
    browser.press_button("Log out");
    fill_login(&scene);
    browser.follow("Use a recovery code");
    browser.find("#code-hint");
    browser.fill("#code", &code);
    browser.press_button("Continue");
    assert_eq!(
        browser.find(".notice p").text(),
        "You used a recovery code. You have 9 left."
    );

    // Remove the app.
    scene.app.advance(Duration::from_mins(11));
    scene.open("/account/security");
    browser
        .find_xpath("//button[contains(., 'Remove')]")
        .click();
    browser.expect_heading("Remove an authenticator app");
    browser.fill("#current_password", PASSWORD);
    browser.fill("#code", &phone.code(&scene.app));
    browser.press_button("Remove app");
    assert_eq!(
        browser.find(".notice p").text(),
        "Authenticator app removed."
    );
    browser.press_button("Log out");
    scene.fill_login(EMAIL, PASSWORD);
    browser.press_button("Log in");
    browser.expect_heading(&format!("Hello {EMAIL}"));
}

fn fill_login(scene: &Scene) {
    scene.fill_login(EMAIL, PASSWORD);
    scene.chromium.press_button("Log in");
    scene.chromium.expect_heading("One more step");
}
