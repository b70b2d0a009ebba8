//! The pages about apps behind a proxy, in the form of `pages`, and the way of a user to an app.
//! Chromium resolves every name below `localhost` to this machine. So the app's host is another
//! site here, as in production, and its pages need no proxy.

use crate::pages::{NAME, Page, Scene, page};
use crate::support::PASSWORD;
use crate::support::chromium::Script;

pub const APP_PAGES: &[Page] = &[
    page("app-denied", 403, "", |s| {
        s.app("wiki");
        s.open_at("wiki", "/.vestibule/denied");
    }),
    page("app-disabled", 403, "", |s| {
        s.app("closed");
        s.app.command(&["app", "set", "closed", "disabled=on"]);
        s.open_at("closed", "/.vestibule/denied");
    }),
    page(
        "app-unusable",
        400,
        "This login can’t be completed",
        |s| {
            s.app("wiki");
            s.open_at("wiki", "/.vestibule/done?code=x");
        },
    ),
    page("app-no-cookies", 400, "Cookies are needed", |s| {
        let (_, browser) = s.logged_in();
        s.app("files");
        // Another browser began this hand-over, so this one lacks its cookie.
        let challenge = "A".repeat(43);
        let origin = s.origin("files");
        let enter = format!("/apps/files/enter?origin={origin}&challenge={challenge}&to=%2F");
        s.chromium.open(browser.get(&enter).header("location"));
    }),
    page("app-loop", 429, "", |s| {
        s.chromium.forget_cookies();
        s.app("wiki");
        for _ in 0..5 {
            s.open_at("wiki", "/.vestibule/in?to=%2Floop");
        }
    }),
    page("app-unknown", 400, "We don’t know this app", |s| {
        s.logged_in();
        s.open("/apps/nothing/enter");
    }),
    page("login-again", 200, "Confirm it’s you", |s| {
        s.logged_in();
        s.app("wiki");
        s.open("/login/again?next=%2Fapps%2Fwiki%2Fenter");
    }),
    page("login-again-failed", 422, "Confirm it’s you", |s| {
        s.logged_in();
        s.open("/login/again");
        s.fail("Continue");
    }),
    page("dashboard-apps", 200, "", |s| {
        s.app("wiki");
        s.app("files");
        s.logged_in();
        s.open("/dashboard");
    }),
    page("apps-none", 200, "Apps", |s| {
        s.logged_in();
        s.open("/account/apps");
    }),
    page("apps", 200, "Apps", |s| {
        s.logged_in();
        s.app("wiki");
        s.open_in_every_session("wiki");
        s.open("/account/apps");
    }),
    page("sessions-apps", 200, "Sessions", |s| {
        s.logged_in();
        s.app("wiki");
        s.open_in_every_session("wiki");
        s.open("/account/sessions");
    }),
    page("admin-apps", 422, "Apps", |s| {
        s.administrator();
        s.app("wiki");
        s.open("/admin/apps");
        s.fail("Register app");
    }),
    page("admin-app", 200, "", |s| {
        s.administrator();
        s.app("wiki");
        s.open("/admin/apps/wiki");
    }),
    page("admin-app-secret", 200, "", |s| {
        s.administrator();
        s.app("wiki");
        s.open("/admin/apps/wiki");
        s.chromium.press_button("Create a secret");
        s.chromium.find("#new_secret");
    }),
    page("admin-app-failed", 422, "", |s| {
        s.administrator();
        s.app("wiki");
        s.open("/admin/apps/wiki");
        s.fill("#password_within", "soon");
        s.fail("Save settings");
    }),
];

impl Scene {
    /// Registers an app that is open to everyone, unless an earlier page has.
    fn app(&self, id: &str) {
        if self.app.home.count("apps", &format!("id = '{id}'")) == 0 {
            let name: String = NAME.chars().take(60).collect();
            let create = [
                "app",
                "create",
                id,
                "--name",
                &name,
                "--origin",
                &self.origin(id),
            ];
            self.app.command(&create);
            self.app.command(&["app", "allow", id, "everyone"]);
        }
    }

    /// Brings all sessions to the state in which they have opened an app.
    fn open_in_every_session(&self, id: &str) {
        self.app.home.sql(&format!(
            "DELETE FROM app_logins; \
             INSERT INTO app_logins (session_handle, app_id, user_id, login_id, first_at) \
             SELECT handle, '{id}', user_id, handle, created_at FROM sessions"
        ));
    }

    fn origin(&self, id: &str) -> String {
        self.app
            .public_url
            .replace("//localhost", &format!("//{id}.localhost"))
    }

    /// Opens a page at the host of an app.
    fn open_at(&self, id: &str, path: &str) {
        self.chromium.open(&format!("{}{path}", self.origin(id)));
    }
}

#[test]
fn one_login_reaches_apps_on_two_hosts() {
    reach_apps(Script::On);
}

#[test]
fn apps_are_reached_without_script() {
    reach_apps(Script::Off);
}

/// w3c/webappsec-csp#8, PrefectHQ/fastmcp#2302: Chromium blocked the redirect after the form.
fn reach_apps(script: Script) {
    let scene = Scene::new(script);
    let browser = &scene.chromium;
    let email = scene.account();
    scene.app("wiki");
    scene.app("files");
    let opened = || scene.app.home.count("app_logins", "TRUE");

    scene.open_at("wiki", "/.vestibule/in?to=%2Fpage");
    browser.expect_heading("Log in");
    scene.fill_login_here(&email, PASSWORD);
    browser.press_button("Log in");
    // No proxy is in front, so the page itself does not exist.
    browser.expect_heading("Page not found");
    assert_eq!(browser.url(), format!("{}/page", scene.origin("wiki")));
    assert_eq!(opened(), 1);

    scene.open_at("files", "/.vestibule/in");
    browser.expect_heading("Page not found");
    assert_eq!(browser.url(), format!("{}/", scene.origin("files")));
    assert_eq!(opened(), 2);

    scene.open_at("wiki", "/.vestibule/out");
    browser.expect_heading("Log out");
    browser.press_button("Log out");
    browser.expect_heading("Log in");
    scene.open_at("wiki", "/.vestibule/in");
    browser.expect_heading("Log in");
}
