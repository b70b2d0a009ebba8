//! An authenticator app: another implementation of RFC 6238, with the app's clock.

use std::time::Duration;

use totp_rs::{Builder, Secret, Totp};

use super::{Browser, PASSWORD, Response, TestApp};

const ADD: &str = "/account/security/apps/new";

/// An authenticator app that was set up.
pub struct Authenticator {
    totp: Totp,
    /// The key in base32.
    pub key: String,
    /// The recovery codes that came with it. Empty unless it was the first app.
    pub recovery_codes: Vec<String>,
}

impl Authenticator {
    /// Reads the key of a setup page, as a user would type it.
    pub fn of_page(page: &Response) -> Self {
        Self::of_key(&page.text("#key"))
    }

    /// Reads a key in groups of letters.
    pub fn of_key(key: &str) -> Self {
        let secret = Secret::try_from_base32(key.replace(' ', "")).expect("a key");
        Self {
            totp: Builder::new().with_secret(secret).build().expect("a TOTP"),
            key: key.to_owned(),
            recovery_codes: Vec::new(),
        }
    }

    /// Returns the code that the app shows now.
    pub fn code(&self, app: &TestApp) -> String {
        self.code_in_steps(app, 0)
    }

    /// Returns the code that the app shows this many steps of 30 seconds from now.
    pub fn code_in_steps(&self, app: &TestApp, steps: i64) -> String {
        let seconds = app.clock.now().seconds() + 30 * steps;
        let seconds = u64::try_from(seconds).expect("after 1970");
        self.totp.generate(seconds).to_string()
    }

    /// Waits for the next step, and returns its code. An earlier code may have been used.
    pub fn next_code(&self, app: &TestApp) -> String {
        app.advance(Duration::from_secs(30));
        self.code(app)
    }

    /// Returns a code that is wrong in every accepted step.
    pub fn wrong_code(&self, app: &TestApp) -> String {
        let right = [-1, 0, 1].map(|steps| self.code_in_steps(app, steps));
        let wrong = (0..).map(|number| format!("{number:06}"));
        let mut wrong = wrong.filter(|code| !right.contains(code));
        wrong.next().expect("three codes of a million are right")
    }
}

impl TestApp {
    /// Adds an authenticator app to the account of a browser that has just logged in.
    #[track_caller]
    pub fn add_authenticator(&self, browser: &Browser) -> Authenticator {
        let page = browser.get(ADD);
        let mut authenticator = Authenticator::of_page(&page);
        let sealed = page.value("sealed");
        let code = authenticator.code(self);
        let added = browser.post(ADD, &[("code", &code), ("sealed", &sealed)]);
        assert_eq!(added.status, 303, "{}", added.body);
        if added.header("location") == "/account/security/recovery-codes" {
            let page = browser.get("/account/security/recovery-codes");
            authenticator.recovery_codes = page.texts(".recovery-codes code");
        }
        authenticator
    }

    /// Signs up, confirms, logs in and adds an authenticator app.
    #[track_caller]
    pub fn with_second_step(&self, email: &str) -> (Browser, Authenticator) {
        let browser = self.register_and_log_in(email, PASSWORD);
        let authenticator = self.add_authenticator(&browser);
        (browser, authenticator)
    }

    /// Gives the right password in a new browser. Returns it at the second step.
    #[track_caller]
    pub fn at_second_step(&self, email: &str) -> Browser {
        let browser = self.browser();
        browser
            .log_in(email, PASSWORD)
            .assert_redirect("/login/second-step");
        browser
    }
}

impl Browser {
    pub fn send_code(&self, code: &str) -> Response {
        self.post("/login/second-step", &[("code", code)])
    }
}
