//! The spelling of an email address: it can be changed at once, and a domain has its own letters.

use std::time::Duration;

use crate::support::{Browser, PASSWORD, Response, TestApp};

const TYPED: &str = "Ada@Example.org";
const RESPELLED: &str = "ada@example.org";
const CHANGED: &str = "Your email address was changed – Vestibule";

fn respell(browser: &Browser) -> Response {
    browser.post("/account/email", &[("email", RESPELLED)])
}

#[test]
fn spelling_changes_at_once_with_a_notice() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(TYPED, PASSWORD);
    respell(&browser).assert_redirect("/account/email");
    let page = browser.get("/account/email");
    assert_eq!(
        page.notice(),
        "Your email address is now written ada@example.org."
    );
    let text = page.text("main");
    assert!(
        text.contains("Your current address is ada@example.org."),
        "{text}"
    );
    assert!(!text.contains("Waiting for you"), "{text}");
    // The notice and its undo go to the earlier spelling, and no link to the new one.
    let notice = app.email_about(TYPED, CHANGED);
    assert!(notice.text.contains("a•••@example.org"), "{}", notice.text);
    assert!(app.emails_to(RESPELLED).is_empty());
    app.log_in("ADA@EXAMPLE.ORG", PASSWORD);
    browser.post("/password/forgot", &[("email", TYPED)]);
    assert_eq!(
        app.email_to(RESPELLED).subject,
        "Reset your password – Vestibule"
    );
}

#[test]
fn same_spelling_is_no_change() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(TYPED, PASSWORD);
    let rejected = browser.post("/account/email", &[("email", TYPED)]);
    rejected.assert_page(422, "Error: Change your email address");
    assert_eq!(rejected.errors(), ["That’s already your email address"]);
}

#[test]
fn respelling_requires_reauthentication() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(TYPED, PASSWORD);
    app.advance(Duration::from_mins(11));
    let rejected = respell(&browser);
    assert_eq!(rejected.errors(), ["Enter your current password"]);
    let form = [("email", RESPELLED), ("current_password", PASSWORD)];
    browser
        .post("/account/email", &form)
        .assert_redirect("/account/email");
    // The renewed session is in the cookie.
    assert_eq!(browser.get("/account/email").status, 200);
}

#[test]
fn undo_restores_the_spelling() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(TYPED, PASSWORD);
    respell(&browser).assert_redirect("/account/email");
    let token = app.email_about(TYPED, CHANGED).undo_token();
    let preview = app
        .browser()
        .get(&format!("/undo?token={token}"))
        .text("main");
    assert!(
        preview.contains("change the email address back to Ada@Example.org"),
        "{preview}"
    );
    app.browser()
        .post("/undo", &[("token", &token)])
        .assert_redirect("/password/sent");
    assert_eq!(app.home.count("users", "email = 'Ada@Example.org'"), 1);
    // Both spellings are one mailbox, so none of them was replaced.
    assert!(app.emails_to(RESPELLED).is_empty());
    assert_eq!(
        app.email_to(TYPED).subject,
        "Reset your password to get back in – Vestibule"
    );
}

#[test]
fn domain_is_shown_in_its_own_letters() {
    const SENT: &str = "ada@xn--bcher-kva.example";
    const SHOWN: &str = "ada@bücher.example";
    let app = TestApp::start();
    for typed in [SHOWN, SENT] {
        let form = [("email", typed), ("password", PASSWORD), ("name", "")];
        let browser = app.browser();
        browser
            .post("/signup", &form)
            .assert_redirect("/signup/sent");
        let sent = browser.get("/signup/sent");
        assert!(
            sent.text("main").contains(SHOWN) && !sent.body.contains("xn--"),
            "{typed}"
        );
    }
    let message = app.email_to(SENT);
    assert!(message.header("To").contains(SENT));
    let browser = app.browser();
    let choose = browser.get(&message.path());
    assert!(choose.text("main").contains(SHOWN));
    browser
        .post(
            "/verify",
            &[("token", &message.token()), ("password", PASSWORD)],
        )
        .assert_redirect("/login");
    assert_eq!(browser.get("/login").value("email"), SHOWN);
    browser.log_in(SENT, PASSWORD).assert_redirect("/dashboard");
    for path in [
        "/dashboard",
        "/account",
        "/account/email",
        "/account/delete",
        "/logout",
    ] {
        let page = browser.get(path);
        assert!(
            page.body.contains(SHOWN) && !page.body.contains("xn--"),
            "{path}"
        );
    }
}

#[test]
fn stored_punycode_is_shown_in_its_own_letters() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@xn--bcher-kva.example", PASSWORD);
    // Earlier versions stored it so.
    app.home
        .sql("UPDATE users SET email = 'ada@xn--bcher-kva.example'");
    let page = browser.get("/account/email");
    assert!(
        page.text("main")
            .contains("Your current address is ada@bücher.example.")
    );
    browser.post("/account/email", &[("email", "eve@example.org")]);
    let notice = app.email_to("ada@xn--bcher-kva.example");
    let undo = format!("/undo?token={}", notice.undo_token());
    assert!(
        app.browser()
            .get(&undo)
            .text("main")
            .contains("ada@bücher.example")
    );
    let same = browser.post("/account/email", &[("email", "ada@xn--bcher-kva.example")]);
    assert_eq!(same.errors(), ["That’s already your email address"]);
}
