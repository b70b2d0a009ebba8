//! The profile: valid values, the input that a rejected form keeps, and unique handles.

use scraper::{Html, Selector};

use crate::support::races::{Outcomes, head_starts, let_go_first};
use crate::support::{Browser, PASSWORD, Response, TestApp, at_once};

const EMAIL: &str = "ada@example.org";
const PATH: &str = "/account/profile";
const TAKEN: &str = "That handle is already taken. Choose another.";

fn save(browser: &Browser, name: &str, handle: &str, bio: &str, public: &str) -> Response {
    browser.post(
        PATH,
        &[
            ("name", name),
            ("handle", handle),
            ("bio", bio),
            ("public", public),
        ],
    )
}

/// Returns the values of the form: name, handle, bio, and true if the box is ticked.
fn held(page: &Response) -> (String, String, String, bool) {
    let html = Html::parse_document(&page.body);
    let textarea = Selector::parse("textarea[name=bio]").expect("a selector");
    let bio = html
        .select(&textarea)
        .next()
        .expect("a textarea")
        .text()
        .collect();
    (
        page.value("name"),
        page.value("handle"),
        bio,
        page.attribute("#public[checked]", "value").is_some(),
    )
}

fn own(name: &str, handle: &str, bio: &str, public: bool) -> (String, String, String, bool) {
    (name.to_owned(), handle.to_owned(), bio.to_owned(), public)
}

#[test]
fn new_profile_is_empty_and_private() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let page = browser.get(PATH);
    page.assert_page(200, "Profile");
    assert_eq!(held(&page), own("", "", "", false));
    assert_eq!(page.attribute("#public", "value").as_deref(), Some("on"));
    let text = page.text("main");
    assert!(
        text.contains("Your profile is private. Only you can see it."),
        "{text}"
    );
    assert!(
        text.contains("your name, handle, bio and the date you joined"),
        "{text}"
    );
    assert!(text.contains("Your email address is never shown"), "{text}");
    assert!(
        text.contains(&format!("You log in with {EMAIL}.")),
        "{text}"
    );

    save(
        &browser,
        " Ada Lovelace ",
        " ada-1815 ",
        "One\r\n\r\ntwo\r\n",
        "",
    )
    .assert_redirect(PATH);
    let page = browser.get(PATH);
    assert_eq!(page.notice(), "Profile saved.");
    assert_eq!(
        held(&page),
        own("Ada Lovelace", "ada-1815", "One\n\ntwo", false)
    );
    assert!(page.text("main").contains("Only you can see it"));
    assert_eq!(app.browser().get("/people/ada-1815").status, 404);
    assert!(
        browser
            .get("/dashboard")
            .text("h1")
            .contains("Ada Lovelace")
    );
    assert_eq!(browser.get(PATH).notice(), "", "shown once");
}

#[test]
fn form_links_to_the_public_profile() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    save(&browser, "Ada", "ada", "", "on").assert_redirect(PATH);
    let page = browser.get(PATH);
    assert_eq!(held(&page), own("Ada", "ada", "", true));
    assert_eq!(
        page.attribute("main p a", "href").as_deref(),
        Some("/people/ada")
    );
    browser
        .get("/people/ada")
        .assert_page(200, "\u{2068}Ada\u{2069}");
    // Only `on` ticks the box.
    save(&browser, "Ada", "ada", "", "yes").assert_redirect(PATH);
    assert_eq!(browser.get("/people/ada").status, 404);
    assert!(!browser.get(PATH).body.contains("/people/ada"));
}

#[test]
fn unchanged_and_empty_profiles_can_be_saved() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for _ in 0..2 {
        save(&browser, "Ada", "ada", "Bio", "on").assert_redirect(PATH);
    }
    assert_eq!(
        app.home
            .count("events", "kind = 'profile_changed' AND user_id IS NOT NULL"),
        1,
        "the first alone changed it"
    );
    assert_eq!(
        app.home.count("users", "sort_name = 'ada' AND is_public"),
        1
    );
    browser.post(PATH, &[]).assert_redirect(PATH);
    assert_eq!(held(&browser.get(PATH)), own("", "", "", false));
    assert_eq!(
        app.home.count(
            "users",
            "name IS NULL AND handle IS NULL AND bio IS NULL AND sort_name = ''"
        ),
        1
    );
}

