//! Links that were copied badly: a part is missing, or a sign too many came along.

use crate::support::{OTHER_PASSWORD, PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";
const TITLE: &str = "This link is incomplete";
const PATHS: [&str; 5] = [
    "/verify",
    "/invitation",
    "/password/reset",
    "/undo",
    "/account/email/confirm",
];

#[test]
fn damaged_token_says_the_link_is_incomplete() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let tokens = [
        "",
        "x",
        &"a".repeat(42),
        &"a".repeat(44),
        &"%C3%A9".repeat(43),
        "3Dabc%2F",
    ];
    for path in PATHS {
        for token in tokens {
            let page = browser.get(&format!("{path}?token={token}"));
            page.assert_page(410, TITLE);
            assert_eq!(page.text("h1"), TITLE);
            browser
                .post_raw(path, &format!("token={token}"))
                .assert_page(410, TITLE);
        }
        browser.get(path).assert_page(410, TITLE);
    }
}

#[test]
fn incomplete_link_offers_another_way() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let whole = "Part of the link is missing. Copy the whole link from the email";
    for (path, action) in [
        ("/verify", "/verify/resend"),
        ("/password/reset", "/password/forgot"),
    ] {
        let page = browser.get(path);
        assert!(
            page.text("main")
                .contains(&format!("{whole}, or get a new one."))
        );
        assert_eq!(
            page.attribute("main form", "action").as_deref(),
            Some(action)
        );
        assert_eq!(page.texts("main form button"), ["Send a new link"]);
    }
    for (path, href) in [
        ("/undo", "/password/forgot"),
        ("/account/email/confirm", "/account/email"),
    ] {
        let page = browser.get(path);
        assert!(page.text("main").contains(&format!("{whole}.")));
        assert_eq!(
            page.attribute("main .button", "href").as_deref(),
            Some(href)
        );
    }
}

#[test]
fn sign_behind_the_token_is_dropped() {
    let app = TestApp::start();
    let form = [("email", EMAIL), ("password", PASSWORD), ("name", "")];
    app.browser().post("/signup", &form);
    let browser = app.browser();
    let message = app.email_to(EMAIL);
    for sign in [".", "%20", "+", "%3E", "%3E."] {
        let page = browser.get(&format!("{}{sign}", message.path()));
        page.assert_page(200, "Confirm your email address");
        assert_eq!(page.value("token"), message.token());
    }
    let token = format!("{}>", message.token());
    browser
        .post("/verify", &[("token", &token)])
        .assert_redirect("/login");
    browser.post("/password/forgot", &[("email", EMAIL)]);
    let token = format!("{}. ", app.email_to(EMAIL).token());
    let fields = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    browser
        .post("/password/reset", &fields)
        .assert_redirect("/login");
}
