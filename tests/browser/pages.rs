//! Every page in every state, once: its name, its expected status and title, and the way there. The
//! loops over [`PAGES`] check what holds for all pages.

use std::cell::Cell;
use std::time::Duration;

use serde_json::json;
use vestibule::config::Support;

use crate::account_pages::ACCOUNT_PAGES;
use crate::admin_pages::{ADMIN_EMAILS, ADMIN_PAGES};
use crate::app_pages::APP_PAGES;
use crate::passkey_pages::{PASSKEY_EMAILS, PASSKEY_PAGES};
use crate::second_step_pages::{SECOND_STEP_EMAILS, SECOND_STEP_PAGES};
use crate::support::chromium::{Chromium, Document, Scheme, Script};
use crate::support::{Browser, Email, OTHER_PASSWORD, PASSWORD, Process, TestApp};

/// A well-formed token that was never sent.
pub const UNKNOWN_TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// A long name in another script that would break unescaped markup.
pub const NAME: &str = "Ada <b>Lovelace</b> & Ὑπατία";

/// A text of several lines, with a word that is longer than a line.
pub const BIO: &str = "Poetical science.\n\n\
    Numbersnumbersnumbersnumbersnumbersnumbersnumbersnumbersnumbersnumbers & <b>music</b>";

/// A page in one of its states.
pub struct Page {
    pub name: &'static str,
    pub status: u64,
    pub heading: &'static str,
    reach: fn(&Scene),
}

/// The app, and a browser in front of it.
pub struct Scene {
    pub app: TestApp,
    pub chromium: Chromium,
    people: Cell<u32>,
}

pub const fn page(
    name: &'static str,
    status: u64,
    heading: &'static str,
    reach: fn(&Scene),
) -> Page {
    Page {
        name,
        status,
        heading,
        reach,
    }
}

