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
