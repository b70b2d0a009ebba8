//! A new password for a logged-in user: the form, the sessions and links that end, and the notice.

use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";
const NOTICE: &str = "Your password was changed – Vestibule";

fn change(
    browser: &Browser,
    current: &str,
    password: &str,
    end_others: bool,
) -> crate::support::Response {
    let ticked = if end_others { "on" } else { "" };
    browser.post(
        "/account/password",
        &[
            ("current_password", current),
            ("password", password),
            ("end_others", ticked),
        ][..if end_others { 3 } else { 2 }],
    )
}

#[test]
fn change_with_tick_logs_out_other_devices() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let other = app.log_in(EMAIL, PASSWORD);
    let form = browser.get("/account/password");
    form.assert_page(200, "Change your password");
    assert_eq!(
        form.attribute("main form", "action").as_deref(),
        Some("/account/password")
    );
    assert_eq!(form.attribute("#account", "value").as_deref(), Some(EMAIL));
    assert_eq!(
        form.attribute("#account", "name"),
        None,
        "for password managers alone"
    );
    let autocomplete = |id: &str| {
        form.attribute(&format!("#{id}[type=password]"), "autocomplete")
            .expect(id)
    };
    assert_eq!(
        (
            autocomplete("current_password").as_str(),
            autocomplete("password").as_str()
        ),
        ("current-password", "new-password")
    );
    assert!(
        form.attribute("input[name=end_others]", "checked")
            .is_some(),
        "ticked from the start"
    );

    let tab_with_the_old_cookie = app.with_session_of(&browser);
    let changed = change(&browser, PASSWORD, OTHER_PASSWORD, true);
    changed.assert_redirect("/account");
    assert_eq!(
        changed.set_cookies("session").len(),
        1,
        "this session has a new id"
    );
    let account = browser.get("/account");
    account.assert_page(200, "Your account");
    assert_eq!(
        account.notice(),
        "Your password has been changed. All other devices have been logged out."
    );
    assert_eq!(browser.get("/account").notice(), "", "once");
    tab_with_the_old_cookie
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");

    other
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");
    let login = other.get("/login?next=%2Faccount");
    assert_eq!(
        login.notice(),
        "You were logged out because your password was changed. Log in to continue."
    );
    assert_eq!(other.log_in(EMAIL, PASSWORD).status, 422);
    other
        .log_in(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/dashboard");

    let emails: Vec<_> = app
        .emails_to(EMAIL)
        .into_iter()
        .filter(|message| message.subject == NOTICE)
        .collect();
    assert_eq!(emails.len(), 1);
    let text = &emails[0].text;
    assert!(
        text.contains("All other devices have been logged out.")
            && text.contains("If this wasn’t you"),
        "{text}"
    );
    assert!(
        text.contains("22 November 2026, 12:00 UTC") && text.contains("Firefox on Windows"),
        "{text}"
    );
    assert_eq!(
        app.browser()
            .get(&format!("/undo?token={}", emails[0].undo_token()))
            .status,
        200,
        "it carries the undo"
    );
    for message in app.emails() {
        assert!(!message.text.contains(PASSWORD) && !message.text.contains(OTHER_PASSWORD));
    }
    assert_eq!(
        app.home.count(
            "events",
            "kind = 'password_changed' AND undo_link_id IS NOT NULL"
        ),
        1
    );
}

#[test]
fn change_without_tick_keeps_other_devices() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let other = app.log_in(EMAIL, PASSWORD);
    let tab_with_the_old_cookie = app.with_session_of(&browser);
    change(&browser, PASSWORD, OTHER_PASSWORD, false).assert_redirect("/account");
    assert_eq!(
        browser.get("/account").notice(),
        "Your password has been changed. Other devices are still logged in."
    );
    assert_eq!(other.get("/account").status, 200);
    assert_eq!(
        tab_with_the_old_cookie.get("/account").status,
        303,
        "the id of before is worth nothing all the same"
    );
    let message = app.email_about(EMAIL, NOTICE);
    assert!(
        message
            .text
            .contains("Your other devices are still logged in.")
            && message.text.contains("/account/sessions")
    );
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 422);
}

#[test]
fn errors_show_at_their_fields_and_change_nothing() {
    const EMPTY: &str = "Enter your current password";
    const WRONG: &str =
        "Your current password isn’t right. Try again, or reset it if you’ve forgotten it.";
    const SAME: &str = "Your new password must be different from your current one";
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let (cookie, emails) = (browser.cookie("session"), app.emails().len());
    // The current password is checked first. Until it is right, the new one gets no error.
    for (current, password, error) in [
        ("", "", EMPTY),
        ("", OTHER_PASSWORD, EMPTY),
        ("not it at all", OTHER_PASSWORD, WRONG),
        (OTHER_PASSWORD, OTHER_PASSWORD, WRONG),
        (PASSWORD, PASSWORD, SAME),
    ] {
        let rejected = change(&browser, current, password, true);
        rejected.assert_page(422, "Error: Change your password");
        assert_eq!(rejected.errors(), [error], "{current} {password}");
        assert!(
            current.is_empty() || !rejected.body.contains(current),
            "no password comes back"
        );
        assert!(
            password.is_empty() || !rejected.body.contains(password),
            "no password comes back"
        );
        assert!(rejected.set_cookies("session").is_empty());
    }
    for weak in ["short", "password1", "ada@example.org"] {
        let rejected = change(&browser, PASSWORD, weak, true);
        rejected.assert_page(422, "Error: Change your password");
        assert_eq!(
            rejected.attribute(".summary a", "href").as_deref(),
            Some("#password"),
            "{weak}"
        );
    }
    let unticked = change(&browser, "wrong", OTHER_PASSWORD, false);
    assert!(
        unticked
            .attribute("input[name=end_others]", "checked")
            .is_none(),
        "the choice is kept"
    );
    assert_eq!(
        (browser.cookie("session"), app.emails().len()),
        (cookie, emails)
    );
    assert_eq!(browser.get("/account").status, 200);
    app.log_in(EMAIL, PASSWORD);
    assert_eq!(
        app.home.count("events", "kind = 'password_refused'"),
        3,
        "those that were wrong, not those left out"
    );
}