/// The public pages, and the first page after the login.
pub const PAGES: &[Page] = &[
    page("front", 200, "Welcome to Vestibule", |s| s.open("/")),
    page("signup", 200, "Create an account", |s| s.open("/signup")),
    page("signup-empty", 422, "Create an account", |s| {
        s.open("/signup");
        s.fail("Create account");
    }),
    page("signup-failed", 422, "Create an account", |s| {
        s.open("/signup");
        s.fill("#email", "ada@localhost@");
        s.fill("#password", "password1");
        s.fill("#name", &"n".repeat(300));
        s.fail("Create account");
    }),
    page("signup-sent", 200, "Check your email", |s| {
        s.sign_up(&s.new_address());
        s.open("/signup/sent");
    }),
    page("signup-sent-nobody", 200, "Check your email", |s| {
        s.open("/signup/sent");
    }),
    page("signup-resent", 200, "Check your email", |s| {
        s.sign_up(&s.new_address());
        s.open("/signup/sent");
        s.chromium.press_button("Resend email");
        s.chromium
            .find_xpath("//p[contains(., 'Use the latest email')]");
    }),
    page("invitation", 200, "Create your account", |s| {
        s.invite();
    }),
    page("invitation-failed", 422, "Create your account", |s| {
        s.invite();
        s.fail("Create account");
    }),
    page("invitation-other-account", 200, "Log out first", |s| {
        let (_, browser) = s.logged_in();
        s.share_cookies(&browser);
        s.invite();
    }),
    page(
        "invitation-unusable",
        410,
        "This invitation no longer works",
        |s| s.open(&format!("/invitation?token={}", "a".repeat(43))),
    ),
    page("verify", 200, "Confirm your email address", |s| {
        let email = s.new_address();
        s.sign_up(&email);
        s.open(&s.app.email_to(&email).path());
    }),
    page(
        "verify-choose-password",
        200,
        "Choose a password",
        Scene::choose_password,
    ),
    page(
        "verify-choose-password-failed",
        422,
        "Choose a password",
        |s| {
            s.choose_password();
            s.fail("Confirm and save password");
        },
    ),
    page(
        "verify-already-confirmed",
        410,
        "Email address already confirmed",
        |s| {
            let email = s.account();
            s.open(&s.app.email_to(&email).path());
        },
    ),
    page("verify-damaged-link", 410, "This link is incomplete", |s| {
        s.open("/verify?token=x");
    }),
    page("verify-dead-link", 410, "This link no longer works", |s| {
        s.open(&format!("/verify?token={UNKNOWN_TOKEN}"));
    }),
    page("resend", 200, "Resend confirmation email", |s| {
        s.open("/verify/resend");
    }),
    page("resend-failed", 422, "Resend confirmation email", |s| {
        s.open("/verify/resend");
        s.fill("#email", "ada");
        s.fail("Resend email");
    }),
    page("login", 200, "Log in", |s| s.open("/login")),
    page("login-empty", 422, "Log in", |s| {
        s.open("/login");
        s.fail("Log in");
    }),
    page("login-wrong", 422, "Log in", |s| {
        s.fill_login(&s.account(), OTHER_PASSWORD);
        s.fail("Log in");
    }),
    page("login-notice", 200, "Log in", |s| {
        let email = s.new_address();
        let form = [("email", email.as_str()), ("password", PASSWORD)];
        s.app.browser().post("/signup", &form);
        s.open(&s.app.email_to(&email).path());
        s.chromium.press_button("Confirm email address");
        s.chromium.find(".notice");
    }),
    page("login-next", 200, "Log in", |s| s.open("/dashboard")),
    page("login-confirm-first", 422, "Log in", |s| {
        let email = s.new_address();
        s.sign_up(&email);
        s.fill_login(&email, PASSWORD);
        s.fail("Log in");
    }),
    page("login-held", 429, "Log in", |s| {
        let email = s.account();
        for _ in 0..5 {
            s.app.browser().log_in(&email, OTHER_PASSWORD);
        }
        s.fill_login(&email, PASSWORD);
        s.fail("Log in");
    }),
    page("login-off", 429, "Log in", |s| {
        let email = s.account();
        s.fail_logins(&email, 100);
        s.fill_login(&email, PASSWORD);
        s.fail("Log in");
    }),
    page("login-locked", 403, "This account is locked", |s| {
        let email = s.account();
        s.administer(&email, "lock");
        s.fill_login(&email, PASSWORD);
        s.chromium.press_button("Log in");
    }),
    page("api-docs", 200, "API reference", |s| s.open("/api/docs")),
    page("forgot", 200, "Forgot your password?", |s| {
        s.open("/password/forgot");
    }),
    page("forgot-failed", 422, "Forgot your password?", |s| {
        s.open("/password/forgot");
        s.fail("Send reset link");
    }),
    page("password-sent", 200, "Check your email", |s| {
        s.request_reset(&s.account());
        s.open("/password/sent");
    }),
    page("password-sent-nobody", 200, "Check your email", |s| {
        s.open("/password/sent");
    }),
    page("reset", 200, "Set a new password", |s| {
        s.reset();
    }),
    page("reset-with-tokens", 200, "Set a new password", |s| {
        s.reset_with_tokens();
    }),
    page("reset-failed", 422, "Set a new password", |s| {
        s.reset();
        s.fill("#password", "qwertyuiop");
        s.fail("Save new password");
    }),
    page("reset-saved", 200, "Log in", |s| {
        s.reset();
        s.fill("#password", OTHER_PASSWORD);
        s.chromium.press_button("Save new password");
        s.chromium.find(".notice");
    }),
    page("reset-dead-link", 410, "This link no longer works", |s| {
        s.open(&format!("/password/reset?token={UNKNOWN_TOKEN}"));
    }),
    page(
        "dashboard-first-login",
        200,
        "Hello Ada <b>Lovelace</b> & Ὑπατία",
        |s| {
            let email = s.new_address();
            s.sign_up(&email);
            s.open(&s.app.email_to(&email).path());
            s.chromium.press_button("Confirm email address");
            s.chromium.find(".notice");
        },
    ),
    page("dashboard", 200, "", |s| {
        let email = s.account();
        s.app.browser().log_in(&email, PASSWORD);
        s.app.advance(Duration::from_mins(90));
        s.log_in(&email);
        s.open("/dashboard");
    }),
    page(
        "error-400",
        400,
        "Something was wrong with that request",
        |s| {
            s.open("/verify?token=a&token=b");
        },
    ),
    page("error-401", 401, "Log in to continue", |s| {
        s.logged_in();
        s.open("/account/profile");
        s.chromium.forget_cookies();
        s.chromium.press_button("Save profile");
    }),
    page("error-403", 403, "This form has expired", |s| {
        let form = format!(
            "<form method=post action={}/login><button>Go</button></form>",
            s.app.public_url
        );
        s.chromium.open(&format!("data:text/html,{form}"));
        s.chromium.press_button("Go");
    }),
    page("error-404", 404, "Page not found", |s| {
        s.open("/no-such-page");
    }),
    page(
        "error-405",
        405,
        "This page can’t be opened directly",
        |s| s.open("/account/sessions/end-others"),
    ),
    page("mailbox-empty", 200, "Mailbox", |s| {
        s.app.advance(Duration::from_hours(25));
        s.open("/dev/mailbox");
    }),
    page("mailbox", 200, "Mailbox", |s| {
        s.sign_up(&s.new_address());
        s.reset();
        s.open("/dev/mailbox");
    }),
];

