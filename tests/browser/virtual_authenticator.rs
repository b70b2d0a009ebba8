//! A user's journey with passkeys, under the real content security policy, with the virtual
//! authenticator of Chromium. Firefox has none, so `.ci/full` leaves these tests out there.

use std::time::Duration;

use crate::pages::Scene;
use crate::support::chromium::{Device, Script};
use crate::support::{PASSWORD, eventually};

const EMAIL: &str = "ada@example.org";

/// Adds a passkey on a device with a fingerprint reader. Ends on the page of recovery codes.
fn add_passkey(scene: &Scene) {
    let browser = &scene.chromium;
    scene.app.register(EMAIL, PASSWORD);
    scene.fill_login(EMAIL, PASSWORD);
    browser.press_button("Log in");
    browser.expect_heading(&format!("Hello {EMAIL}"));
    browser.follow("Add a passkey");
    browser.expect_heading("Add a passkey");
    browser.press_button("Add a passkey");
    browser.expect_heading("Recovery codes");
}

/// Logs out, and logs in with the passkey button.
fn log_in_again(scene: &Scene, device: &str) {
    let browser = &scene.chromium;
    browser.set_user_present(device, false);
    browser.press_button("Log out");
    browser.expect_heading("Log in");
    // The page has begun a conditional request, which the button ends.
    browser.set_user_present(device, true);
    browser.press_button("Log in with a passkey");
    browser.expect_heading(&format!("Hello {EMAIL}"));
}

#[test]
fn user_adds_and_uses_a_passkey() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let device = browser.add_device(Device::Platform);
    add_passkey(&scene);

    // A device keeps one passkey for an account.
    scene.open("/account/security/passkeys/new");
    browser.button("Add a passkey").click();
    browser.expect_text("This device already has a passkey for your account.");

    // The second step, after the user has cancelled once.
    browser.set_user_present(&device, false);
    browser.press_button("Log out");
    scene.fill_login(EMAIL, PASSWORD);
    browser.press_button("Log in");
    browser.expect_heading("One more step");
    browser.set_user_present(&device, true);
    browser.press_button("Use a passkey");
    browser.expect_heading(&format!("Hello {EMAIL}"));
}

#[test]
fn aspnetcore_62480_button_logs_in_while_autofill_waits() {
    // dotnet/aspnetcore#62480, MasterKale/SimpleWebAuthn#281.
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let device = browser.add_device(Device::Platform);
    add_passkey(&scene);
    log_in_again(&scene, &device);
    assert_eq!(
        scene.app.home.count("sessions", "signed_in_by = 'passkey'"),
        1
    );
}

#[test]
fn autofill_logs_in_without_a_button() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let device = browser.add_device(Device::Platform);
    add_passkey(&scene);
    browser.set_user_present(&device, false);
    browser.press_button("Log out");
    browser.expect_heading("Log in");
    // The user chooses the passkey that autofill offers.
    browser.set_user_present(&device, true);
    scene.open("/login");
    browser.expect_heading(&format!("Hello {EMAIL}"));
    let sessions = "signed_in_by = 'passkey'";
    assert_eq!(scene.app.home.count("sessions", sessions), 1);
}

#[test]
fn key_without_pin_is_a_second_step_only() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let key = browser.add_device(Device::Usb);
    add_passkey(&scene);
    assert_eq!(scene.app.home.count("passkeys", "NOT is_discoverable"), 1);
    browser.press_button("Log out");
    scene.fill_login(EMAIL, PASSWORD);
    browser.press_button("Log in");
    browser.expect_heading("One more step");
    browser.press_button("Use a passkey");
    browser.expect_heading(&format!("Hello {EMAIL}"));
    drop(key);
}

#[test]
fn unverified_user_gets_a_message_and_no_session() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let device = browser.add_device(Device::Platform);
    add_passkey(&scene);
    browser.set_user_verified(&device, false);
    browser.press_button("Log out");
    browser.expect_heading("Log in");
    browser.button("Log in with a passkey").click();
    browser.expect_text("That didn’t work. Try again, or use another way.");
    browser.set_user_verified(&device, true);
    browser.press_button("Log in with a passkey");
    browser.expect_heading(&format!("Hello {EMAIL}"));
}

#[test]
fn page_without_script_says_what_else_works() {
    let scene = Scene::new(Script::Off);
    let browser = &scene.chromium;
    scene.app.register(EMAIL, PASSWORD);
    scene.fill_login(EMAIL, PASSWORD);
    browser.press_button("Log in");
    browser.follow("Add a passkey");
    browser.expect_heading("Add a passkey");
    browser.follow("add an authenticator app");
    browser.expect_heading("Add an authenticator app");
}

#[test]
fn password_manager_learns_of_a_removed_passkey() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let device = browser.add_device(Device::Platform);
    add_passkey(&scene);
    assert_eq!(browser.count_passkeys(&device), 1);
    scene.open("/account/security");
    let remove = browser.find_xpath("//button[starts-with(normalize-space(), 'Remove')]");
    browser.open_page_by(|| remove.click());
    browser.press_button("Remove passkey");
    browser.expect_heading("Security");
    eventually(|| browser.count_passkeys(&device) == 0);
}

#[test]
fn user_without_a_password_needs_only_the_passkey() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    let device = browser.add_device(Device::Platform);
    add_passkey(&scene);
    scene.open("/account/password/remove");
    browser.press_button("Remove password with a passkey");
    browser.expect_heading("Security");
    browser.expect_text("Password removed. From now on, log in with a passkey.");

    // A sensitive change.
    scene.app.advance(Duration::from_mins(11));
    scene.open("/account/security/recovery-codes");
    browser.press_button("Create new codes");
    browser.button("Download");

    log_in_again(&scene, &device);
}
