//! Confirming an address: the link, the button, unusable links, and a new link.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use crate::support::{Mail, PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";

fn signed_up(app: &TestApp) -> Mail {
    app.browser().post(
        "/signup",
        &[("email", EMAIL), ("password", PASSWORD), ("name", "Ada")],
    );
    app.mail_to(EMAIL)
}

#[test]
fn opening_the_link_changes_nothing_and_the_button_makes_the_account() {
    let app = TestApp::start();
    let mail = signed_up(&app);
    let browser = app.browser();
    for _ in 0..3 {
        let page = browser.get(&mail.path());
        page.assert_page(200, "Confirm your email address");
        assert!(page.text("main").contains(EMAIL));
        assert_eq!(page.value("token"), mail.token());
        assert_eq!(page.header("referrer-policy"), "strict-origin");
        assert_eq!(browser.send("HEAD", &mail.path(), &[], "").status, 200);
    }
    assert_eq!(
        app.browser().log_in(EMAIL, PASSWORD).status,
        422,
        "not yet an account"
    );

    browser
        .post("/verify", &[("token", &mail.token())])
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
fn a_used_link_of_a_confirmed_address_is_good_news() {
    let app = TestApp::start();
    let mail = signed_up(&app);
    let browser = app.browser();
    browser
        .post("/verify", &[("token", &mail.token())])
        .assert_redirect("/login");
    for answer in [
        browser.get(&mail.path()),
        browser.post("/verify", &[("token", &mail.token())]),
    ] {
        answer.assert_page(410, "Email address already confirmed");
        assert!(answer.body.contains("href=\"/login\""));
    }
}

#[test]
fn a_link_works_for_24_hours_and_then_offers_a_new_one() {
    let app = TestApp::start();
    let mail = signed_up(&app);
    app.advance(
        Duration::from_hours(24)
            .checked_sub(Duration::from_millis(1))
            .expect("a day is longer"),
    );
    assert_eq!(app.browser().get(&mail.path()).status, 200);
    app.advance(Duration::from_millis(1));
    for answer in [
        app.browser().get(&mail.path()),
        app.browser().post("/verify", &[("token", &mail.token())]),
    ] {
        answer.assert_page(410, "This link no longer works");
        assert_eq!(
            answer.attribute("main form", "action").as_deref(),
            Some("/verify/resend")
        );
    }
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 422);
}

#[test]
fn what_is_no_link_at_all_is_dead() {
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
        let answer = app.browser().get(&format!("/verify?token={token}"));
        answer.assert_page(410, title);
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
fn sending_it_again_voids_the_earlier_link() {
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
    let second = app.mail_to(EMAIL);
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
fn after_a_second_sign_up_the_link_that_is_sent_again_still_asks_for_a_password() {
    let app = TestApp::start();
    signed_up(&app);
    signed_up(&app);
    app.browser().post("/verify/resend", &[("email", EMAIL)]);
    let mail = app.mail_to(EMAIL);
    assert_eq!(mail.subject, "Choose a password – Vestibule");
    let refused = app.browser().post("/verify", &[("token", &mail.token())]);
    refused.assert_page(422, "Error: Choose a password");
    assert_eq!(refused.errors(), ["Enter a password"]);
}

#[test]
fn only_a_request_that_writes_a_mail_voids_links() {
    let app = TestApp::start();
    let mail = signed_up(&app);
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
    assert_eq!(app.browser().get(&mail.path()).status, 200);
    assert_eq!(app.mails().len(), 1);
}

#[test]
fn a_new_link_lets_the_sign_up_wait_as_long_as_the_link_works() {
    let app = TestApp::start();
    signed_up(&app);
    app.advance(Duration::from_hours(23));
    app.browser().post("/verify/resend", &[("email", EMAIL)]);
    app.advance(Duration::from_hours(23));
    let token = app.mail_to(EMAIL).token();
    app.browser()
        .post("/verify", &[("token", &token)])
        .assert_redirect("/login");
}

/// CVE-2026-107276: a one-time code that is read, checked and deleted in three steps works more
/// than once.
#[test]
fn cve_2026_107276_of_twenty_clicks_at_once_one_makes_the_account() {
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
fn a_link_for_one_purpose_is_none_for_another() {
    let app = TestApp::start();
    let verify = signed_up(&app).token();
    let as_reset = app.browser().reset_password(&verify, PASSWORD);
    assert_eq!(as_reset.status, 410);
    app.browser()
        .post("/verify", &[("token", &verify)])
        .assert_redirect("/login");
    app.browser().post("/password/forgot", &[("email", EMAIL)]);
    let reset = app.mail_to(EMAIL).token();
    assert_eq!(
        app.browser().post("/verify", &[("token", &reset)]).status,
        410
    );
}

#[test]
fn confirmed_while_logged_in_to_another_account_is_said() {
    let app = TestApp::start();
    let browser = app.sign_in("other@example.org", PASSWORD);
    let token = signed_up(&app).token();
    browser
        .post("/verify", &[("token", &token)])
        .assert_redirect("/login");
    browser.get("/login").assert_redirect("/dashboard");
    assert_eq!(
        browser.get("/dashboard").notice(),
        "The email address is confirmed. You’re still logged in to this account. To use the other \
         account, log out first."
    );
    assert_eq!(browser.get("/dashboard").notice(), "");
}
