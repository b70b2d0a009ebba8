//! A new password for a logged-in user: the form, the sessions and links that end, and the notice.

use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";
const NOTICE: &str = "Your password was changed – Vestibule";

fn change(
    browser: &Browser,
    current: &str,
    password: &str,
    end_others: bool,
) -> crate::support::Answer {
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
fn a_password_is_changed_by_the_form_and_every_other_device_is_logged_out() {
    let app = TestApp::start();
    let browser = app.sign_in(EMAIL, PASSWORD);
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

    let mails: Vec<_> = app
        .mails_to(EMAIL)
        .into_iter()
        .filter(|mail| mail.subject == NOTICE)
        .collect();
    assert_eq!(mails.len(), 1);
    let text = &mails[0].text;
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
            .get(&format!("/undo?token={}", mails[0].undo_token()))
            .status,
        200,
        "it carries the undo"
    );
    for mail in app.mails() {
        assert!(!mail.text.contains(PASSWORD) && !mail.text.contains(OTHER_PASSWORD));
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
fn without_the_tick_the_other_devices_stay_logged_in_and_the_mail_says_so() {
    let app = TestApp::start();
    let browser = app.sign_in(EMAIL, PASSWORD);
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
    let mail = app.mail_about(EMAIL, NOTICE);
    assert!(
        mail.text
            .contains("Your other devices are still logged in.")
            && mail.text.contains("/account/sessions")
    );
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 422);
}

#[test]
fn what_is_wrong_is_said_at_its_field_and_nothing_happens() {
    const EMPTY: &str = "Enter your current password";
    const WRONG: &str =
        "Your current password isn’t right. Try again, or reset it if you’ve forgotten it.";
    const SAME: &str = "Your new password must be different from your current one";
    let app = TestApp::start();
    let browser = app.sign_in(EMAIL, PASSWORD);
    let (cookie, mails) = (browser.cookie("session"), app.mails().len());
    // The current password is checked first. Until it is right, the new one gets no error.
    for (current, password, error) in [
        ("", "", EMPTY),
        ("", OTHER_PASSWORD, EMPTY),
        ("not it at all", OTHER_PASSWORD, WRONG),
        (OTHER_PASSWORD, OTHER_PASSWORD, WRONG),
        (PASSWORD, PASSWORD, SAME),
    ] {
        let refused = change(&browser, current, password, true);
        refused.assert_page(422, "Error: Change your password");
        assert_eq!(refused.errors(), [error], "{current} {password}");
        assert!(
            current.is_empty() || !refused.body.contains(current),
            "no password comes back"
        );
        assert!(
            password.is_empty() || !refused.body.contains(password),
            "no password comes back"
        );
        assert!(refused.set_cookies("session").is_empty());
    }
    for weak in ["short", "password1", "ada@example.org"] {
        let refused = change(&browser, PASSWORD, weak, true);
        refused.assert_page(422, "Error: Change your password");
        assert_eq!(
            refused.attribute(".summary a", "href").as_deref(),
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
        (browser.cookie("session"), app.mails().len()),
        (cookie, mails)
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
fn the_current_password_is_asked_for_each_time() {
    let app = TestApp::start();
    let browser = app.sign_in(EMAIL, PASSWORD);
    let refused = browser.post(
        "/account/password",
        &[("password", OTHER_PASSWORD), ("end_others", "on")],
    );
    refused.assert_page(422, "Error: Change your password");
    change(&browser, PASSWORD, OTHER_PASSWORD, true).assert_redirect("/account");
    assert_eq!(
        change(&browser, PASSWORD, "pebble orbit cinnamon", true).status,
        422,
        "the old one is wrong now"
    );
    change(&browser, OTHER_PASSWORD, "pebble orbit cinnamon", true).assert_redirect("/account");
}

#[test]
fn it_voids_every_link_that_could_change_something_and_leaves_undos_alive() {
    let app = TestApp::start();
    let browser = app.sign_in(EMAIL, PASSWORD);
    app.log_in(EMAIL, PASSWORD);
    let earlier_undo = app
        .mail_about(EMAIL, "New login to your account – Vestibule")
        .undo_token();
    app.browser()
        .post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    let reset = app.mail_about(EMAIL, "Reset your password – Vestibule");
    browser
        .post("/account/email", &[("email", "new@example.org")])
        .assert_redirect("/account/email");
    let confirm = app.mail_to("new@example.org");
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
fn with_the_tick_other_browsers_are_strangers_again_and_without_they_stay_known() {
    let app = TestApp::start();
    let logins = || {
        app.mails_to(EMAIL)
            .iter()
            .filter(|mail| mail.subject.starts_with("New login"))
            .count()
    };
    let browser = app.sign_in(EMAIL, PASSWORD);
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
fn a_remembered_session_stays_a_remembered_one() {
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
fn signed_out_the_page_leads_to_the_login_and_the_form_is_401_and_back_to_it() {
    let app = TestApp::start();
    let browser = app.sign_in(EMAIL, PASSWORD);
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
    let refused = change(&browser, PASSWORD, OTHER_PASSWORD, true);
    refused.assert_page(401, "Log in to continue");
    let back = refused.attribute("main a", "href").expect("a link");
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
