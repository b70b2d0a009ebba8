//! Confirming an address: the link, the button, unusable links, and a new link.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use crate::support::{Email, PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";

fn signed_up(app: &TestApp) -> Email {
    app.browser().post(
        "/signup",
        &[("email", EMAIL), ("password", PASSWORD), ("name", "Ada")],
    );
    app.email_to(EMAIL)
}

#[test]
fn link_shows_a_button_that_creates_the_account() {
    let app = TestApp::start();
    let message = signed_up(&app);
    let browser = app.browser();
    for _ in 0..3 {
        let page = browser.get(&message.path());
        page.assert_page(200, "Confirm your email address");
        assert!(page.text("main").contains(EMAIL));
        assert_eq!(page.value("token"), message.token());
        assert_eq!(page.header("referrer-policy"), "strict-origin");
        assert_eq!(browser.send("HEAD", &message.path(), &[], "").status, 200);
    }
    assert_eq!(
        app.browser().log_in(EMAIL, PASSWORD).status,
        422,
        "not yet an account"
    );

    browser
        .post("/verify", &[("token", &message.token())])
        .assert_redirect("/login");
    let login = browser.get("/login");
    assert_eq!(
        login.notice(),
        "Your email address is confirmed. You can log in now."
    );
    assert_eq!(login.value("email"), EMAIL);
    let reloaded = browser.get("/login");
    assert_eq!(
        (reloaded.notice().as_str(), reloaded.value("email").as_str()),
        ("", EMAIL),
        "shown once"
    );
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn used_link_says_address_is_confirmed() {
    let app = TestApp::start();
    let message = signed_up(&app);
    let browser = app.browser();
    browser
        .post("/verify", &[("token", &message.token())])
        .assert_redirect("/login");
    for response in [
        browser.get(&message.path()),
        browser.post("/verify", &[("token", &message.token())]),
    ] {
        response.assert_page(410, "Email address already confirmed");
        assert!(response.body.contains("href=\"/login\""));
    }
}

#[test]
fn link_works_24_hours_then_offers_another() {
    let app = TestApp::start();
    let message = signed_up(&app);
    app.advance(
        Duration::from_hours(24)
            .checked_sub(Duration::from_millis(1))
            .expect("a day is longer"),
    );
    assert_eq!(app.browser().get(&message.path()).status, 200);
    app.advance(Duration::from_millis(1));
    for response in [
        app.browser().get(&message.path()),
        app.browser()
            .post("/verify", &[("token", &message.token())]),
    ] {
        response.assert_page(410, "This link no longer works");
        assert_eq!(
            response.attribute("main form", "action").as_deref(),
            Some("/verify/resend")
        );
    }
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 422);
}

#[test]
fn malformed_link_is_unusable() {
    let app = TestApp::start();
    let long = "a".repeat(43);
    for (token, title) in [
        ("", "This link is incomplete"),
        ("x", "This link is incomplete"),
        ("..%2f..", "This link is incomplete"),
        (&long, "This link no longer works"),
        ("%00", "This link is incomplete"),
        (&"a".repeat(5000), "This link is incomplete"),
    ] {
        let response = app.browser().get(&format!("/verify?token={token}"));
        response.assert_page(410, title);
        assert_eq!(
            app.browser()
                .post_raw("/verify", &format!("token={token}"))
                .status,
            410
        );
    }
    assert_eq!(app.browser().get("/verify").status, 410);
    assert_eq!(app.browser().get("/verify?token=a&token=b").status, 400);
    assert_eq!(app.browser().get("/verify?token=%ff").status, 400);
}

