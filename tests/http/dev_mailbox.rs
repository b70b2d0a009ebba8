//! The development mailbox: its content, and the clients that may see it.

use std::time::Duration;

use vestibule::config::{PublicUrl, Settings, Support, Variables};

use crate::support::{PASSWORD, TestApp};

#[test]
fn empty_mailbox_explains_how_to_get_email() {
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
fn mailbox_shows_each_email_newest_first() {
    let app = TestApp::start();
    let browser = app.register("ada@example.org", PASSWORD);
    browser.post("/password/forgot", &[("email", "ada@example.org")]);
    let emails = app.emails();
    assert_eq!(emails.len(), 2);
    let page = browser.get("/dev/mailbox");
    let text = page.text("main");
    let [reset, verify] =
        [&emails[0], &emails[1]].map(|message| text.find(&message.subject).expect("its subject"));
    assert!(reset < verify, "newest first");
    for message in &emails {
        assert!(
            page.attribute(&format!("a[href='{}']", message.links[0]), "href")
                .is_some()
        );
    }
    let href = page
        .attribute("a[href^='/dev/mailbox/']", "href")
        .expect("a link to the HTML part");
    let html = browser.get(&href);
    assert_eq!(
        (html.status, html.body.as_str()),
        (200, emails[0].html.as_str())
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
fn json_can_be_limited_to_one_recipient() {
    let app = TestApp::start();
    for email in ["ada@example.org", "bob@example.org", "ada@bücher.example"] {
        app.browser().sign_up(email, PASSWORD);
    }
    let recipients = |query: &str| {
        let emails = app.browser().get(&format!("/dev/mailbox.json{query}"));
        let emails = emails.json();
        let emails = emails.as_array().expect("a list").iter();
        let to = emails.map(|email| email["to"].as_str().expect("a text").to_owned());
        to.collect::<Vec<_>>()
    };
    assert_eq!(recipients("").len(), 3);
    assert_eq!(recipients("?to=bob%40example.org"), ["bob@example.org"]);
    let ascii = "ada@xn--bcher-kva.example";
    assert_eq!(recipients("?to=ada%40xn--bcher-kva.example"), [ascii]);
    assert_eq!(recipients("?to=eve%40example.org"), [""; 0]);
}

#[test]
fn page_shows_newest_200_and_json_all() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let browser = app.browser();
    browser.sign_up("ada@example.org", PASSWORD);
    for _ in 0..200 {
        browser.post("/verify/resend", &[("email", "ada@example.org")]);
    }
    assert_eq!(app.emails().len(), 201);
    let page = browser.get("/dev/mailbox");
    assert_eq!(page.texts("article.mail").len(), 200);
    assert!(page.text("main").contains("The newest 200 emails"));
}

#[test]
fn email_is_well_formed() {
    let app = TestApp::start_with(|settings| {
        settings.site.support = Support::parse("help@example.org");
        settings.app_name = "Ångström & Søns".to_owned();
    });
    app.browser().sign_up("a..b@x", PASSWORD);
    let message = app.email_to("a..b@x");
    assert_eq!(message.header("Auto-Submitted"), "auto-generated");
    assert_eq!(message.header("Reply-To"), "help@example.org");
    assert_eq!(message.header("From"), "Vestibule <no-reply@localhost>");
    assert!(
        message.header("Message-ID").ends_with("@localhost>"),
        "{}",
        message.headers
    );
    assert_eq!(message.header("Date"), "Sun, 22 Nov 2026 12:00:00 +0000");
    assert!(
        message
            .header("Content-Type")
            .starts_with("multipart/alternative")
    );
    assert_eq!(
        message.subject,
        "Confirm your email address – Ångström & Søns"
    );
    assert!(
        message.html.contains("Ångström &#38; Søns") && message.text.contains("Ångström & Søns"),
        "{}",
        message.html
    );
    let again = app.email_to("a..b@x");
    assert_eq!(again.headers, message.headers, "the same email each time");
    assert_eq!(again.links, message.links);
}

/// CVE-2024-55224: HTML from a user's name once ran inside emails.
#[test]
fn cve_2024_55224_name_is_escaped_in_emails() {
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
        &[("token", &app.email_to("ada@example.org").token())],
    );
    app.browser()
        .post("/password/forgot", &[("email", "ada@example.org")]);
    let message = app.email_to("ada@example.org");
    assert!(message.text.contains(name), "{}", message.text);
    assert!(
        !message.html.contains("<img") && message.html.contains("&#60;img"),
        "{}",
        message.html
    );
}

#[test]
fn mailbox_is_for_direct_loopback_only() {
    let app = TestApp::start();
    let browser = app.browser();
    browser.sign_up("ada@example.org", PASSWORD);
    let html = path_of_html(&app);
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
            [("x-forwarded-proto", "http")],
            [("x-forwarded-port", "80")],
            [("X-Forwarded-Anything", "")],
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
fn path_of_html(app: &TestApp) -> String {
    let ids = app.home.column("outbox", "id");
    assert_eq!(ids.len(), 1);
    format!("/dev/mailbox/{}", ids[0])
}

#[test]
fn mailbox_is_missing_in_production_and_with_smtp() {
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
            .sign_up("ada@example.org", PASSWORD)
            .assert_redirect("/signup/sent");
        for path in ["/dev/mailbox", "/dev/mailbox.json", &path_of_html(&app)] {
            assert_eq!(app.browser().get(path).status, 404, "{path}");
        }
        assert!(!browser.get("/signup/sent").body.contains("/dev/mailbox"));
    }
}

#[test]
fn emails_survive_restart_until_their_link_expires() {
    let app = TestApp::start();
    app.browser().sign_up("ada@example.org", PASSWORD);
    let token = app.email_to("ada@example.org").token();
    let app = app.restart_with(|_| {});
    assert_eq!(app.email_to("ada@example.org").token(), token);
    app.advance(Duration::from_millis(24 * 3_600_000 - 1));
    assert_eq!(app.emails().len(), 1);
    app.advance(Duration::from_millis(1));
    assert!(app.emails().is_empty());
}

#[test]
fn database_contains_no_usable_link_or_cookie() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    browser.post("/password/forgot", &[("email", "ada@example.org")]);
    let cookie = browser.cookie("session").expect("signed in");
    let claims = cookie.split('.').nth(1).expect("three parts").to_owned();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims)
        .expect("base64url");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    let mut secrets: Vec<String> = app
        .emails()
        .iter()
        .flat_map(|message| message.links.clone())
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