#[test]
fn rejected_form_shows_errors_and_keeps_input() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let [name, handle, bio] = [
        "n".repeat(101),
        "<b>".to_owned(),
        format!("\n<i>{}", "é".repeat(300)),
    ];
    let page = save(&browser, &name, &handle, &bio, "on");
    page.assert_page(422, "Error: Profile");
    assert_eq!(held(&page), own(&name, &handle, &bio, true));
    let errors = page.errors();
    assert_eq!(
        errors,
        [
            "Name must be 100 characters or fewer",
            "Use only lowercase letters, numbers and hyphens. A hyphen can’t be first or last.",
            "Bio must be 300 characters or fewer"
        ]
    );
    for (field, error) in ["name", "handle", "bio"].into_iter().zip(errors) {
        assert_eq!(
            page.text(&format!("#{field}-error")),
            format!("Error: {error}")
        );
        assert_eq!(
            page.attribute(&format!("#{field}"), "aria-invalid")
                .as_deref(),
            Some("true")
        );
        let described = page
            .attribute(&format!("#{field}"), "aria-describedby")
            .expect("described");
        assert!(described.contains(&format!("{field}-error")), "{described}");
        assert_eq!(page.texts(&format!(".summary a[href='#{field}']")).len(), 1);
    }
    assert_eq!(
        held(&browser.get(PATH)),
        own("", "", "", false),
        "nothing was saved"
    );
    assert_eq!(app.events("profile_changed"), 0);
}

#[test]
fn handle_and_bio_have_limits() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let form = "Use only lowercase letters, numbers and hyphens. A hyphen can’t be first or last.";
    for (handle, error) in [
        ("Ada", form),
        ("-ada", form),
        ("ada-", form),
        ("a da", form),
        ("\u{430}da", form),
        ("a\0da", form),
        ("ab", "Handle must be 3 characters or more"),
        (&"a".repeat(31), "Handle must be 30 characters or fewer"),
        ("admin", TAKEN),
        ("vestibule", TAKEN),
    ] {
        let page = save(&browser, "", handle, "", "");
        assert_eq!(
            (page.status, page.errors()),
            (422, vec![error.to_owned()]),
            "{handle}"
        );
    }
    for handle in ["abc", &"a".repeat(30), "a-0", "007", "me-2"] {
        save(&browser, "", handle, "", "on").assert_redirect(PATH);
        assert_eq!(app.browser().get(&format!("/people/{handle}")).status, 200);
    }
    for bio in ["a\tb", "a\0b", "a\u{1b}b"] {
        let page = save(&browser, "", "", bio, "");
        assert_eq!(
            page.errors(),
            ["Bio can’t contain tabs or control characters"]
        );
    }
    // 300 characters as users count them. One of them is a line break.
    let bio = format!("{}\r\n{}", "李".repeat(149), "é".repeat(150));
    save(&browser, "", "", &bio, "").assert_redirect(PATH);
    assert_eq!(held(&browser.get(PATH)).2, bio.replace("\r\n", "\n"));
    assert_eq!(
        save(&browser, "", "", &format!("{bio}x"), "").errors(),
        ["Bio must be 300 characters or fewer"]
    );
}

#[test]
fn public_profile_needs_a_handle() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let page = save(&browser, "Ada", "", "Bio", "on");
    page.assert_page(422, "Error: Profile");
    assert_eq!(
        page.errors(),
        ["Choose a handle before you make your profile public"]
    );
    assert_eq!(held(&page), own("Ada", "", "Bio", true));
    save(&browser, "Ada", "ada", "Bio", "on").assert_redirect(PATH);
    // The page still shows the stored values, not the typed ones.
    let page = save(&browser, "Ada", "", "Bio", "on");
    assert_eq!(
        (page.status, page.attribute("main p a", "href").as_deref()),
        (422, Some("/people/ada"))
    );
    assert_eq!(app.browser().get("/people/ada").status, 200);
}

