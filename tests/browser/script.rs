//! What the one script adds.

use serde_json::json;

use crate::pages::Scene;
use crate::support::chromium::Script;

#[test]
fn a_password_can_be_shown_hidden_and_is_sent_as_a_password() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    for page in ["signup", "login", "reset", "verify-choose-password"] {
        scene.bring_to_page(page);
        let (password, button) = (browser.find("#password"), browser.find(".reveal"));
        let state = || [button.text(), button.attribute("aria-label"), password.property("type")];
        assert_eq!(button.attribute("aria-controls"), "password");
        assert_eq!(state(), ["Show", "Show password", "password"], "{page}");
        password.type_text("harbour");
        button.click();
        assert_eq!(state(), ["Hide", "Hide password", "text"], "{page}");
        assert_eq!(browser.find(".secret [aria-live]").text(), "Your password is shown");
        assert_eq!(password.property("value"), "harbour");
        button.click();
        assert_eq!(state(), ["Show", "Show password", "password"], "{page}");
        assert_eq!(browser.find(".secret [aria-live]").text(), "Your password is hidden");

        // Shown while the form is sent, it goes as a password all the same.
        button.click();
        let sent_as = browser.run(
            "let sentAs;
             const form = document.querySelector('#password').form;
             form.addEventListener('submit', (event) => {
               event.preventDefault();
               sentAs = document.querySelector('#password').type;
             });
             form.querySelector('button:not([type=button])').click();
             return sentAs",
        );
        assert_eq!(sent_as, "password", "{page}");
    }
}

#[test]
fn caps_lock_is_told_under_the_password() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    scene.open("/login");
    // A driver can't press Caps Lock, so the page is told of a key that comes with it.
    let press_with = |caps_lock: bool| {
        browser.run(&format!(
            "document.querySelector('#password').dispatchEvent(
               new KeyboardEvent('keydown', {{ key: 'a', modifierCapsLock: {} }}))",
            json!(caps_lock)
        ));
        browser.find(".secret + [aria-live]").property("textContent")
    };
    assert_eq!(press_with(false), "");
    assert_eq!(press_with(true), "Caps Lock is on");
    assert_eq!(browser.find(".secret + [aria-live]").attribute("aria-live"), "polite");
    assert_eq!(press_with(false), "");
}

#[test]
fn times_are_shown_in_the_persons_own_zone() {
    let scene = Scene::new(Script::On);
    scene.chromium.set_time_zone("Asia/Tokyo");
    scene.log_in(&scene.account());
    let time = scene.chromium.find("time");
    assert_eq!(time.attribute("datetime"), "2026-11-22T12:00:00Z");
    assert!(time.text().contains("9:00") && time.text().contains("GMT+9"), "{}", time.text());
}