/// The emails, each as the page of its HTML part.
pub const EMAILS: &[Page] = &[
    page("mail-confirm-email", 200, "", |s| {
        let email = s.new_address();
        s.sign_up(&email);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-choose-password", 200, "", |s| {
        let email = s.new_address();
        s.sign_up(&email);
        s.sign_up(&email);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-already-registered", 200, "", |s| {
        let email = s.account();
        s.sign_up(&email);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-reset-password", 200, "", |s| {
        let email = s.account();
        s.request_reset(&email);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-new-device", 200, "", |s| {
        let (email, _) = s.logged_in();
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-confirm-new-address", 200, "", |s| {
        let (new, _) = s.change_address();
        s.open_email(&s.app.email_to(&new));
    }),
    page("mail-address-changing", 200, "", |s| {
        s.change_address();
        s.open_email(&s.app.emails()[0]);
    }),
    page("mail-address-changed", 200, "", |s| {
        let (new, browser) = s.change_address();
        s.confirm_address(&browser, &new);
        s.open_email(&s.app.emails()[0]);
    }),
    page("mail-address-in-use", 200, "", |s| {
        let taken = s.account();
        let (_, browser) = s.logged_in();
        s.request_address(&browser, &taken);
        s.open_email(&s.app.email_to(&taken));
    }),
    page("mail-account-secured", 200, "", |s| {
        let (email, _) = s.logged_in();
        s.undo(&s.app.email_to(&email).undo_token());
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-address-taken-back", 200, "", |s| {
        let (new, browser) = s.change_address();
        let undo = s.app.emails()[0].undo_token();
        s.confirm_address(&browser, &new);
        s.undo(&undo);
        s.open_email(&s.app.email_to(&new));
    }),
    page("mail-account-deleted", 200, "", |s| {
        let (email, browser) = s.logged_in();
        browser
            .post("/account/delete", &[("current_password", PASSWORD)])
            .assert_redirect("/");
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-token-created", 200, "", |s| {
        let (email, browser) = s.logged_in();
        s.create_token(&browser, "Backup <b>of</b> everything");
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-session-copied", 200, "", |s| {
        let email = s.account();
        let first = s.app.tokens(&email, PASSWORD).refresh;
        let refresh = |token: &str| {
            s.app
                .program()
                .post("/api/v1/token/refresh", &json!({ "refresh_token": token }))
        };
        refresh(&first);
        s.app.advance(Duration::from_secs(31));
        refresh(&first).assert_problem(401, "invalid_refresh_token");
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-many-guesses", 200, "", |s| {
        let email = s.account();
        s.fail_logins(&email, 20);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-log-in-off", 200, "", |s| {
        let email = s.account();
        s.fail_logins(&email, 100);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-account-locked", 200, "", |s| {
        let email = s.account();
        s.administer(&email, "lock");
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-invitation", 200, "", |s| {
        let email = s.new_address();
        s.app.command(&["invite", &email]);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-account-unlocked", 200, "", |s| {
        let email = s.account();
        s.administer(&email, "lock");
        s.administer(&email, "unlock");
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-sessions-ended", 200, "", |s| {
        let (email, _) = s.logged_in();
        s.administer(&email, "end-sessions");
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-password-changed-with-tokens", 200, "", |s| {
        let (email, browser) = s.logged_in();
        s.create_token(&browser, "Backup");
        let form = [("current_password", PASSWORD), ("password", OTHER_PASSWORD)];
        browser
            .post("/account/password", &form)
            .assert_redirect("/account");
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-password-changed-tokens-revoked", 200, "", |s| {
        let (email, browser) = s.logged_in();
        s.create_token(&browser, "Backup");
        s.reset_password(&email);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-password-changed", 200, "", |s| {
        let email = s.account();
        s.reset_password(&email);
        s.open_email(&s.app.email_to(&email));
    }),
];

impl Scene {
    /// Starts a fresh app and a fresh browser.
    pub fn new(script: Script) -> Self {
        // With a support address, so that pages and emails show it.
        let app = TestApp::start_with(|settings| {
            settings.site.support = Support::parse("help@example.org");
        });
        Self {
            app,
            chromium: Chromium::start(script),
            people: Cell::new(0),
        }
    }

