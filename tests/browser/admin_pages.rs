//! The pages and emails for administrators and about approval, in the form of `pages`.

use std::time::Duration;

use crate::pages::{NAME, Page, Scene, page};
use crate::support::PASSWORD;
use crate::support::chromium::Script;

const WAITING: &str = "/admin/waiting";
const INVITATIONS: &str = "/admin/invitations";

/// Pages of administrators, and the page of a sign-up that awaits approval.
pub const ADMIN_PAGES: &[Page] = &[
    page("admin", 200, "Administration", |s| {
        s.administrator();
        s.waiting_sign_up();
        s.app
            .home
            .sql("INSERT INTO instance VALUES ('unknown_proxy', '203.0.113.7')");
        s.open("/admin");
    }),
    page("admin-people", 200, "People", |s| {
        s.public_account(NAME);
        s.administrator();
        s.open("/admin/people");
    }),
    page("admin-people-none", 200, "People", |s| {
        s.administrator();
        s.open("/admin/people?q=nowhere");
    }),
    page("admin-person", 200, "", |s| {
        let email = s.public_account(NAME);
        s.administer(&email, "lock");
        s.administrator();
        s.open(&s.person(&email));
    }),
    page("admin-person-lock", 200, "Lock this account", |s| {
        let email = s.account();
        s.administrator();
        s.open(&s.person(&email));
        s.chromium.press_button("Lock this account");
    }),
    page("admin-person-failed", 422, "Delete this account", |s| {
        let email = s.account();
        s.administrator();
        s.app.advance(Duration::from_mins(11));
        s.open(&s.person(&email));
        s.chromium.press_button("Delete this account");
        s.fail("Delete this account");
    }),
    page("admin-waiting", 200, "Waiting for approval", |s| {
        s.administrator();
        s.waiting_sign_up();
        s.group();
        s.open(WAITING);
        s.chromium.find(".rows summary").click();
    }),
    page("admin-waiting-none", 200, "Waiting for approval", |s| {
        s.administrator();
        s.app.home.sql("DELETE FROM pending_signups");
        s.open(WAITING);
    }),
    page("admin-invitations", 200, "Invitations", |s| {
        let known = s.account();
        s.administrator();
        s.open(INVITATIONS);
        s.fill("#addresses", &format!("{known}\n{}", s.new_address()));
        s.chromium.press_button("Send invitations");
        s.chromium.find(".results");
    }),
    page("admin-invitations-failed", 422, "Invitations", |s| {
        s.administrator();
        s.group();
        s.open(INVITATIONS);
        s.chromium.find("fieldset label").click();
        s.fill("#addresses", "no address");
        s.fail("Send invitations");
    }),
    page("admin-groups", 422, "Groups", |s| {
        s.administrator();
        s.group();
        s.open("/admin/groups");
        s.fail("Create group");
    }),
    page("admin-group", 200, NAME, |s| {
        let email = s.account();
        s.administrator();
        s.group();
        s.app.command(&["group", "add", "staff", &email]);
        s.open("/admin/groups/staff");
    }),
    page("admin-group-failed", 422, NAME, |s| {
        s.administrator();
        s.group();
        s.open("/admin/groups/staff");
        s.fail("Add member");
    }),
    page("admin-log", 200, "Log", |s| {
        let email = s.account();
        s.administer(&email, "lock");
        s.administrator();
        s.open("/admin/log");
    }),
    page("admin-settings", 200, "Settings", |s| {
        s.administrator();
        s.open("/admin/settings");
    }),
    page("awaiting-approval", 403, "Waiting for approval", |s| {
        let email = s.waiting_sign_up();
        s.chromium.forget_cookies();
        s.fill_login(&email, PASSWORD);
        s.chromium.press_button("Log in");
    }),
];

/// The emails about approval and to administrators.
pub const ADMIN_EMAILS: &[Page] = &[
    page("mail-account-approved", 200, "", |s| {
        let email = s.waiting_sign_up();
        s.decide(&email, "approve");
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-account-declined", 200, "", |s| {
        let email = s.waiting_sign_up();
        s.decide(&email, "decline");
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-approval-waiting", 200, "", |s| {
        let email = s.waiting_sign_up();
        s.app.browser().post("/verify/resend", &[("email", &email)]);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-group-joined", 200, "", |s| {
        let email = s.account();
        s.group();
        s.app.command(&["group", "add", "staff", &email]);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-group-left", 200, "", |s| {
        let email = s.account();
        s.group();
        s.app.command(&["group", "add", "staff", &email]);
        s.app.command(&["group", "remove", "staff", &email]);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-administrator-made", 200, "", |s| {
        let email = s.account();
        s.app.command(&["user", "make-admin", &email]);
        s.open_email(&s.app.email_to(&email));
    }),
    page("mail-invitation-by-administrator", 200, "", |s| {
        let (_, browser) = s.administrator();
        let email = s.new_address();
        browser.post(INVITATIONS, &[("addresses", &email)]);
        s.open_email(&s.app.email_to(&email));
    }),
];

impl Scene {
    /// Logs an administrator in. The command runs on the system's clock, and the email about it is
    /// of no interest.
    pub fn administrator(&self) -> (String, crate::support::Browser) {
        let (email, browser) = self.logged_in();
        self.app.command(&["user", "make-admin", &email]);
        (email, browser)
    }

    /// Creates a group, unless an earlier page has.
    fn group(&self) {
        if self.app.home.count("groups", "TRUE") == 0 {
            let title: String = NAME.chars().take(60).collect();
            self.app.command(&["group", "create", "staff", &title]);
        }
    }

    fn person(&self, email: &str) -> String {
        format!("/admin/people/{}", self.app.user_id(email))
    }

    /// Brings a sign-up to the state that it has in the mode of approval. Returns its address.
    fn waiting_sign_up(&self) -> String {
        let email = self.new_address();
        let form = [
            ("email", &email[..]),
            ("password", PASSWORD),
            ("name", NAME),
        ];
        self.app.browser().post("/signup", &form);
        self.app.home.sql(
            "UPDATE pending_signups SET confirmed_at = created_at, \
             expires_at = expires_at + 1000000000",
        );
        email
    }

    fn decide(&self, email: &str, decision: &str) {
        let (_, browser) = self.administrator();
        browser.post(WAITING, &[("email", email), ("decision", decision)]);
    }
}

#[test]
fn approved_account_joins_the_checked_group() {
    for script in [Script::On, Script::Off] {
        let s = Scene::new(script);
        s.administrator();
        s.group();
        let email = s.waiting_sign_up();
        s.open(WAITING);
        s.chromium.find(".rows summary").click();
        s.chromium.find(".rows details label").click();
        s.press_first("Approve");
        s.chromium.find(".notice");
        let groups = s.app.home.column("group_members", "group_name");
        assert_eq!(groups, ["staff"], "{email}");
    }
}
