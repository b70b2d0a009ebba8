//! The forms of all pages, filled.

use crate::support::{Authenticator, Browser, OTHER_PASSWORD, PASSWORD, Response, TestApp};

pub const EMAIL: &str = "ada@example.org";
const NEW: &str = "lovelace@example.org";
const LOST: &str = "/login/lost-second-step";
const SECURITY: &str = "/account/security";
pub const FORM_ID: (&str, &str) = ("form_id", "TXkgcmFuZG9tIGlkLCAxNg");

/// A filled form, and the browser that shows it.
pub struct Form {
    pub browser: Browser,
    pub path: String,
    pub fields: Vec<(&'static str, String)>,
}

impl Form {
    pub fn new(browser: Browser, path: &str, fields: &[(&'static str, &str)]) -> Self {
        let fields = fields.iter().chain([&FORM_ID]);
        Self {
            browser,
            path: path.to_owned(),
            fields: fields
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
        }
    }

    pub fn press(&self) -> Response {
        self.press_in(&self.browser)
    }

    pub fn press_in(&self, browser: &Browser) -> Response {
        let fields = self.fields.iter();
        let fields: Vec<_> = fields
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        browser.post(&self.path, &fields)
    }
}

/// Makes what a form needs, and fills it.
pub type Arrange = fn(&TestApp) -> Form;

/// Every form but the download and those of passkeys.
pub const FORMS: &[Arrange] = &[
    |app| {
        let fields = [("email", EMAIL), ("password", PASSWORD), ("name", "Ada")];
        Form::new(app.browser(), "/signup", &fields)
    },
    |app| {
        let (browser, token) = signed_up(app);
        Form::new(browser, "/verify", &[("token", &token)])
    },
    |app| {
        let (browser, _) = signed_up(app);
        Form::new(browser, "/verify/resend", &[("email", EMAIL)])
    },
    log_in,
    |app| Form::new(app.register_and_log_in(EMAIL, PASSWORD), "/logout", &[]),
    |app| {
        let browser = app.register(EMAIL, PASSWORD);
        Form::new(browser, "/password/forgot", &[("email", EMAIL)])
    },
    |app| {
        let browser = app.register(EMAIL, PASSWORD);
        browser.post("/password/forgot", &[("email", EMAIL)]);
        let token = app.email_to(EMAIL).token();
        let fields = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
        Form::new(browser, "/password/reset", &fields)
    },
    |app| {
        change_password(app).press().assert_redirect("/account");
        let token = app.email_to(EMAIL).undo_token();
        Form::new(app.browser(), "/undo", &[("token", &token)])
    },
    |app| {
        let browser = change_password(app);
        browser.press().assert_redirect("/account");
        let path = part(
            &browser.browser.get("/account/activity"),
            "/account/activity/",
            "/undo",
        );
        Form::new(browser.browser, &path, &[])
    },
    |app| rename(app.register_and_log_in(EMAIL, PASSWORD), "Ada"),
    |app| {
        Form::new(
            app.register_and_log_in(EMAIL, PASSWORD),
            "/account/email",
            &[("email", NEW)],
        )
    },
    |app| {
        let browser = app.register_and_log_in(EMAIL, PASSWORD);
        browser.post("/account/email", &[("email", NEW)]);
        let token = app.email_to(NEW).token();
        Form::new(browser, "/account/email/confirm", &[("token", &token)])
    },
    change_password,
    |app| {
        let browser = app.register_and_log_in(EMAIL, PASSWORD);
        app.log_in(EMAIL, PASSWORD);
        let path = part(
            &browser.get("/account/sessions"),
            "/account/sessions/",
            "/end",
        );
        Form::new(browser, &path, &[])
    },
    |app| {
        let browser = app.register_and_log_in(EMAIL, PASSWORD);
        app.log_in(EMAIL, PASSWORD);
        Form::new(browser, "/account/sessions/end-others", &[])
    },
    |app| create_token(app.register_and_log_in(EMAIL, PASSWORD)),
    |app| {
        let browser = create_token(app.register_and_log_in(EMAIL, PASSWORD));
        browser.press().assert_redirect("/account/tokens");
        let path = part(
            &browser.browser.get("/account/tokens"),
            "/account/tokens/",
            "/remove",
        );
        Form::new(browser.browser, &path, &[])
    },
    |app| {
        let browser = app.register_and_log_in(EMAIL, PASSWORD);
        Form::new(
            browser,
            "/account/delete",
            &[("current_password", PASSWORD)],
        )
    },
    // The second step.
    |app| {
        let (_, authenticator) = app.with_second_step(EMAIL);
        let browser = app.at_second_step(EMAIL);
        let code = authenticator.next_code(app);
        Form::new(browser, "/login/second-step", &[("code", &code)])
    },
    |app| {
        app.with_second_step(EMAIL);
        Form::new(app.at_second_step(EMAIL), LOST, &[])
    },
    |app| {
        Form::new(
            app.browser(),
            "/second-step/keep",
            &[("token", &keep_token(app))],
        )
    },
    |app| {
        let browser = app.register_and_log_in(EMAIL, PASSWORD);
        let page = browser.get("/account/security/apps/new");
        let code = Authenticator::of_page(&page).code(app);
        let fields = [("code", code.as_str()), ("sealed", &page.value("sealed"))];
        Form::new(browser, "/account/security/apps/new", &fields)
    },
    |app| {
        let (browser, authenticator) = app.with_second_step(EMAIL);
        let path = part(&browser.get(SECURITY), "/account/security/apps/", "/remove");
        let code = authenticator.next_code(app);
        let fields = [
            ("current_password", PASSWORD),
            ("code", code.as_str()),
            ("confirmed", "on"),
        ];
        Form::new(browser, &path, &fields)
    },
    |app| {
        let (browser, _) = app.with_second_step(EMAIL);
        Form::new(browser, "/account/security/recovery-codes", &[])
    },
    |app| {
        let browser = app.register_and_log_in(EMAIL, PASSWORD);
        Form::new(browser, "/login/again", &[("current_password", PASSWORD)])
    },
    // Other people's accounts.
    |app| {
        let token = app.email_to(invited(app)).token();
        let fields = [("token", token.as_str()), ("password", PASSWORD)];
        Form::new(app.browser(), "/invitation", &fields)
    },
    |app| {
        Form::new(
            administrator(app),
            "/admin/invitations/withdraw",
            &[("email", invited(app))],
        )
    },
    |app| {
        let admin = administrator(app);
        app.register(EMAIL, PASSWORD);
        let path = format!("/admin/people/{}", app.user_id(EMAIL));
        Form::new(admin, &path, &[("action", "lock"), ("confirmed", "on")])
    },
    |app| {
        let fields = [("name", "staff"), ("title", "Staff")];
        Form::new(administrator(app), "/admin/groups", &fields)
    },
    |app| {
        app.register(EMAIL, PASSWORD);
        app.command(&["group", "create", "staff"]);
        let fields = [("action", "add"), ("email", EMAIL)];
        Form::new(administrator(app), "/admin/groups/staff", &fields)
    },
    |app| {
        let fields = [("id", "wiki"), ("name", "Wiki"), ("origins", "")];
        Form::new(administrator(app), "/admin/apps", &fields)
    },
    |app| {
        app.command(&["app", "create", "wiki"]);
        let fields = [("action", "create_secret")];
        Form::new(administrator(app), "/admin/apps/wiki", &fields)
    },
];

/// Returns the browser of an administrator who has just logged in.
fn administrator(app: &TestApp) -> Browser {
    let browser = app.register_and_log_in("root@example.org", PASSWORD);
    app.command(&["user", "make-admin", "root@example.org"]);
    browser
}

/// Invites an address and returns it.
fn invited(app: &TestApp) -> &'static str {
    app.command(&["invite", EMAIL]);
    EMAIL
}

/// Requests the removal of a second step. Returns the token of the link that stops it.
fn keep_token(app: &TestApp) -> String {
    app.with_second_step(EMAIL);
    app.at_second_step(EMAIL)
        .post(LOST, &[])
        .assert_redirect(LOST);
    app.email_to(EMAIL).token()
}

/// Returns the browser that signed up, and the token of the confirmation link.
pub fn signed_up(app: &TestApp) -> (Browser, String) {
    let browser = app.browser();
    browser
        .sign_up(EMAIL, PASSWORD)
        .assert_redirect("/signup/sent");
    (browser, app.email_to(EMAIL).token())
}

/// The login of a browser that the account does not know, so it causes an email.
pub fn log_in(app: &TestApp) -> Form {
    app.register_and_log_in(EMAIL, PASSWORD);
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    Form::new(app.browser(), "/login", &fields)
}

pub fn change_password(app: &TestApp) -> Form {
    let fields = [
        ("current_password", PASSWORD),
        ("password", OTHER_PASSWORD),
        ("end_others", "on"),
    ];
    Form::new(
        app.register_and_log_in(EMAIL, PASSWORD),
        "/account/password",
        &fields,
    )
}

pub fn create_token(browser: Browser) -> Form {
    let fields = [("name", "backup"), ("days", "30")];
    Form::new(browser, "/account/tokens", &fields)
}

pub fn rename(browser: Browser, name: &str) -> Form {
    Form::new(browser, "/account/profile", &[("name", name)])
}

/// Returns the first attribute of a page that begins and ends like this.
pub fn part(page: &Response, start: &str, end: &str) -> String {
    let mut parts = page.body.split('"');
    let part = parts.find(|part| part.starts_with(start) && part.ends_with(end));
    part.unwrap_or_else(|| panic!("{start}…{end} in {}", page.body))
        .to_owned()
}
