//! Failed forms and messages: the focus, the input that is kept, the error at each field.

use crate::pages::Scene;
use crate::support::OTHER_PASSWORD;
use crate::support::chromium::{Element, Script};

#[test]
fn failed_form_and_notice_have_focus() {
    failed_forms_and_notices(Script::On);
}

#[test]
fn failed_form_and_notice_work_without_script() {
    failed_forms_and_notices(Script::Off);
}

/// `every_page` checks the same for every failed form with script on.
#[test]
fn failed_forms_have_focus_without_script() {
    let scene = Scene::new(Script::Off);
    for name in [
        "signup-empty",
        "verify-choose-password-failed",
        "resend-failed",
        "login-empty",
        "forgot-failed",
        "reset-failed",
    ] {
        scene.bring_to_page(name);
        assert!(scene.chromium.find(".summary").has_focus(), "{name}");
        assert!(scene.chromium.title().starts_with("Error: "), "{name}");
    }
}

fn failed_forms_and_notices(script: Script) {
    let scene = Scene::new(script);
    sign_up_fails(&scene);
    login_fails(&scene);
    notice_has_focus_and_is_gone_on_reload(&scene);
}

fn sign_up_fails(scene: &Scene) {
    let browser = &scene.chromium;
    scene.open("/signup");
    browser.fill("#email", "ada@");
    browser.fill("#password", "short");
    browser.fill("#name", "Ada L");
    scene.fail("Create account");
    assert_eq!(browser.title(), "Error: Create an account – Vestibule");
    assert!(browser.find(".summary").has_focus());

    assert_eq!(browser.find("#email").property("value"), "ada@");
    assert_eq!(browser.find("#name").property("value"), "Ada L");
    assert_eq!(browser.find("#password").property("value"), "");

    let email_error = "Enter an email address in the correct format, like name@example.com";
    let password_error = "Password must be 8 characters or more";
    assert_eq!(
        browser.find(".summary").text(),
        format!("There is a problem\n{email_error}\n{password_error}")
    );
    for (field, error) in [("email", email_error), ("password", password_error)] {
        let input = browser.find(&format!("#{field}"));
        assert_eq!(input.attribute("aria-invalid"), "true", "{field}");
        let descriptions = described_by(&input)
            .into_iter()
            .map(|id| words(&browser.find(&format!("#{id}"))));
        assert!(
            descriptions
                .collect::<Vec<_>>()
                .contains(&format!("Error: {error}")),
            "{field}"
        );
        browser.link(error).click();
        assert!(input.has_focus(), "the link leads to {field}");
    }
    assert_eq!(browser.find("#name").attribute("aria-invalid"), "");
}

fn login_fails(scene: &Scene) {
    let browser = &scene.chromium;
    let email = scene.account();
    scene.open("/login?next=%2Fdashboard");
    browser.fill("#email", &email);
    browser.fill("#password", OTHER_PASSWORD);
    browser.find("#remember").click();
    scene.fail("Log in");
    assert!(browser.find(".summary").has_focus());
    assert_eq!(browser.find("#email").property("value"), email);
    assert_eq!(browser.find("#password").property("value"), "");
    assert_eq!(browser.find("#remember").property("checked"), "true");
    assert_eq!(browser.find("[name=next]").property("value"), "/dashboard");
    // The page does not say which of the two is wrong.
    assert_eq!(browser.count("[aria-invalid], .error"), 0);
    browser.find(".summary a").click();
    assert!(browser.find("#email").has_focus());
}

fn notice_has_focus_and_is_gone_on_reload(scene: &Scene) {
    for name in ["login-notice", "reset-saved"] {
        scene.bring_to_page(name);
        assert!(scene.chromium.find(".notice").has_focus(), "{name}");
        scene.chromium.reload();
        scene.chromium.expect_heading("Log in");
        assert_eq!(scene.chromium.count(".notice"), 0, "{name}");
        assert!(
            !scene.chromium.find("#email").property("value").is_empty(),
            "{name} keeps the address"
        );
    }
    scene.bring_to_page("login-next");
    assert!(scene.chromium.find(".notice").has_focus());
}

/// Returns the words of an element, including those for screen readers only.
fn words(element: &Element<'_>) -> String {
    element
        .property("textContent")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn described_by(input: &Element<'_>) -> Vec<String> {
    input
        .attribute("aria-describedby")
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}
