//! The site without a mouse.

use crate::pages::Scene;
use crate::support::PASSWORD;
use crate::support::chromium::{Key, Script};

#[test]
fn keyboard_alone_logs_in_with_visible_focus() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let email = scene.account();
    scene.open("/");

    // The first stop is the link that skips to the content.
    next(&scene, "Skip to main content");
    let (left, top, right, bottom) = place_of_focus(&scene);
    assert!(
        left >= 0.0 && top >= 0.0 && right <= 1280.0 && bottom <= 800.0 && right - left > 24.0,
        "it is seen"
    );
    browser.press(Key::Enter);
    assert!(browser.find("main").has_focus());
    next(&scene, "Log in");
    browser.open_page_by(|| browser.press(Key::Enter));
    browser.expect_heading("Log in");

    next(&scene, "Skip to main content");
    next(&scene, "Vestibule");
    next_field(&scene, "email");
    browser.keys(&email);
    next_field(&scene, "password");
    browser.keys("not this one");
    next(&scene, "Show");
    next(&scene, "Forgot your password?");
    next_field(&scene, "remember");
    browser.press(Key::Space);
    assert_eq!(browser.focused().property("checked"), "true");
    next(&scene, "Log in");
    browser.open_page_by(|| browser.press(Key::Enter));

    // The login fails. The next stops are the link in the summary and its target.
    assert!(browser.find(".summary").has_focus());
    assert_focus_is_seen(&scene);
    browser.press(Key::Tab);
    assert!(
        browser
            .focused()
            .text()
            .starts_with("That email address or password isn’t right.")
    );
    browser.press(Key::Enter);
    assert_eq!(browser.focused().attribute("id"), "email");
    next_field(&scene, "password");
    browser.keys(PASSWORD);
    browser.open_page_by(|| browser.press(Key::Enter));
    browser.find("#check-heading");

    // Log out.
    next(&scene, "Skip to main content");
    next(&scene, "Vestibule");
    next(&scene, "Dashboard");
    browser.press(Key::Tab);
    assert!(browser.focused().text().ends_with(&email));
    assert_focus_is_seen(&scene);
    next(&scene, "Log out");
    browser.open_page_by(|| browser.press(Key::Space));
    // It is only read, so it has no ring.
    assert!(browser.find(".notice").has_focus());
}

#[test]
fn menu_closes_when_the_focus_leaves_it() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let (_, session) = scene.logged_in();
    scene.share_cookies(&session);
    scene.open("/dashboard");
    let summary = browser.find(".menu summary");
    let is_open = || browser.run("return document.querySelector('.menu').open") == true;

    summary.click();
    assert!(is_open());
    next(&scene, "Your account");
    browser.press(Key::Escape);
    assert!(!is_open() && summary.has_focus());

    browser.press(Key::Enter);
    assert!(is_open());
    for words in ["Your account", "Public profiles", "API reference", "Help"] {
        next(&scene, words);
        assert!(is_open());
    }
    next(&scene, "Log out");
    assert!(!is_open());

    summary.click();
    assert!(is_open());
    browser.find("#check-heading").click();
    assert!(!is_open());
}

/// Moves to the next stop, which must have these words.
fn next(scene: &Scene, words: &str) {
    scene.chromium.press(Key::Tab);
    assert_eq!(scene.chromium.focused().text(), words);
    assert_focus_is_seen(scene);
}

/// Moves to the next stop, which must be this field.
fn next_field(scene: &Scene, id: &str) {
    scene.chromium.press(Key::Tab);
    assert_eq!(scene.chromium.focused().attribute("id"), id);
    assert_focus_is_seen(scene);
}

fn assert_focus_is_seen(scene: &Scene) {
    let focused = scene.chromium.focused();
    assert_ne!(focused.css("outline-style"), "none", "{}", focused.text());
    let width = focused.css("outline-width");
    assert!(
        width
            .trim_end_matches("px")
            .parse::<f64>()
            .is_ok_and(|width| width >= 2.0),
        "{width}"
    );
}

/// Returns the left, top, right and bottom of the focused element.
fn place_of_focus(scene: &Scene) -> (f64, f64, f64, f64) {
    let place = scene.chromium.run(
        "const { left, top, right, bottom } = document.activeElement.getBoundingClientRect();
         return [left, top, right, bottom]",
    );
    let number = |at: usize| place[at].as_f64().expect("a number");
    (number(0), number(1), number(2), number(3))
}
