//! A pending change of the email address: its link can be sent again, and the change withdrawn.

use std::time::Duration;

use crate::support::{Browser, Email, OTHER_PASSWORD, PASSWORD, Response, TestApp};

const OLD: &str = "ada@example.org";
const NEW: &str = "lovelace@example.net";
const CONFIRM: &str = "Confirm your new email address – Vestibule";

/// Starts a change to `NEW`.
fn pending(app: &TestApp) -> (Browser, Email) {
    let browser = app.register_and_log_in(OLD, PASSWORD);
    browser
        .post("/account/email", &[("email", NEW)])
        .assert_redirect("/account/email");
    browser.get("/account/email");
    (browser, app.email_about(NEW, CONFIRM))
}

fn resend(browser: &Browser) -> Response {
    browser.post("/account/email/resend", &[])
}

fn cancel(browser: &Browser) -> Response {
    browser.post("/account/email/cancel", &[])
}

fn confirm(browser: &Browser, message: &Email) -> Response {
    browser.post("/account/email/confirm", &[("token", &message.token())])
}

#[test]
fn page_offers_to_resend_and_to_cancel() {
    let app = TestApp::start();
    let (browser, _) = pending(&app);
    let page = browser.get("/account/email");
    let text = page.text("main");
    assert!(
        text.contains("Didn’t get it? Check your spam folder, or resend it."),
        "{text}"
    );
    for (action, label) in [("resend", "Resend email"), ("cancel", "Cancel change")] {
        let form = format!("form[action='/account/email/{action}']");
        assert_eq!(page.texts(&format!("{form} button")), [label]);
        assert!(
            page.attribute(&format!("{form} [name=account]"), "value")
                .is_some()
        );
    }
    cancel(&browser).assert_redirect("/account/email");
    assert!(
        browser
            .get("/account/email")
            .texts(".actions form")
            .is_empty()
    );
}

#[test]
fn cancelled_change_never_happens() {
    let app = TestApp::start();
    let (browser, message) = pending(&app);
    cancel(&browser).assert_redirect("/account/email");
    let page = browser.get("/account/email");
    assert_eq!(
        page.notice(),
        "The change has been cancelled. Your email address is still ada@example.org."
    );
    assert_eq!(page.texts(".notice bdi"), [OLD]);
    assert!(!page.text("main").contains("Waiting for you"));
    confirm(&browser, &message).assert_page(410, "This link no longer works");
    assert_eq!(browser.log_in(NEW, PASSWORD).status, 422);
    let activity = app
        .log_in(OLD, PASSWORD)
        .get("/account/activity")
        .text("main");
    assert!(
        activity.contains("Email address change cancelled"),
        "{activity}"
    );
}

#[test]
fn resent_link_replaces_the_earlier_one() {
    let app = TestApp::start();
    let (browser, first) = pending(&app);
    let notices = app.emails_to(OLD).len();
    // The password was given for the change, so resending does not ask for it.
    app.advance(Duration::from_hours(1));
    resend(&browser).assert_redirect("/account/email");
    let page = browser.get("/account/email");
    assert_eq!(
        page.notice(),
        "We’ve sent a new link to lovelace@example.net. Earlier links no longer work."
    );
    let second = app.email_about(NEW, CONFIRM);
    assert_eq!(app.emails_to(OLD).len(), notices);
    confirm(&browser, &first).assert_page(410, "This link no longer works");
    confirm(&browser, &second).assert_redirect("/account");
    assert_eq!(
        app.home.count(
            "events",
            "kind = 'confirmation_requested' AND user_id IS NOT NULL"
        ),
        1
    );
    app.log_in(NEW, PASSWORD);
}

#[test]
fn nothing_pending_is_left_alone() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let before = app.home.rows();
    for press in [resend, cancel] {
        press(&browser).assert_redirect("/account/email");
        assert_eq!(browser.get("/account/email").notice(), "");
    }
    assert_eq!(app.home.rows(), before);
}

#[test]
fn change_of_another_account_stays() {
    let app = TestApp::start();
    let (browser, message) = pending(&app);
    let eve = app.register_and_log_in("eve@evil.example", OTHER_PASSWORD);
    resend(&eve).assert_redirect("/account/email");
    cancel(&eve).assert_redirect("/account/email");
    assert_eq!(app.emails_to(NEW).len(), 1);
    confirm(&browser, &message).assert_redirect("/account");
    for path in ["/account/email/resend", "/account/email/cancel"] {
        let logged_out = app.browser();
        logged_out
            .post(path, &[])
            .assert_page(401, "Log in to continue");
        let opened = browser.get(path);
        opened.assert_page(405, "This page can’t be opened directly");
        assert!(opened.body.contains("href=\"/account/email\""));
    }
}

#[test]
fn resending_has_the_limits_of_a_change() {
    let app = TestApp::start();
    let (browser, _) = pending(&app);
    for _ in 0..4 {
        resend(&browser).assert_redirect("/account/email");
    }
    let limited = resend(&browser);
    limited.assert_page(429, "Error: Change your email address");
    assert_eq!(limited.header("retry-after"), "3600");
    assert_eq!(
        limited.errors(),
        [
            "You’ve asked to change your address too many times. Links we’ve sent still work. Try \
             again in 1 hour."
        ]
    );
    // Two of the five were sent, as for every address that is not one's own.
    let newest = app.email_about(NEW, CONFIRM);
    assert_eq!(app.emails_to(NEW).len(), 2);
    confirm(&browser, &newest).assert_redirect("/account");
}

/// A resend must not tell who has an account.
#[test]
fn resending_to_taken_address_notifies_its_owner() {
    let app = TestApp::start();
    app.register(NEW, OTHER_PASSWORD);
    let browser = app.register_and_log_in(OLD, PASSWORD);
    browser.post("/account/email", &[("email", NEW)]);
    resend(&browser).assert_redirect("/account/email");
    assert_eq!(
        browser.get("/account/email").notice(),
        "We’ve sent a new link to lovelace@example.net. Earlier links no longer work."
    );
    let to_owner = app.emails_to(NEW);
    assert!(to_owner.iter().all(|message| message.subject != CONFIRM));
    assert_eq!(
        to_owner[0].subject,
        "Someone tried to use your address – Vestibule"
    );
}