#[test]
fn new_link_invalidates_the_earlier_one() {
    let app = TestApp::start();
    let first = signed_up(&app);
    let browser = app.browser();
    browser
        .get("/verify/resend")
        .assert_page(200, "Resend confirmation email");
    browser
        .post("/verify/resend", &[("email", "ADA@example.org")])
        .assert_redirect("/signup/sent");
    assert!(
        browser
            .get("/signup/sent")
            .text("main")
            .contains("still needs confirming")
    );
    let second = app.email_to(EMAIL);
    assert_eq!(second.subject, "Confirm your email address – Vestibule");
    assert_ne!(first.token(), second.token());
    assert_eq!(browser.get(&first.path()).status, 410);
    browser
        .post("/verify", &[("token", &second.token())])
        .assert_redirect("/login");
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn resent_link_of_contested_sign_up_asks_password() {
    let app = TestApp::start();
    signed_up(&app);
    signed_up(&app);
    app.browser().post("/verify/resend", &[("email", EMAIL)]);
    let message = app.email_to(EMAIL);
    assert_eq!(message.subject, "Choose a password – Vestibule");
    let rejected = app
        .browser()
        .post("/verify", &[("token", &message.token())]);
    rejected.assert_page(422, "Error: Choose a password");
    assert_eq!(rejected.errors(), ["Enter a password"]);
}

#[test]
fn only_a_sent_email_invalidates_earlier_links() {
    let app = TestApp::start();
    let message = signed_up(&app);
    assert_eq!(
        app.browser()
            .post("/verify/resend", &[("email", "other@example.org")])
            .status,
        303
    );
    assert_eq!(
        app.browser()
            .post("/verify/resend", &[("email", "no address")])
            .status,
        422
    );
    assert_eq!(app.browser().get(&message.path()).status, 200);
    assert_eq!(app.emails().len(), 1);
}

#[test]
fn new_link_extends_the_pending_sign_up() {
    let app = TestApp::start();
    signed_up(&app);
    app.advance(Duration::from_hours(23));
    app.browser().post("/verify/resend", &[("email", EMAIL)]);
    app.advance(Duration::from_hours(23));
    let token = app.email_to(EMAIL).token();
    app.browser()
        .post("/verify", &[("token", &token)])
        .assert_redirect("/login");
}

/// CVE-2026-107276: a one-time code that is read, checked and deleted in three steps works more
/// than once.
#[test]
fn cve_2026_107276_one_of_twenty_clicks_creates_account() {
    let app = TestApp::start();
    let token = signed_up(&app).token();
    let barrier = Barrier::new(20);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let clicks: Vec<_> = (0..20)
            .map(|_| {
                scope.spawn(|| {
                    let browser = app.browser();
                    barrier.wait();
                    browser.post("/verify", &[("token", &token)]).status
                })
            })
            .collect();
        clicks
            .into_iter()
            .map(|click| click.join().expect("answers"))
            .collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 303).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 410).count(),
        19,
        "{statuses:?}"
    );
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn link_works_for_its_own_purpose_only() {
    let app = TestApp::start();
    let verify = signed_up(&app).token();
    let as_reset = app.browser().reset_password(&verify, PASSWORD);
    assert_eq!(as_reset.status, 410);
    app.browser()
        .post("/verify", &[("token", &verify)])
        .assert_redirect("/login");
    app.browser().post("/password/forgot", &[("email", EMAIL)]);
    let reset = app.email_to(EMAIL).token();
    assert_eq!(
        app.browser().post("/verify", &[("token", &reset)]).status,
        410
    );
}

#[test]
fn confirmation_within_another_account_says_so() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("other@example.org", PASSWORD);
    let token = signed_up(&app).token();
    browser
        .post("/verify", &[("token", &token)])
        .assert_redirect("/login");
    browser.get("/login").assert_redirect("/dashboard");
    let page = browser.get("/dashboard");
    assert_eq!(
        page.notice(),
        "ada@example.org is confirmed. You’re logged in as other@example.org. To use the other \
         account, log out first."
    );
    assert_eq!(page.texts(".notice bdi"), [EMAIL, "other@example.org"]);
    assert_eq!(browser.get("/dashboard").notice(), "");
}
