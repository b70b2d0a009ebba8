//! A message is shown once, and only on the page that it was left for. Its kind is told by its
//! heading, not by colour alone.

use crate::support::{OTHER_PASSWORD, PASSWORD, Response, TestApp};

const EMAIL: &str = "ada@example.org";

#[test]
fn prefetched_page_uses_up_no_notice() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    browser.post("/logout", &[]).assert_redirect("/login");
    for purpose in ["prefetch", "prefetch;prerender"] {
        let ahead = browser.send("GET", "/login", &[("sec-purpose", purpose)], "");
        assert_eq!(ahead.status, 200);
        assert!(ahead.set_cookies("flash").is_empty(), "{purpose}");
    }
    assert_ne!(browser.get("/login").notice(), "");
    assert_eq!(browser.get("/login").notice(), "", "shown once");
}

#[test]
fn prefetched_page_keeps_cookie_of_ended_session() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let elsewhere = app.log_in(EMAIL, PASSWORD);
    elsewhere.post("/account/sessions/end-others", &[]);
    let ahead = browser.send("GET", "/login", &[("sec-purpose", "prefetch")], "");
    assert!(ahead.set_cookies("session").is_empty());
    let seen = browser.get("/login");
    assert_ne!(seen.notice(), "");
    assert_eq!(seen.set_cookies("session").len(), 1);
}

#[test]
fn page_in_another_tab_leaves_notice_alone() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    browser.post("/logout", &[]).assert_redirect("/login");
    for path in ["/signup", "/password/forgot", "/"] {
        assert_eq!(browser.get(path).notice(), "", "{path}");
    }
    assert_ne!(browser.get("/login").notice(), "");
}

#[test]
fn notice_about_another_account_says_so() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    let eve = app.register_and_log_in("eve@example.org", PASSWORD);
    eve.post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    let token = app.email_to(EMAIL).token();
    let form = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    eve.post("/password/reset", &form).assert_redirect("/login");
    eve.get("/login").assert_redirect("/dashboard");
    assert_eq!(
        eve.get("/dashboard").notice(),
        "The password for ada@example.org has been changed, and its devices have been logged \
         out. You’re still logged in as eve@example.org."
    );
}

#[test]
fn notice_of_new_token_waits_for_its_page() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let form = [("name", "Backup"), ("days", "30")];
    browser
        .post("/account/tokens", &form)
        .assert_redirect("/account/tokens");
    assert_eq!(browser.get("/dashboard").notice(), "");
    let tokens = browser.get("/account/tokens");
    assert_ne!(tokens.notice(), "");
    assert_ne!(tokens.text("#new_token"), "");
}

#[test]
fn kind_of_notice_is_its_heading_and_name() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let kind = |page: &Response| {
        let name = page.attribute(".notice", "aria-labelledby");
        let heading = format!(".notice > h2#{}", name.expect("a name"));
        let class = page.attribute(".notice", "class").expect("a class");
        (page.text(&heading), class)
    };
    browser.post("/account/profile", &[("name", "Ada")]);
    let saved = browser.get("/account/profile");
    assert_eq!(kind(&saved), ("Success".into(), "notice success".into()));

    let elsewhere = app.log_in(EMAIL, PASSWORD);
    browser.post("/logout", &[]);
    let logged_out = browser.get("/login");
    let information = ("Information".into(), "notice information".into());
    assert_eq!(kind(&logged_out), information);
    assert_eq!(kind(&browser.get("/login?next=%2Faccount")), information);

    let undo = app.email_to(EMAIL).undo_token();
    browser.post("/undo", &[("token", &undo)]);
    let ended = elsewhere.get("/login?next=%2Faccount");
    assert_eq!(kind(&ended), ("Important".into(), "notice warning".into()));
}