    /// Brings the browser to a page as a new visitor. Returns the document that was served.
    pub fn bring_to(&self, page: &Page) -> Document {
        self.chromium.forget_cookies();
        self.chromium.console();
        (page.reach)(self);
        if !page.heading.is_empty() {
            self.chromium.expect_heading(page.heading);
        }
        let document = self.chromium.document();
        assert_eq!(
            document.status,
            page.status,
            "{} at {}",
            page.name,
            self.chromium.url()
        );
        document
    }

    /// Brings the browser to a page by its name.
    pub fn bring_to_page(&self, name: &str) -> Document {
        let page = PAGES
            .iter()
            .chain(ACCOUNT_PAGES)
            .chain(SECOND_STEP_PAGES)
            .chain(PASSKEY_PAGES)
            .chain(EMAILS)
            .chain(SECOND_STEP_EMAILS)
            .chain(PASSKEY_EMAILS)
            .chain(ADMIN_PAGES)
            .chain(APP_PAGES)
            .chain(ADMIN_EMAILS)
            .find(|page| page.name == name);
        self.bring_to(page.unwrap_or_else(|| panic!("a page called {name}")))
    }

    pub fn set_view(&self, width: u32, scheme: Scheme) {
        self.chromium.set_view(width, scheme);
    }

    /// Opens a page of this site.
    pub fn open(&self, path: &str) {
        self.chromium
            .open(&format!("{}{path}", self.app.public_url));
    }

    /// Returns an address without an account. It is long enough to need a line of its own.
    pub fn new_address(&self) -> String {
        // A network has a limit of sign-ups per hour.
        if self.people.get() > 0 {
            self.app.advance(Duration::from_mins(3));
        }
        self.people.set(self.people.get() + 1);
        format!(
            "ada.lovelace+number{}@analytical-engine.example.org",
            self.people.get()
        )
    }

    /// Creates an account without the browser. Returns its address.
    pub fn account(&self) -> String {
        let email = self.new_address();
        self.app.register(&email, PASSWORD);
        email
    }

    /// Returns the handle of the newest account, or of the next one.
    pub fn handle(&self) -> String {
        format!("the-analytical-engine-{:08}", self.people.get())
    }

    /// Creates an account with a public profile, without the browser. Returns its address.
    pub fn public_account(&self, name: &str) -> String {
        let email = self.new_address();
        let fields = [
            ("name", name),
            ("handle", &self.handle()),
            ("bio", BIO),
            ("public", "on"),
        ];
        self.app
            .register_and_log_in(&email, PASSWORD)
            .post("/account/profile", &fields)
            .assert_redirect("/account/profile");
        email
    }

    /// Fills a field at once. Only `journey` types.
    pub fn fill(&self, css: &str, text: &str) {
        self.chromium.find(css);
        self.chromium.run(&format!(
            "document.querySelector({}).value = {}",
            json!(css),
            json!(text)
        ));
    }

    /// Copies the cookies of an HTTP client into the browser. A form sent over HTTP is much faster.
    pub fn share_cookies(&self, client: &Browser) {
        for (name, value) in client.cookies() {
            self.chromium
                .set_cookie(&self.app.public_url, &name, &value);
        }
    }

    pub fn sign_up(&self, email: &str) {
        let browser = self.app.browser();
        let form = [("email", email), ("password", PASSWORD), ("name", NAME)];
        browser
            .post("/signup", &form)
            .assert_redirect("/signup/sent");
        self.share_cookies(&browser);
    }

    pub fn fill_login(&self, email: &str, password: &str) {
        self.open("/login");
        self.fill_login_here(email, password);
    }

    /// Fills the login form of the open page.
    pub fn fill_login_here(&self, email: &str, password: &str) {
        self.fill("#email", email);
        self.fill("#password", password);
    }

    /// Logs in on a new device, and shares its session with the browser.
    pub fn log_in(&self, email: &str) -> Browser {
        let browser = self.app.log_in(email, PASSWORD);
        self.share_cookies(&browser);
        browser
    }

    /// Creates an account and logs in on a new device. Returns the account's address, too.
    pub fn logged_in(&self) -> (String, Browser) {
        let email = self.account();
        let browser = self.log_in(&email);
        (email, browser)
    }

    /// Requests another address for a logged-in account.
    pub fn request_address(&self, browser: &Browser, new: &str) {
        browser
            .post("/account/email", &[("email", new)])
            .assert_redirect("/account/email");
        self.share_cookies(browser);
    }

