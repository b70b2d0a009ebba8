//! The account pages, in the form of `pages`.

use std::time::Duration;

use crate::pages::{BIO, NAME, Page, UNKNOWN_TOKEN, page};
use crate::support::{OTHER_PASSWORD, PASSWORD};

/// Pages of a user's own account, and the public ones.
pub const ACCOUNT_PAGES: &[Page] = &[
    page("login-blocked", 403, "Reset your password to log in", |s| {
        let email = s.account();
        s.app.browser().log_in(&email, PASSWORD);
        let undo = s.app.email_to(&email).undo_token();
        s.undo(&undo);
        s.fill_login(&email, PASSWORD);
        s.chromium.press_button("Log in");
    }),
    page("log-out", 200, "Log out", |s| {
        s.logged_in();
        s.open("/logout");
    }),
    page("account", 200, "Your account", |s| {
        s.logged_in();
        s.open("/account");
    }),
    page("account-filled", 200, "Your account", |s| {
        s.change_address();
        s.app.advance(Duration::from_mins(5));
        s.open("/account");
    }),
    page("account-security", 200, "Security", |s| {
        s.logged_in();
        s.open("/account/security");
    }),
    page("profile", 200, "Profile", |s| {
        s.log_in(&s.account());
        s.open("/account/profile");
    }),
    page("profile-failed", 422, "Profile", |s| {
        s.log_in(&s.account());
        s.open("/account/profile");
        s.fill("#name", &"n".repeat(300));
        s.fill("#handle", "Ada Lovelace");
        s.fill("#bio", &"b".repeat(301));
        s.chromium.find("#public").click();
        s.fail("Save profile");
    }),
    page("profile-saved", 200, "Profile", |s| {
        s.log_in(&s.account());
        s.open("/account/profile");
        s.fill("#name", NAME);
        s.fill("#handle", &s.handle());
        s.fill("#bio", BIO);
        s.chromium.find("#public").click();
        s.chromium.press_button("Save profile");
        s.chromium.find(".notice");
    }),
    page("people-nobody", 200, "Public profiles", |s| {
        s.log_in(&s.account());
        s.open("/people?q=nobody+has+this+name");
    }),
    page("people", 200, "Public profiles", |s| {
        let email = s.public_account("");
        for _ in 0..20 {
            s.public_account(NAME);
        }
        s.log_in(&email);
        s.open("/people");
        s.chromium.find_xpath("//a[.='Next page']");
    }),
    page("people-next", 200, "Public profiles", |s| {
        for _ in 0..21 {
            s.public_account(NAME);
        }
        s.log_in(&s.account());
        s.open("/people?q=lovelace");
        s.chromium.follow("Next page");
        s.chromium.find_xpath("//a[.='Back to the first page']");
    }),
    page("person", 200, NAME, |s| {
        s.public_account(NAME);
        s.open(&format!("/people/{}", s.handle()));
    }),
    page("person-own", 200, "", |s| {
        let email = s.public_account("");
        s.log_in(&email);
        s.open(&format!("/people/{}", s.handle()));
        s.chromium.find_xpath("//a[.='Edit your profile']");
    }),
    page("account-password", 200, "Change your password", |s| {
        s.logged_in();
        s.open("/account/password");
    }),
    page(
        "account-password-failed",
        422,
        "Change your password",
        |s| {
            s.logged_in();
            s.open("/account/password");
            s.fill("#current_password", OTHER_PASSWORD);
            s.fill("#password", "qwertyuiop");
            s.fail("Save new password");
        },
    ),
    page("account-password-saved", 200, "Your account", |s| {
        s.logged_in();
        s.open("/account/password");
        s.fill("#current_password", PASSWORD);
        s.fill("#password", OTHER_PASSWORD);
        s.chromium.press_button("Save new password");
        s.chromium.find(".notice");
    }),
    page("account-email", 200, "Change your email address", |s| {
        s.logged_in();
        s.open("/account/email");
    }),
    page(
        "account-email-failed",
        422,
        "Change your email address",
        |s| {
            s.logged_in();
            s.app.advance(Duration::from_mins(11));
            s.open("/account/email");
            s.fill("#email", "ada@");
            s.fail("Send confirmation link");
        },
    ),
    page(
        "account-email-waits",
        200,
        "Change your email address",
        |s| {
            s.change_address();
            s.open("/account/email");
            s.chromium.find(".notice");
        },
    ),
    page(
        "account-email-confirm",
        200,
        "Confirm your new email address",
        |s| {
            let (new, _) = s.change_address();
            s.open(&s.app.email_to(&new).path());
        },
    ),
    page("account-email-confirmed", 200, "Your account", |s| {
        let (new, browser) = s.change_address();
        s.confirm_address(&browser, &new);
        s.open("/account");
        s.chromium.find(".notice");
    }),
    page(
        "account-email-taken",
        410,
        "That address is already in use",
        |s| {
            let (new, _) = s.change_address();
            let path = s.app.email_to(&new).path();
            s.app.register(&new, PASSWORD);
            s.open(&path);
        },
    ),
    page(
        "account-email-dead-link",
        410,
        "This link no longer works",
        |s| {
            s.logged_in();
            s.open(&format!("/account/email/confirm?token={UNKNOWN_TOKEN}"));
        },
    ),
    page("account-delete", 200, "Delete your account", |s| {
        s.logged_in();
        s.open("/account/delete");
    }),
    page("account-delete-failed", 422, "Delete your account", |s| {
        s.logged_in();
        s.open("/account/delete");
        s.fail("Delete my account");
    }),
    page("account-deleted", 200, "Welcome to Vestibule", |s| {
        s.logged_in();
        s.open("/account/delete");
        s.fill("#current_password", PASSWORD);
        s.chromium.press_button("Delete my account");
        s.chromium.find(".notice");
    }),
    page("undo", 200, "This wasn’t me", |s| {
        let (email, _) = s.logged_in();
        s.open(&format!(
            "/undo?token={}",
            s.app.email_to(&email).undo_token()
        ));
    }),
    page("undo-address", 200, "This wasn’t me", |s| {
        let (new, browser) = s.change_address();
        let undo = s.app.emails()[0].undo_token();
        s.confirm_address(&browser, &new);
        s.open(&format!("/undo?token={undo}"));
    }),
    page("undo-done", 200, "Check your email", |s| {
        let (email, _) = s.logged_in();
        s.open(&format!(
            "/undo?token={}",
            s.app.email_to(&email).undo_token()
        ));
        s.chromium.press_button("Secure my account");
        s.chromium.find(".notice");
    }),
    page("undo-used", 410, "This has already been done", |s| {
        let (email, _) = s.logged_in();
        let undo = s.app.email_to(&email).undo_token();
        s.undo(&undo);
        s.open(&format!("/undo?token={undo}"));
    }),
    page("undo-dead-link", 410, "This link no longer works", |s| {
        s.open(&format!("/undo?token={UNKNOWN_TOKEN}"));
    }),
    page("sessions-alone", 200, "Sessions", |s| {
        s.logged_in();
        s.open("/account/sessions");
    }),
    page("sessions", 200, "Sessions", |s| {
        let email = s.account();
        s.app.browser().log_in(&email, PASSWORD);
        s.app.advance(Duration::from_mins(90));
        s.log_in(&email);
        s.open("/account/sessions");
    }),
    page(
        "sessions-end-failed",
        422,
        "Log out of all other devices",
        |s| {
            let email = s.account();
            s.app.browser().log_in(&email, PASSWORD);
            s.log_in(&email);
            s.app.advance(Duration::from_mins(11));
            s.open("/account/sessions");
            s.chromium.press_button("Log out of all other devices");
            s.fill("#current_password", OTHER_PASSWORD);
            s.fail("Log out of all other devices");
        },
    ),
    page("sessions-ended", 200, "Sessions", |s| {
        let email = s.account();
        s.app.browser().log_in(&email, PASSWORD);
        s.log_in(&email);
        s.open("/account/sessions");
        s.chromium.press_button("Log out of all other devices");
        s.chromium.find(".notice");
    }),
    page("sessions-pages", 200, "Sessions", |s| {
        let email = s.account();
        for _ in 0..22 {
            s.app.browser().log_in(&email, PASSWORD);
        }
        s.log_in(&email);
        s.open("/account/sessions");
        s.chromium.follow("Older");
        s.chromium.find_xpath("//a[.='Newest']");
    }),
    page("tokens-none", 200, "API tokens", |s| {
        s.logged_in();
        s.open("/account/tokens");
    }),
    page("tokens-new", 200, "API tokens", |s| {
        let (_, browser) = s.logged_in();
        s.create_token(&browser, "Backup of <b>everything</b> & Ὑπατία");
        s.open("/account/tokens");
        s.chromium.find("#new_token");
    }),
    page("tokens-failed", 422, "API tokens", |s| {
        let (_, browser) = s.logged_in();
        s.create_token(&browser, "Backup");
        s.app.advance(Duration::from_mins(11));
        s.open("/account/tokens");
        s.fail("Create token");
    }),
    page("tokens-ended", 200, "API tokens", |s| {
        let (email, browser) = s.logged_in();
        s.create_token(&browser, "Backup");
        s.app.advance(Duration::from_hours(31 * 24));
        let browser = s.log_in(&email);
        s.create_token(&browser, "Deploy");
        s.open("/account/tokens");
    }),
    page("tokens-removed", 200, "API tokens", |s| {
        let (_, browser) = s.logged_in();
        s.create_token(&browser, "Backup");
        s.open("/account/tokens");
        let revoke = s
            .chromium
            .find_xpath("//button[starts-with(normalize-space(), 'Revoke')]");
        s.chromium.open_page_by(|| revoke.click());
        s.chromium.find_xpath("//p[contains(., 'Token revoked')]");
    }),
    page("activity", 200, "Activity", |s| {
        let email = s.account();
        s.app.browser().log_in(&email, OTHER_PASSWORD);
        s.app.advance(Duration::from_mins(90));
        s.log_in(&email);
        s.open("/account/activity");
    }),
    page("activity-pages", 200, "Activity", |s| {
        let email = s.account();
        for _ in 0..25 {
            s.app.browser().log_in(&email, PASSWORD);
        }
        s.log_in(&email);
        s.open("/account/activity");
        s.chromium.follow("Older");
        s.chromium.find_xpath("//a[.='Newest']");
    }),
    page("export", 200, "Download your data", |s| {
        s.logged_in();
        s.open("/account/export");
    }),
    page("export-failed", 422, "Download your data", |s| {
        s.logged_in();
        s.app.advance(Duration::from_mins(11));
        s.open("/account/export");
        s.fail("Download your data");
    }),
    page("export-too-often", 429, "Download your data", |s| {
        let email = s.account();
        let browser = s.app.browser();
        browser.log_in(&email, PASSWORD);
        for _ in 0..10 {
            browser.post("/account/export", &[]);
        }
        s.log_in(&email);
        s.open("/account/export");
        s.fail("Download your data");
    }),
    page("activity-undo", 200, "This wasn’t me", |s| {
        s.logged_in();
        s.open("/account/activity");
        s.follow_undo_link();
    }),
    page("activity-undo-failed", 422, "This wasn’t me", |s| {
        s.logged_in();
        s.app.advance(Duration::from_mins(11));
        s.open("/account/activity");
        s.follow_undo_link();
        s.fail("Secure my account");
    }),
];