#[test]
fn handle_is_unique_until_given_up() {
    let app = TestApp::start();
    let [ada, eve] = [
        app.register_and_log_in(EMAIL, PASSWORD),
        app.register_and_log_in("eve@example.org", PASSWORD),
    ];
    save(&ada, "", "ada", "", "").assert_redirect(PATH);
    let page = save(&eve, "Eve", "ada", "Bio", "on");
    page.assert_page(422, "Error: Profile");
    assert_eq!(
        (page.errors(), page.text("#handle-error")),
        (vec![TAKEN.to_owned()], format!("Error: {TAKEN}"))
    );
    assert_eq!(held(&page), own("Eve", "ada", "Bio", true));
    // The same page rejects a reserved name.
    assert_eq!(
        save(&eve, "Eve", "root", "Bio", "on")
            .body_without_id()
            .replace("root", "ada"),
        page.body_without_id()
    );
    save(&ada, "", "countess", "", "").assert_redirect(PATH);
    save(&eve, "Eve", "ada", "Bio", "on").assert_redirect(PATH);
}

#[test]
fn one_of_two_users_gets_the_handle() {
    let app = TestApp::start_with(|settings| {
        settings.edge.workers = Some(4);
        settings.limits = false;
    });
    let mut people = [
        app.register_and_log_in(EMAIL, PASSWORD),
        app.register_and_log_in("eve@example.org", PASSWORD),
    ];
    let mut outcomes = Outcomes::of(&[(303, 422), (422, 303)]);
    while let Some(round) = outcomes.next_round() {
        let handle = format!("round-{round}");
        let [ada, eve] = people.each_mut();
        let (ada_waits, eve_waits) = head_starts(round);
        let responses = at_once(vec![
            taking(ada, &handle, ada_waits),
            taking(eve, &handle, eve_waits),
        ]);
        outcomes.record((responses[0].status, responses[1].status));
        let rejected = responses.iter().find(|response| response.status == 422);
        assert_eq!(rejected.expect("one of them").errors(), [TAKEN]);
        assert_eq!(app.home.count("users", &format!("handle = '{handle}'")), 1);
    }
}

/// Lets the other side of a race come first, and then takes a handle.
fn taking<'a>(
    browser: &'a mut Browser,
    handle: &'a str,
    requests_before: usize,
) -> Box<dyn FnOnce() -> Response + Send + 'a> {
    Box::new(move || {
        let_go_first(browser, requests_before);
        save(browser, "", handle, "", "on")
    })
}

#[test]
fn name_and_bio_are_escaped() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let hostile = "\"><script>alert('1')</script></textarea><b>&amp;";
    save(&browser, hostile, "ada", hostile, "on").assert_redirect(PATH);
    let page = browser.get(PATH);
    assert_eq!(held(&page), own(hostile, "ada", hostile, true));
    assert!(!page.body.contains("<script>") && !page.body.contains("<b>"));
}

#[test]
fn profile_form_requires_login_and_edits_own() {
    let app = TestApp::start();
    let ada = app.register_and_log_in(EMAIL, PASSWORD);
    save(&ada, "Ada", "ada", "", "on").assert_redirect(PATH);
    app.browser()
        .get(PATH)
        .assert_redirect("/login?next=%2Faccount%2Fprofile");
    let page = save(&app.browser(), "Eve", "eve", "", "on");
    page.assert_page(401, "Log in to continue");
    assert_eq!(
        page.attribute("main a", "href").as_deref(),
        Some("/login?next=%2Faccount%2Fprofile")
    );
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(ada.send("POST", PATH, &headers, "name=Eve").status, 403);
    let eve = app.register_and_log_in("eve@example.org", PASSWORD);
    eve.post(
        PATH,
        &[
            ("name", "Eve"),
            ("id", "1"),
            ("user_id", "1"),
            ("email", EMAIL),
        ],
    )
    .assert_redirect(PATH);
    assert_eq!(held(&ada.get(PATH)), own("Ada", "ada", "", true));
    assert_eq!(
        app.home
            .count("users", &format!("email = '{EMAIL}' AND name = 'Ada'")),
        1
    );
}
