//! The pages and emails about passkeys, in the form of `pages`.

use std::time::Duration;

use crate::pages::{Page, Scene, page};
use crate::support::{Browser, PASSWORD, Passkey};

const ADD: &str = "/account/security/passkeys/new";
const SECURITY: &str = "/account/security";
const EXPORT: &str = "/account/export";
const REMOVE_PASSWORD: &str = "/account/password/remove";

/// Pages of accounts with passkeys, and the ways to them.
pub const PASSKEY_PAGES: &[Page] = &[
    page("login-passkey-failed", 422, "Log in", |s| {
        s.open("/login");
        s.send_without_passkey();
    }),
    page("passkey-new", 200, "Add a passkey", |s| {
        s.logged_in();
        s.open(ADD);
    }),
    page("passkey-new-failed", 422, "Add a passkey", |s| {
        s.logged_in();
        s.open(ADD);
        s.send_without_passkey();
    }),
    page("passkey-new-reauthentication", 200, "Add a passkey", |s| {
        s.with_passkey();
        s.app.advance(Duration::from_mins(11));
        s.open(ADD);
    }),
    page("security-passkeys", 200, "Security", |s| {
        let (_, browser, _) = s.with_passkey();
        s.app.add_passkey(&browser);
        s.app.add_authenticator(&browser);
        s.open(SECURITY);
    }),
    page("passkey-rename", 422, "Rename a passkey", |s| {
        s.with_passkey();
        s.open(SECURITY);
        s.press_first("Rename");
        s.fill("#name", "");
        s.fail("Save");
    }),
    page("passkey-remove", 422, "Remove a passkey", |s| {
        s.with_passkey();
        s.app.advance(Duration::from_mins(11));
        s.open(SECURITY);
        s.press_first("Remove");
        s.fail("Remove passkey");
    }),
    page("second-step-passkey", 200, "One more step", |s| {
        s.at_second_step_with_passkey();
    }),
    page("second-step-passkey-failed", 422, "One more step", |s| {
        s.at_second_step_with_passkey();
        s.send_without_passkey();
    }),
    page("export-with-passkey", 200, "Download your data", |s| {
        s.with_passkey();
        s.app.advance(Duration::from_mins(11));
        s.open(EXPORT);
    }),
    page("delete-with-passkey", 200, "Delete your account", |s| {
        s.with_passkey();
        s.open("/account/delete");
    }),
    page("delete-no-password", 200, "Delete your account", |s| {
        s.without_password();
        s.open("/account/delete");
    }),
    page("password-remove", 200, "Remove your password", |s| {
        s.with_passkey();
        s.open(REMOVE_PASSWORD);
    }),
    page(
        "password-remove-not-ready",
        200,
        "Remove your password",
        |s| {
            s.logged_in();
            s.open(REMOVE_PASSWORD);
        },
    ),
    page("security-no-password", 200, "Security", |s| {
        s.without_password();
        s.open(SECURITY);
    }),
    page("export-no-password", 422, "Download your data", |s| {
        s.without_password();
        s.app.advance(Duration::from_mins(11));
        s.open(EXPORT);
        s.send_without_passkey();
    }),
];

/// The emails about passkeys.
pub const PASSKEY_EMAILS: &[Page] = &[
    page("mail-passkey-added", 200, "", |s| {
        let (email, ..) = s.with_passkey();
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-passkey-copied", 200, "", |s| {
        let (email, browser) = s.logged_in();
        let passkey = s.app.add_passkey_with(&browser, |answer| {
            answer.counter = 1;
            answer.backup_eligible = false;
            answer.backed_up = false;
        });
        s.app.browser().log_in_with(&s.app, &passkey);
        s.open_email(
            &s.app
                .email_about(&email, "Your passkey may have been copied – Vestibule"),
        );
    }),
    page("mail-password-removed", 200, "", |s| {
        let email = s.without_password();
        s.open_email(&s.app.email_to(&email));
    }),
];

impl Scene {
    /// Creates an account with a passkey. Shares its session with the browser.
    fn with_passkey(&self) -> (String, Browser, Passkey) {
        let (email, browser) = self.logged_in();
        let passkey = self.app.add_passkey(&browser);
        self.share_cookies(&browser);
        (email, browser, passkey)
    }

    /// Creates an account that has a passkey and no password. Returns its address.
    fn without_password(&self) -> String {
        let (email, browser, passkey) = self.with_passkey();
        let answer = passkey.answer(&browser.get(REMOVE_PASSWORD), &self.app);
        browser
            .post(REMOVE_PASSWORD, &[("passkey", &answer)])
            .assert_redirect(SECURITY);
        self.share_cookies(&browser);
        email
    }

    fn at_second_step_with_passkey(&self) {
        let (email, ..) = self.with_passkey();
        self.chromium.forget_cookies();
        self.fill_login(&email, PASSWORD);
        self.chromium.press_button("Log in");
    }

    /// Sends the form of the passkey button, although the device has given no passkey.
    fn send_without_passkey(&self) {
        self.chromium.find("[data-passkey]");
        self.chromium.open_page_by(|| {
            self.chromium.run(
                "const button = document.querySelector('[data-passkey]');\
                 button.form.requestSubmit(button)",
            );
        });
        self.chromium.find(".summary");
    }

    pub fn press_first(&self, words: &str) {
        let button = format!("//button[starts-with(normalize-space(), '{words}')]");
        let button = self.chromium.find_xpath(&button);
        self.chromium.open_page_by(|| button.click());
    }
}
