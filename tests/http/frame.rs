//! The frame of signed-in users: the same header and navigation on every page, errors included.

use crate::support::{PASSWORD, Response, TestApp};

const ADA: &str = "ada@example.org";

fn has_frame(page: &Response) -> bool {
    page.texts("nav.sections a").len() == 7 && !page.texts("header details").is_empty()
}

#[test]
fn the_navigation_marks_the_page_and_its_section() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    for (path, link, current) in [
        ("/dashboard", "/dashboard", "page"),
        ("/account", "/account", "page"),
        ("/account/profile", "/account/profile", "page"),
        ("/account/email", "/account/profile", "true"),
        ("/account/password", "/account/security", "true"),
        ("/account/delete", "/account/export", "true"),
        ("/people", "/people", "page"),
    ] {
        let page = browser.get(path);
        let marked = page.attribute("nav [aria-current]", "href");
        assert_eq!(marked.as_deref(), Some(link), "{path}");
        let value = page.attribute("nav [aria-current]", "aria-current");
        assert_eq!(value.as_deref(), Some(current), "{path}");
        assert_eq!(page.texts("[aria-current]").len(), 1, "{path}");
    }
}

#[test]
fn pages_for_everyone_keep_the_frame() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    for path in ["/api/docs", "/logout", "/password/forgot", "/dev/mailbox"] {
        assert!(has_frame(&browser.get(path)), "{path}");
        assert!(!has_frame(&app.browser().get(path)), "{path}");
    }
}

#[test]
fn error_pages_keep_the_frame() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    let foreign = [("sec-fetch-site", "cross-site")];
    for (method, path, status) in [
        ("GET", "/no-such-page", 404),
        ("GET", "/account/sessions/end-others", 405),
        ("POST", "/account/profile", 403),
    ] {
        let page = browser.send(method, path, &foreign, "");
        assert_eq!((page.status, has_frame(&page)), (status, true), "{path}");
        assert_eq!(page.texts("[aria-current]"), [""; 0], "{path}");
        let page = app.browser().send(method, path, &foreign, "");
        assert_eq!((page.status, has_frame(&page)), (status, false), "{path}");
    }
}

/// The layer around forms reads a body before its page does.
#[test]
fn error_of_a_form_keeps_the_frame() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(ADA, PASSWORD);
    let page = browser.post("/account/profile", &[("bio", &"a".repeat(70_000))]);
    assert_eq!((page.status, has_frame(&page)), (413, true));
}

#[test]
fn security_page_shows_last_password_change() {
    let app = TestApp::start();
    let page = app
        .register_and_log_in(ADA, PASSWORD)
        .get("/account/security");
    page.assert_page(200, "Security");
    assert_eq!(
        page.text("section[aria-labelledby=password]"),
        "Password Last changed just now Change your password"
    );
    assert_eq!(
        page.attribute("section[aria-labelledby=password] a", "href")
            .as_deref(),
        Some("/account/password")
    );
}

#[test]
fn data_and_privacy_leads_to_the_deletion() {
    let app = TestApp::start();
    let page = app
        .register_and_log_in(ADA, PASSWORD)
        .get("/account/export");
    assert_eq!(page.text(".danger-zone .button"), "Delete your account");
    assert_eq!(
        page.attribute(".danger-zone .button", "href").as_deref(),
        Some("/account/delete")
    );
}
