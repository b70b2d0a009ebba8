//! The pages and emails of the second step, in the form of `pages`.

use std::time::Duration;

use vestibule::notifications::notify_recovery_ready;
use vestibule::store::users;

use crate::pages::{NAME, Page, Scene, page};
use crate::support::{Authenticator, PASSWORD};

const ADD: &str = "/account/security/apps/new";
const LOST: &str = "/login/lost-second-step";

/// Pages of accounts with a second step.
pub const SECOND_STEP_PAGES: &[Page] = &[
    page("second-step", 200, "One more step", |s| {
        s.at_second_step();
    }),
    page("second-step-recovery-code", 200, "One more step", |s| {
        s.at_second_step();
        s.chromium.follow("Use a recovery code");
        s.chromium.find("#code-hint");
    }),
    page("second-step-failed", 422, "One more step", |s| {
        s.at_second_step();
        s.fill("#code", "12345");
        s.fail("Continue");
    }),
    page("second-step-blocked", 429, "One more step", |s| {
        let (email, authenticator) = s.at_second_step();
        s.fail_codes(&email, &authenticator, 5);
        s.give_password(&email);
        s.fill("#code", &authenticator.code(&s.app));
        s.fail("Continue");
    }),
    page("second-step-locked-out", 429, "One more step", |s| {
        let (email, authenticator) = s.at_second_step();
        s.fail_codes(&email, &authenticator, 50);
        s.give_password(&email);
        s.fill("#code", &authenticator.code(&s.app));
        s.fail("Continue");
    }),
    page("second-step-lost", 200, "Can’t do this step?", |s| {
        s.at_second_step();
        s.chromium.follow("Can’t do this step?");
    }),
    page(
        "second-step-lost-requested",
        200,
        "Can’t do this step?",
        |s| {
            s.with_requested_removal();
        },
    ),
    page("second-step-keep", 200, "Keep your second step", |s| {
        let email = s.with_requested_removal();
        s.open(&s.app.email_to(&email).path());
    }),
    page("second-step-remove", 422, "Remove your second step", |s| {
        let email = s.with_requested_removal();
        s.app.transaction(move |tx| {
            let user = users::by_email_key(tx, &email)?.expect("a user");
            notify_recovery_ready(tx, &user)
        });
        s.open(&s.app.emails()[0].path());
        s.fail("Remove second step");
    }),
    page("dashboard-removal-requested", 200, "", |s| {
        let (email, browser) = s.logged_in();
        s.app.add_authenticator(&browser);
        s.share_cookies(&browser);
        s.app
            .at_second_step(&email)
            .post(LOST, &[])
            .assert_redirect(LOST);
        s.open("/dashboard");
    }),
    page("app-new", 200, "Add an authenticator app", |s| {
        s.logged_in();
        s.open(ADD);
    }),
    page("app-new-failed", 422, "Add an authenticator app", |s| {
        s.logged_in();
        s.app.advance(Duration::from_mins(11));
        s.open(ADD);
        s.fill("#code", "12345");
        s.fill("#name", &"n".repeat(61));
        s.fail("Add app");
    }),
    page("app-new-further", 200, "Add an authenticator app", |s| {
        s.with_second_step();
        s.app.advance(Duration::from_mins(11));
        s.open(ADD);
    }),
    page("recovery-codes-new", 200, "Recovery codes", |s| {
        s.with_second_step();
        s.open("/account/security/recovery-codes");
        s.chromium.press_button("Create new codes");
        s.chromium.find(".recovery-codes");
    }),
    page("recovery-codes", 200, "Recovery codes", |s| {
        s.with_second_step();
        s.app.advance(Duration::from_mins(11));
        s.open("/account/security/recovery-codes");
    }),
    page("security-second-step", 200, "Security", |s| {
        let (_, authenticator) = s.with_second_step();
        s.open(ADD);
        s.add_app(NAME);
        drop(authenticator);
    }),
    page("app-remove", 422, "Remove an authenticator app", |s| {
        s.with_second_step();
        s.app.advance(Duration::from_mins(11));
        s.open("/account/security");
        s.chromium
            .find_xpath("//button[contains(., 'Remove')]")
            .click();
        s.chromium.find("#code");
        s.fail("Remove app");
    }),
    page("dashboard-second-step", 200, "", |s| {
        let (email, authenticator) = s.with_second_step();
        for code in &authenticator.recovery_codes[..8] {
            s.app
                .at_second_step(&email)
                .send_code(code)
                .assert_redirect("/dashboard");
            s.app.advance(Duration::from_mins(1));
        }
        s.open("/dashboard");
    }),
];

/// The emails about the second step.
pub const SECOND_STEP_EMAILS: &[Page] = &[
    page("mail-second-step-added", 200, "", |s| {
        let (email, _) = s.with_second_step();
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-recovery-code-used", 200, "", |s| {
        let (email, authenticator) = s.with_second_step();
        let code = &authenticator.recovery_codes[0];
        s.app
            .at_second_step(&email)
            .send_code(code)
            .assert_redirect("/dashboard");
        s.open_email(&s.app.email_about(&email, "Recovery code used – Vestibule"));
    }),
    page("mail-recovery-requested", 200, "", |s| {
        let email = s.with_requested_removal();
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-password-known", 200, "", |s| {
        let (email, authenticator) = s.with_second_step();
        s.fail_codes(&email, &authenticator, 5);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-codes-locked", 200, "", |s| {
        let (email, authenticator) = s.with_second_step();
        s.fail_codes(&email, &authenticator, 50);
        s.open_email(&s.app.email_to(&email));
    }),
];

impl Scene {
    /// Creates an account with an authenticator app. Shares its session with the browser.
    pub fn with_second_step(&self) -> (String, Authenticator) {
        let (email, browser) = self.logged_in();
        let authenticator = self.app.add_authenticator(&browser);
        self.share_cookies(&browser);
        (email, authenticator)
    }

    /// Gives the right password of such an account in the browser.
    pub fn at_second_step(&self) -> (String, Authenticator) {
        let (email, authenticator) = self.with_second_step();
        self.chromium.forget_cookies();
        self.app.advance(Duration::from_secs(30));
        self.give_password(&email);
        (email, authenticator)
    }

    /// Asks for the removal of a second step in the browser. Returns the account's address.
    fn with_requested_removal(&self) -> String {
        let (email, _) = self.at_second_step();
        self.open(LOST);
        self.chromium.press_button("Ask to remove my second step");
        self.chromium.find(".notice");
        email
    }

    /// Gives the right password, which leads to the second step.
    fn give_password(&self, email: &str) {
        self.fill_login(email, PASSWORD);
        self.chromium.press_button("Log in");
        self.chromium.expect_heading("One more step");
    }

    /// Sends wrong codes from unknown devices, and waits as long as required. Their logins may
    /// replace the pending login of this browser.
    fn fail_codes(&self, email: &str, authenticator: &Authenticator, times: u32) {
        for number in 1..=times {
            let wrong = authenticator.wrong_code(&self.app);
            assert_eq!(self.app.at_second_step(email).send_code(&wrong).status, 422);
            if number >= 5 && number < times {
                self.app.advance(Duration::from_mins(15));
            }
        }
    }

    /// Fills the form of a new app, and sends it.
    fn add_app(&self, name: &str) {
        let key = self.chromium.find("#key").property("value");
        let authenticator = Authenticator::of_key(&key);
        self.fill("#code", &authenticator.code(&self.app));
        self.fill("#name", name);
        self.chromium.press_button("Add app");
        self.chromium.find(".notice");
    }
}