/// Even right after a login: a browser left open must not give the account away.
#[test]
fn current_password_is_required_each_time() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let rejected = browser.post(
        "/account/password",
        &[("password", OTHER_PASSWORD), ("end_others", "on")],
    );
    rejected.assert_page(422, "Error: Change your password");
    change(&browser, PASSWORD, OTHER_PASSWORD, true).assert_redirect("/account");
    assert_eq!(
        change(&browser, PASSWORD, "pebble orbit cinnamon", true).status,
        422,
        "the old one is wrong now"
    );
    change(&browser, OTHER_PASSWORD, "pebble orbit cinnamon", true).assert_redirect("/account");
}

#[test]
fn change_invalidates_links_except_undo_links() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.log_in(EMAIL, PASSWORD);
    let earlier_undo = app
        .email_about(EMAIL, "New login to your account – Vestibule")
        .undo_token();
    app.browser()
        .post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    let reset = app.email_about(EMAIL, "Reset your password – Vestibule");
    browser
        .post("/account/email", &[("email", "new@example.org")])
        .assert_redirect("/account/email");
    let confirm = app.email_to("new@example.org");
    assert_eq!(
        (
            browser.get(&reset.path()).status,
            browser.get(&confirm.path()).status
        ),
        (200, 200)
    );

    change(&browser, PASSWORD, OTHER_PASSWORD, true).assert_redirect("/account");
    browser
        .get(&reset.path())
        .assert_page(410, "This link no longer works");
    browser
        .get(&confirm.path())
        .assert_page(410, "This link no longer works");
    browser
        .post("/account/email/confirm", &[("token", &confirm.token())])
        .assert_page(410, "This link no longer works");
    assert!(
        !browser
            .get("/account/email")
            .text("main")
            .contains("new@example.org"),
        "nothing waits any more"
    );
    let reset = [
        ("token", reset.token()),
        ("password", "pebble orbit cinnamon".to_owned()),
    ];
    let reset = reset
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    assert_eq!(app.browser().post("/password/reset", &reset).status, 410);
    assert_eq!(
        app.browser()
            .get(&format!("/undo?token={earlier_undo}"))
            .status,
        200
    );
    app.log_in(EMAIL, OTHER_PASSWORD);
}

#[test]
fn tick_decides_if_other_devices_stay_known() {
    let app = TestApp::start();
    let logins = || {
        app.emails_to(EMAIL)
            .iter()
            .filter(|message| message.subject.starts_with("New login"))
            .count()
    };
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let other = app.log_in(EMAIL, PASSWORD);
    assert_eq!(logins(), 1);
    change(&browser, PASSWORD, OTHER_PASSWORD, false).assert_redirect("/account");
    for known in [&browser, &other] {
        known
            .log_in(EMAIL, OTHER_PASSWORD)
            .assert_redirect("/dashboard");
    }
    assert_eq!(logins(), 1);
    change(&browser, OTHER_PASSWORD, PASSWORD, true).assert_redirect("/account");
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(logins(), 1, "the one in which it was changed is known");
    other.log_in(EMAIL, PASSWORD).assert_redirect("/dashboard");
    assert_eq!(logins(), 2);
}

#[test]
fn remembered_session_stays_remembered() {
    let app = TestApp::start();
    let browser = app.register(EMAIL, PASSWORD);
    let form = [("email", EMAIL), ("password", PASSWORD), ("remember", "on")];
    browser.post("/login", &form).assert_redirect("/dashboard");
    app.advance(std::time::Duration::from_hours(24));
    let changed = change(&browser, PASSWORD, OTHER_PASSWORD, true);
    assert!(
        changed.set_cookies("session")[0].ends_with(&format!("Max-Age={}", 179 * 24 * 3600)),
        "{changed:?}"
    );
}

#[test]
fn logged_out_form_is_401_and_leads_back() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.log_in(EMAIL, PASSWORD)
        .post("/logout", &[])
        .assert_redirect("/login");
    assert_eq!(app.home.count("events", "kind = 'logged_out'"), 1);
    browser.post("/logout", &[]).assert_redirect("/login");
    assert_eq!(browser.get("/login").notice(), "You’ve logged out.");
    assert_eq!(app.home.count("events", "kind = 'logged_out'"), 2);
    browser
        .get("/account/password")
        .assert_redirect("/login?next=%2Faccount%2Fpassword");
    let rejected = change(&browser, PASSWORD, OTHER_PASSWORD, true);
    rejected.assert_page(401, "Log in to continue");
    let back = rejected.attribute("main a", "href").expect("a link");
    assert_eq!(back, "/login?next=%2Faccount%2Fpassword");
    assert_eq!(browser.get(&back).notice(), "Log in to continue.");
    let login = browser.post(
        "/login",
        &[
            ("email", EMAIL),
            ("password", PASSWORD),
            ("next", "/account/password"),
        ],
    );
    login.assert_redirect("/account/password");
}
