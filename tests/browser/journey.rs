//! A user's journey through the whole site, with clicks and keys only.

use crate::pages::Scene;
use crate::support::chromium::Script;
use crate::support::{OTHER_PASSWORD, PASSWORD};

const EMAIL: &str = "ada@example.org";

#[test]
fn user_signs_up_logs_in_and_resets_password() {
    whole_journey(Script::On);
}

#[test]
fn sign_up_to_reset_works_without_script() {
    whole_journey(Script::Off);
}

fn whole_journey(script: Script) {
    let scene = Scene::new(script);
    let browser = &scene.chromium;
    assert_eq!(u64::from(script == Script::On), {
        scene.open("/login");
        browser.count(".reveal")
    });

    // Sign up.
    scene.open("/");
    browser.follow("Create an account");
    browser.expect_heading("Create an account");
    browser.fill("#email", EMAIL);
    browser.fill("#password", PASSWORD);
    browser.fill("#name", "Ada");
    browser.press_button("Create account");
    browser.expect_heading("Check your email");
    assert!(
        browser
            .find("main")
            .text()
            .contains(&format!("We’ve sent an email to {EMAIL}."))
    );

    // Confirm.
    follow_link_in_email(&scene, "Confirm your email address – Vestibule");
    browser.expect_heading("Confirm your email address");
    assert!(browser.find("main").text().contains(EMAIL));
    browser.press_button("Confirm email address");
    assert_eq!(
        browser.find(".notice p").text(),
        "Your email address is confirmed, and you’re logged in."
    );
    browser.expect_heading("Hello Ada");
    assert!(
        browser
            .find("main")
            .text()
            .contains("Your account is ready.")
    );

    // Log out. No page of the account is shown again.
    browser.press_button("Log out");
    assert_eq!(browser.find(".notice p").text(), "You’ve logged out.");
    browser.back();
    browser.expect_heading("Log in");
    let shown = browser.source();
    assert!(
        !shown.contains("Hello") && !shown.contains("Your account"),
        "{shown}"
    );
    assert_eq!(
        browser.url(),
        format!("{}/login?next=%2Fdashboard", scene.app.public_url)
    );

    // Reset the password.
    browser.follow("Forgot your password?");
    browser.expect_heading("Forgot your password?");
    browser.fill("#email", EMAIL);
    browser.press_button("Send reset link");
    browser.expect_heading("Check your email");
    assert!(
        browser
            .find("main")
            .text()
            .contains(&format!("If there’s an account for {EMAIL},"))
    );
    follow_link_in_email(&scene, "Reset your password – Vestibule");
    browser.expect_heading("Set a new password");
    assert_eq!(browser.find("#account").property("value"), EMAIL);
    browser.fill("#password", OTHER_PASSWORD);
    browser.press_button("Save new password");
    assert!(
        browser
            .find(".notice p")
            .text()
            .starts_with("Your password has been changed, and every device has been logged out.")
    );
    assert_eq!(browser.find("#email").property("value"), EMAIL);

    // The old password is rejected, the new one works.
    browser.fill("#password", PASSWORD);
    browser.press_button("Log in");
    assert!(
        browser
            .find(".summary")
            .text()
            .contains("That email address or password isn’t right.")
    );
    browser.fill("#password", OTHER_PASSWORD);
    browser.press_button("Log in");
    browser.expect_heading("Hello Ada");
}

#[test]
fn user_changes_undoes_and_deletes_everything() {
    whole_account(Script::On);
}

#[test]
fn whole_account_works_without_script() {
    whole_account(Script::Off);
}

fn whole_account(script: Script) {
    const NEW: &str = "countess@example.org";
    let scene = Scene::new(script);
    let browser = &scene.chromium;
    scene.app.register(EMAIL, PASSWORD);
    scene.fill_login(EMAIL, PASSWORD);
    browser.press_button("Log in");

    // The profile is public, and everyone sees it.
    browser.find(".menu summary").click();
    browser.follow("Your account");
    browser.expect_heading("Your account");
    browser.follow("Profile");
    browser.fill("#name", "Ada");
    browser.fill("#handle", "ada");
    browser.find("#public").click();
    browser.press_button("Save profile");
    assert_eq!(browser.find(".notice p").text(), "Profile saved.");
    browser.follow("View your public profile");
    browser.expect_heading("Ada");
    browser.follow("Browse public profiles");
    browser.follow("Ada");
    browser.expect_heading("Ada");

    // Sessions: another device is logged out.
    let phone = scene.app.browser();
    phone.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
    browser.follow("Sessions");
    browser.press_button("Log out of all other devices");
    assert_eq!(
        browser.find(".notice p").text(),
        "All other devices have been logged out."
    );
    phone
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");

    // Password.
    browser.follow("Security");
    browser.follow("Change your password");
    browser.fill("#current_password", PASSWORD);
    browser.fill("#password", OTHER_PASSWORD);
    browser.press_button("Save new password");
    assert!(
        browser
            .find(".notice p")
            .text()
            .starts_with("Your password has been changed")
    );

    // Another address, by the link in the email, and back by the undo link in the security notice.
    browser.follow("Profile");
    browser.follow("Change your email address");
    browser.fill("#email", NEW);
    browser.press_button("Send confirmation link");
    assert!(
        browser
            .find("main")
            .text()
            .contains(&format!("Waiting for you to confirm {NEW}"))
    );
    scene.open(&scene.app.email_to(NEW).path());
    browser.press_button("Confirm email address");
    assert!(
        browser
            .find(".notice p")
            .text()
            .starts_with("Your email address has been changed.")
    );
    assert!(browser.find("main").text().contains(NEW));
    browser.follow("Activity");
    browser.expect_heading("Activity");
    scene.open(&format!(
        "/undo?token={}",
        scene.app.email_to(EMAIL).undo_token()
    ));
    assert!(
        browser
            .find("main")
            .text()
            .contains(&format!("change the email address back to {EMAIL}"))
    );
    browser.press_button("Secure my account");
    assert!(
        browser
            .find(".notice p")
            .text()
            .starts_with("Your account is secure, and every device has been logged out.")
    );
    scene.open(&scene.app.email_to(EMAIL).path());
    browser.fill("#password", PASSWORD);
    browser.press_button("Save new password");
    browser.fill("#password", PASSWORD);
    browser.press_button("Log in");
    browser.expect_heading("Hello Ada");

    // Export the data, then delete the account.
    browser.follow("Data and privacy");
    browser.expect_heading("Download your data");
    browser.follow("Delete your account");
    browser.fill("#current_password", PASSWORD);
    browser.press_button("Delete my account");
    assert_eq!(
        browser.find(".notice p").text(),
        "Your account has been deleted."
    );
    assert_eq!(scene.app.home.count("users", "1 = 1"), 0);
    scene.open("/people/ada");
    browser.expect_heading("Page not found");
}

/// Goes from "check your email" through the mailbox to the link of the newest email with this
/// subject.
fn follow_link_in_email(scene: &Scene, subject: &str) {
    scene.chromium.follow("Read it in the local mailbox");
    scene.chromium.expect_heading("Mailbox");
    let link =
        format!("//article[h2='{subject}'][contains(., '{EMAIL}')]//a[contains(@href, 'token=')]");
    let link = scene.chromium.find_xpath(&link);
    scene.chromium.open_page_by(|| link.click());
}
