//! The words of users: each keeps its direction to itself, and one that shows nothing counts as
//! none.

use crate::support::{Browser, PASSWORD, Response, TestApp};

const EMAIL: &str = "ada@example.org";

fn save(browser: &Browser, name: &str, bio: &str) -> Response {
    let fields = [
        ("name", name),
        ("handle", "countess"),
        ("bio", bio),
        ("public", "on"),
    ];
    browser.post("/account/profile", &fields)
}

#[test]
fn each_paragraph_of_a_bio_has_its_direction() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    save(
        &browser,
        "",
        "مرحبا (1)!\r\nHello (2)!\r\n\r\nשלום\u{2028}End",
    )
    .assert_redirect("/account/profile");
    let page = app.browser().get("/people/countess");
    assert_eq!(
        page.texts(".prose > p[dir=auto]"),
        ["مرحبا (1)!", "Hello (2)!", "", "שלום", "End"]
    );
    assert_eq!(page.attribute(".prose", "translate").as_deref(), Some("no"));
}

#[test]
fn names_are_isolated_and_never_translated() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    save(&browser, "עדה (1)", "").assert_redirect("/account/profile");
    browser.create_token("גיבוי (2)");
    let person = browser.get("/people/countess");
    person.assert_page(200, "\u{2068}עדה (1)\u{2069}");
    assert_eq!(person.texts("h1 > bdi[translate=no]"), ["עדה (1)"]);
    let list = browser.get("/people");
    assert_eq!(
        list.texts("main li bdi[translate=no]"),
        ["עדה (1)", "@countess"]
    );
    let tokens = browser.get("/account/tokens");
    assert_eq!(
        tokens.texts("main li bdi[translate=no]"),
        ["גיבוי (2)", "גיבוי (2)"]
    );
    assert_eq!(tokens.attribute("#name", "dir").as_deref(), Some("auto"));
    let message = app.email_to(EMAIL);
    assert!(
        message.text.contains("Hello \u{2068}עדה (1)\u{2069},"),
        "{}",
        message.text
    );
    assert!(
        message.text.contains("Token: \u{2068}גיבוי (2)\u{2069}"),
        "{}",
        message.text
    );
}

#[test]
fn stored_name_that_shows_nothing_counts_as_none() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    save(&browser, "Ada", "Hello").assert_redirect("/account/profile");
    // Earlier versions accepted it.
    app.home
        .sql("UPDATE users SET name = '\u{200b}\u{3164}', bio = '\u{2060}'");
    assert_eq!(
        browser.get("/dashboard").text("h1"),
        "Hello ada@example.org"
    );
    let person = browser.get("/people/countess");
    person.assert_page(200, "@countess");
    assert_eq!(person.text("h1"), "@countess");
    assert!(person.texts(".prose").is_empty());
    assert_eq!(browser.get("/people").texts("main li bdi"), ["@countess"]);
    assert_eq!(browser.get("/account/profile").value("name"), "");
    let program = app.program_with(&app.tokens(EMAIL, PASSWORD).access);
    let profile = program.get("/api/v1/people/countess").json();
    assert!(
        profile["name"].is_null() && profile["bio"].is_null(),
        "{profile}"
    );
    browser.create_token("Backup");
    let message = app.email_to(EMAIL);
    assert!(message.text.contains("Hello,\n"), "{}", message.text);
}

#[test]
fn characters_that_change_direction_are_rejected() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for control in ["\u{200e}", "\u{200f}", "\u{61c}", "\u{202e}", "\u{2067}"] {
        let words = format!("a{control}b");
        let rejected = save(&browser, &words, &words);
        assert_eq!(
            rejected.errors(),
            ["Name", "Bio"].map(|field| format!(
                "{field} can’t contain characters that change the direction of text"
            ))
        );
        let fields = [("name", words.as_str()), ("days", "30")];
        let rejected = browser.post("/account/tokens", &fields);
        assert_eq!(
            rejected.errors(),
            ["Name can’t contain characters that change the direction of text"]
        );
    }
    // Persian and emoji need joiners.
    for name in ["علی\u{200c}رضا", "Ada 👩\u{200d}🚀"] {
        save(&browser, name, name).assert_redirect("/account/profile");
    }
}

#[test]
fn invisible_character_in_an_address_is_named() {
    let app = TestApp::start();
    for (email, name) in [
        ("a\u{200c}da@example.org", "zero-width non-joiner"),
        ("a\u{2060}da@example.org", "word joiner"),
        ("ada@exam\u{200c}ple.org", "zero-width non-joiner"),
        ("ada@exam\u{200d}ple.org", "zero-width joiner"),
    ] {
        let form = [("email", email), ("password", PASSWORD), ("name", "")];
        assert_eq!(
            app.browser().post("/signup", &form).errors(),
            [format!(
                "Your email address contains an invisible character ({name}). Delete it, or type \
                 the address again."
            )]
        );
    }
}