    /// Requests another address for a new account. Returns the new address, and the session.
    pub fn change_address(&self) -> (String, Browser) {
        let (_, browser) = self.logged_in();
        let new = self.new_address();
        self.request_address(&browser, &new);
        (new, browser)
    }

    /// Confirms the requested address of a logged-in account.
    pub fn confirm_address(&self, browser: &Browser, new: &str) {
        let token = self.app.email_to(new).token();
        browser
            .post("/account/email/confirm", &[("token", &token)])
            .assert_redirect("/account");
        self.share_cookies(browser);
    }

    /// Uses an undo link in another browser.
    pub fn undo(&self, token: &str) {
        self.app
            .browser()
            .post("/undo", &[("token", token)])
            .assert_redirect("/password/sent");
    }

    /// Creates an API token for a logged-in user.
    pub fn create_token(&self, browser: &Browser, name: &str) {
        browser
            .post("/account/tokens", &[("name", name), ("days", "30")])
            .assert_redirect("/account/tokens");
        self.share_cookies(browser);
    }

    /// Sends wrong passwords from an unknown device, and waits as long as required.
    pub fn fail_logins(&self, email: &str, times: usize) {
        for _ in 0..times {
            self.app.browser().log_in(email, OTHER_PASSWORD);
            self.app.advance(Duration::from_mins(15));
        }
    }

    /// Runs an administrator's action on an account.
    pub fn administer(&self, email: &str, act: &str) {
        let admin = self.account();
        let made = Process::output(&self.app.home, &["user", "make-admin", &admin], &[]);
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let admin = self
            .app
            .program_with(&self.app.tokens(&admin, PASSWORD).access);
        let query =
            percent_encoding::utf8_percent_encode(email, percent_encoding::NON_ALPHANUMERIC);
        let found = admin.get(&format!("/api/v1/users?q={query}")).json();
        let id = found["items"][0]["id"]
            .as_str()
            .expect("an account")
            .to_owned();
        assert_eq!(
            admin
                .send("POST", &format!("/api/v1/users/{id}/{act}"), &[], "")
                .status,
            200
        );
    }

    /// Sends a form that fails.
    pub fn fail(&self, button: &str) {
        self.chromium.press_button(button);
        self.chromium.find(".summary");
    }

    /// Follows the undo link of the newest event of the activity.
    pub fn follow_undo_link(&self) {
        let link = self
            .chromium
            .find_xpath("//a[contains(., 'This wasn’t me')]");
        self.chromium.open_page_by(|| link.click());
    }

    pub fn request_reset(&self, email: &str) {
        let browser = self.app.browser();
        self.app.request_reset(&browser, email);
        self.share_cookies(&browser);
    }

    /// Opens the reset form of a new account that has API tokens. Returns its address.
    pub fn reset_with_tokens(&self) -> String {
        let (email, browser) = self.logged_in();
        self.create_token(&browser, "Backup");
        self.request_reset(&email);
        self.open(&self.app.email_to(&email).path());
        email
    }

    /// Opens the reset form of a new account. Returns its address.
    pub fn reset(&self) -> String {
        let email = self.account();
        self.request_reset(&email);
        self.open(&self.app.email_to(&email).path());
        email
    }

    pub fn reset_password(&self, email: &str) {
        let browser = self.app.browser();
        let token = self.app.request_reset(&browser, email);
        browser
            .reset_password(&token, OTHER_PASSWORD)
            .assert_redirect("/login");
    }

    /// Invites a new address, and opens the link.
    fn invite(&self) {
        let email = self.new_address();
        self.app.command(&["invite", &email]);
        self.open(&self.app.email_to(&email).path());
    }

    pub fn choose_password(&self) {
        let email = self.new_address();
        self.sign_up(&email);
        self.sign_up(&email);
        self.open(&self.app.email_to(&email).path());
    }

    /// Opens the HTML part of an email by its link in the mailbox, which becomes a long page.
    pub fn open_email(&self, message: &Email) {
        let mailbox = self.app.browser().get("/dev/mailbox");
        let names = mailbox.texts(".html-part a");
        let links = mailbox.attributes(".html-part a", "href");
        let name = format!("of “{}” to {}", message.subject, message.to);
        let at = names.iter().position(|text| text.ends_with(&name));
        self.open(&links[at.unwrap_or_else(|| panic!("an email {name} in {names:?}"))]);
        self.chromium.find_xpath("//td[contains(., 'Sent by')]");
    }
}
