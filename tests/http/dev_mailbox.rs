//! The development mailbox: its content, and the clients that may see it.

use std::time::Duration;

use vestibule::config::{PublicUrl, Settings, Support, Variables};

use crate::support::{PASSWORD, TestApp};

#[test]
fn it_is_empty_at_first_and_says_how_to_get_a_mail() {
    let page = TestApp::start().browser().get("/dev/mailbox");
    assert_eq!(page.status, 200);
    assert!(
        page.text("main")
            .contains("No emails yet. Sign up to see the first one.")
    );
    assert!(
        page.text("main")
            .contains("Development mode: emails are shown here, not sent")
    );
}

#[test]
fn it_shows_each_mail_newest_first_with_text_links_and_html() {
    let app = TestApp::start();
    let browser = app.register("ada@example.org", PASSWORD);
    browser.post("/password/forgot", &[("email", "ada@example.org")]);
    let mails = app.mails();
    assert_eq!(mails.len(), 2);
    let page = browser.get("/dev/mailbox");
    let text = page.text("main");
    let [reset, verify] =
        [&mails[0], &mails[1]].map(|mail| text.find(&mail.subject).expect("its subject"));
    assert!(reset < verify, "newest first");
    for mail in &mails {
        assert!(
            page.attribute(&format!("a[href='{}']", mail.links[0]), "href")
                .is_some()
        );
    }
    let href = page
        .attribute("a[href^='/dev/mailbox/']", "href")
        .expect("a link to the HTML part");
    let html = browser.get(&href);
    assert_eq!(
        (html.status, html.body.as_str()),
        (200, mails[0].html.as_str())
    );
    assert_eq!(
        html.header("content-security-policy"),
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src \
         'unsafe-inline'; \
         frame-ancestors 'none'"
    );
    assert_eq!(browser.get("/dev/mailbox/nope").status, 404);
}

#[test]
fn the_page_shows_the_newest_200_and_the_json_all() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let browser = app.browser();
    browser.post(
        "/signup",
        &[("email", "ada@example.org"), ("password", PASSWORD)],
    );
    for _ in 0..200 {
        browser.post("/verify/resend", &[("email", "ada@example.org")]);
    }
    assert_eq!(app.mails().len(), 201);
    let page = browser.get("/dev/mailbox");
    assert_eq!(page.texts("article.mail").len(), 200);
    assert!(page.text("main").contains("The newest 200 emails"));
}

#[test]
fn a_mail_is_a_proper_mail() {
    let app = TestApp::start_with(|settings| {
        settings.site.support = Support::parse("help@example.org");
        settings.app_name = "Ångström & Søns".to_owned();
    });
    app.browser()
        .post("/signup", &[("email", "a..b@x"), ("password", PASSWORD)]);
    let mail = app.mail_to("a..b@x");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("Reply-To"), "help@example.org");
    assert_eq!(mail.header("From"), "Vestibule <no-reply@localhost>");
    assert!(
        mail.header("Message-ID").ends_with("@localhost>"),
        "{}",
        mail.headers
    );
    assert_eq!(mail.header("Date"), "Sun, 22 Nov 2026 12:00:00 +0000");
    assert!(
        mail.header("Content-Type")
            .starts_with("multipart/alternative")
    );
    assert_eq!(mail.subject, "Confirm your email address – Ångström & Søns");
    assert!(
        mail.html.contains("Ångström &#38; Søns") && mail.text.contains("Ångström & Søns"),
        "{}",
        mail.html
    );
    let again = app.mail_to("a..b@x");
    assert_eq!(again.headers, mail.headers, "the same email each time");
    assert_eq!(again.links, mail.links);
}

/// CVE-2024-55224: HTML from a user's name once ran inside emails.
#[test]
fn cve_2024_55224_a_name_is_escaped_in_a_mail() {
    let app = TestApp::start();
    let name = "<img src=x onerror=alert(1)>";
    app.browser().post(
        "/signup",
        &[
            ("email", "ada@example.org"),
            ("password", PASSWORD),
            ("name", name),
        ],
    );
    app.browser().post(
        "/verify",
        &[("token", &app.mail_to("ada@example.org").token())],
    );
    app.browser()
        .post("/password/forgot", &[("email", "ada@example.org")]);
    let mail = app.mail_to("ada@example.org");
    assert!(mail.text.contains(name), "{}", mail.text);
    assert!(
        !mail.html.contains("<img") && mail.html.contains("&#60;img"),
        "{}",
        mail.html
    );
}

#[test]
fn it_answers_only_a_loopback_host_and_no_proxy() {
    let app = TestApp::start();
    let browser = app.browser();
    browser.post(
        "/signup",
        &[("email", "ada@example.org"), ("password", PASSWORD)],
    );
    let html = html_of_the_mail(&app);
    for path in ["/dev/mailbox", "/dev/mailbox.json", &html] {
        assert_eq!(browser.get(path).status, 200, "{path}");
        for headers in [
            [("host", "evil.example")],
            [("host", "localhost.evil.example:8080")],
            [("host", "10.0.0.1")],
            [("host", "localhost@evil.example")],
            [("x-forwarded-for", "127.0.0.1")],
            [("x-forwarded-host", "localhost")],
            [("forwarded", "for=127.0.0.1")],
            [("x-real-ip", "127.0.0.1")],
            [("via", "1.1 proxy")],
        ] {
            assert_eq!(
                browser.send("GET", path, &headers, "").status,
                404,
                "{path} {headers:?}"
            );
        }
    }
    for host in [
        "localhost",
        "localhost:1234",
        "127.0.0.1",
        "127.9.9.9:80",
        "[::1]:8080",
    ] {
        assert_eq!(
            browser
                .send("GET", "/dev/mailbox", &[("host", host)], "")
                .status,
            200,
            "{host}"
        );
    }
}

/// Returns the path of the HTML part of the only email.
fn html_of_the_mail(app: &TestApp) -> String {
    let ids = app.home.column("outbox", "id");
    assert_eq!(ids.len(), 1);
    format!("/dev/mailbox/{}", ids[0])
}

#[test]
fn it_is_not_there_outside_development_mode_or_with_smtp() {
    let smtp = Settings::read(&Variables::of([(
        "VESTIBULE_SMTP_URL",
        "smtp://127.0.0.1:2525",
    )]))
    .expect("parses")
    .mail
    .smtp;
    for (public_url, smtp) in [
        (PublicUrl::parse("https://login.example.org"), smtp.clone()),
        (PublicUrl::parse("https://login.example.org"), None),
        (None, smtp),
    ] {
        let app = TestApp::start_with(|settings| {
            settings.edge.public_url = public_url;
            settings.mail.smtp = smtp;
        });
        let browser = app.browser();
        browser
            .post(
                "/signup",
                &[("email", "ada@example.org"), ("password", PASSWORD)],
            )
            .assert_redirect("/signup/sent");
        for path in ["/dev/mailbox", "/dev/mailbox.json", &html_of_the_mail(&app)] {
            assert_eq!(app.browser().get(path).status, 404, "{path}");
        }
        assert!(!browser.get("/signup/sent").body.contains("/dev/mailbox"));
    }
}

#[test]
fn mails_survive_a_restart_and_go_when_their_link_has_died() {
    let app = TestApp::start();
    app.browser().post(
        "/signup",
        &[("email", "ada@example.org"), ("password", PASSWORD)],
    );
    let token = app.mail_to("ada@example.org").token();
    let app = app.restart_with(|_| {});
    assert_eq!(app.mail_to("ada@example.org").token(), token);
    app.advance(Duration::from_millis(24 * 3_600_000 - 1));
    assert_eq!(app.mails().len(), 1);
    app.advance(Duration::from_millis(1));
    assert!(app.mails().is_empty());
}

#[test]
fn nothing_in_the_database_is_a_usable_link_or_cookie() {
    let app = TestApp::start();
    let browser = app.sign_in("ada@example.org", PASSWORD);
    browser.post("/password/forgot", &[("email", "ada@example.org")]);
    let cookie = browser.cookie("session").expect("signed in");
    let claims = cookie.split('.').nth(1).expect("three parts").to_owned();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims)
        .expect("base64url");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    let mut secrets: Vec<String> = app
        .mails()
        .iter()
        .flat_map(|mail| mail.links.clone())
        .filter_map(|link| Some(link.split_once("token=")?.1.to_owned()))
        .collect();
    assert_eq!(secrets.len(), 2);
    secrets.push(claims["jti"].as_str().expect("text").to_owned());
    secrets.push(PASSWORD.to_owned());
    let content = app.home.content();
    assert!(!content.is_empty());
    for secret in &secrets {
        assert!(
            !content
                .windows(secret.len())
                .any(|window| window == secret.as_bytes()),
            "{secret}"
        );
    }
}
