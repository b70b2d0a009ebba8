//! Public profiles: a page for each, which everyone sees, and the list for logged-in users.

use std::fmt::Write;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scraper::{ElementRef, Html, Selector};

use crate::support::{Browser, PASSWORD, Response, TestApp};

/// Registers a user with a public profile. Returns the logged-in browser.
fn publish_profile(app: &TestApp, name: &str, handle: &str, bio: &str) -> Browser {
    let browser = app.register_and_log_in(&format!("{handle}@example.org"), PASSWORD);
    make_public(&browser, name, handle, bio);
    browser
}

fn make_public(browser: &Browser, name: &str, handle: &str, bio: &str) {
    let fields = [
        ("name", name),
        ("handle", handle),
        ("bio", bio),
        ("public", "on"),
    ];
    browser
        .post("/account/profile", &fields)
        .assert_redirect("/account/profile");
}

/// Returns the handles on a page of the list, from their links.
fn handles(page: &Response) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.body);
    let html = Html::parse_document(&page.body);
    let links = Selector::parse("main li a[href^='/people/']").expect("a selector");
    let href = |link: ElementRef<'_>| link.value().attr("href").expect("a link").to_owned();
    html.select(&links)
        .map(|link| href(link).replace("/people/", ""))
        .collect()
}

/// Returns the target of a link of the page.
fn link(page: &Response, words: &str) -> Option<String> {
    let html = Html::parse_document(&page.body);
    let links = Selector::parse("main a").expect("a selector");
    let mut links = html
        .select(&links)
        .filter(|link| link.text().collect::<String>() == words);
    links.next()?.value().attr("href").map(str::to_owned)
}

fn search(browser: &Browser, text: &str) -> Response {
    let text = utf8_percent_encode(text, NON_ALPHANUMERIC);
    browser.get(&format!("/people?q={text}"))
}

/// Returns the handles on every page, beginning with `first`.
fn all_pages(browser: &Browser, first: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let page = browser.get(&path);
        pages.push(handles(&page));
        next = link(&page, "Next page");
        assert!(pages.len() < 30, "it goes round in circles");
    }
    pages
}

/// Inserts many users, `user-0` and so on, whose names have another order. Returns their handles in
/// order.
fn many(app: &TestApp, count: usize) -> Vec<String> {
    let mut sql = String::new();
    let mut people: Vec<(String, String, String)> = Vec::new();
    for number in 0..count {
        // Some share a name. Then the id decides.
        let (id, name, handle) = (
            format!("id-{number:03}"),
            format!("Person {}", number * 7 % 15),
            format!("user-{number}"),
        );
        let sort_name = name.to_lowercase();
        writeln!(
            sql,
            "INSERT INTO users (id, email, email_key, name, created_at, handle, is_public, \
             sort_name) VALUES \
             ('{id}', '{handle}@example.org', '{handle}@example.org', '{name}', 0, '{handle}', \
             TRUE, '{sort_name}');"
        )
        .expect("a string takes all");
        people.push((sort_name, id, handle));
    }
    app.home.sql(&sql);
    people.sort();
    people.into_iter().map(|(_, _, handle)| handle).collect()
}

#[test]
fn public_profile_shows_everything_but_the_address() {
    let app = TestApp::start();
    let ada = publish_profile(
        &app,
        "Ada Lovelace",
        "countess",
        "First line\r\n\r\nthird line",
    );
    let eve = app.register_and_log_in("eve@example.org", PASSWORD);
    for browser in [&app.browser(), &eve, &ada] {
        let page = browser.get("/people/countess");
        page.assert_page(200, "\u{2068}Ada Lovelace\u{2069}");
        assert_eq!(page.text("h1"), "Ada Lovelace");
        assert_eq!(
            page.texts(".prose > p[dir=auto]"),
            ["First line", "", "third line"]
        );
        let text = page.text("main");
        assert!(
            text.contains("@countess") && text.contains("Member since 22 November 2026"),
            "{text}"
        );
        // The header shows the viewer's own address.
        let (_, main) = page.body.split_once("<main").expect("a main part");
        let main = main.split("</main>").next().unwrap_or_default();
        assert!(
            !main.replace("@countess", "").contains('@') && !main.contains("example.org"),
            "{main}"
        );
        assert!(!page.body.contains("12:00"), "to the day");
        assert_eq!(page.header("x-robots-tag"), "noindex");
    }
    let edit = |browser: &Browser| link(&browser.get("/people/countess"), "Edit your profile");
    assert_eq!(
        (edit(&ada).as_deref(), edit(&eve), edit(&app.browser())),
        (Some("/account/profile"), None, None)
    );
    let is_logged_in = |browser: &Browser| {
        browser.get("/people/countess").texts("header form button") == ["Log out"]
    };
    assert!(is_logged_in(&ada) && is_logged_in(&eve) && !is_logged_in(&app.browser()));
}

#[test]
fn profile_without_name_shows_the_handle() {
    let app = TestApp::start();
    let ada = publish_profile(&app, "", "countess", "");
    let page = app.browser().get("/people/countess");
    page.assert_page(200, "@countess");
    assert_eq!(
        (page.text("h1").as_str(), page.text("main").as_str()),
        (
            "@countess",
            "@countess Member since 22 November 2026 Browse public profiles"
        )
    );
    assert!(page.texts(".prose").is_empty());
    let list = ada.get("/people");
    assert_eq!(
        (handles(&list), list.texts("main li a")[0].as_str()),
        (vec!["countess".to_owned()], "@countess")
    );
}

#[test]
fn private_and_missing_profiles_look_alike() {
    let app = TestApp::start();
    let ada = app.register_and_log_in("ada@example.org", PASSWORD);
    ada.post(
        "/account/profile",
        &[("name", "Ada"), ("handle", "ada"), ("bio", "Secret")],
    );
    let eve = app.register_and_log_in("eve@example.org", PASSWORD);
    for browser in [&app.browser(), &eve, &ada] {
        let seen = |path: &str| {
            let page = browser.get(path);
            page.assert_page(404, "Page not found");
            let mut names: Vec<_> = page.headers.keys().map(ToString::to_string).collect();
            names.sort();
            let body = page.body_without_id();
            (body.replace(&page.text(".reference code"), ""), names)
        };
        let missing = seen("/people/nobody");
        for path in [
            "/people/ada",
            "/people/ADA",
            "/people/%20ada",
            "/people/ada%20",
            "/people/-",
            "/people/%",
            "/people/%00",
            "/people/%ff",
            "/people/a%2Fb",
            "/people/%E6%9D%8E",
            "/people/admin",
            "/people/",
            "/people/ada/",
            &format!("/people/{}", "a".repeat(3000)),
            "/no-such-page",
        ] {
            assert_eq!(seen(path), missing, "{path}");
        }
    }
    make_public(&ada, "Ada", "ada", "");
    assert_eq!(app.browser().get("/people/ada").status, 200);
    assert_eq!(app.browser().get("/people/ADA").status, 404);
    assert_eq!(app.browser().post("/people/ada", &[]).status, 405);
}

#[test]
fn list_is_public_and_says_when_empty() {
    let app = TestApp::start();
    let ada = app.register_and_log_in("ada@example.org", PASSWORD);
    ada.post("/account/profile", &[("name", "Ada"), ("handle", "ada")])
        .assert_redirect("/account/profile");
    let page = ada.get("/people?q=+");
    page.assert_page(200, "Public profiles");
    assert!(
        page.text("main").contains("No public profiles yet."),
        "{}",
        page.text("main")
    );
    assert_eq!(
        (
            handles(&page),
            link(&page, "Next page"),
            link(&page, "Back to the first page")
        ),
        (vec![], None, None)
    );
    assert_eq!(page.text("label[for=q]"), "Search by name or handle");
    assert_eq!(
        page.attribute("form[role=search]", "method").as_deref(),
        Some("get")
    );
    assert_eq!(page.text("form[role=search] button"), "Search");

    make_public(&ada, "Ada", "ada", "");
    let page = ada.get("/people");
    assert_eq!(page.texts("main li h2 a")[0], "Ada");
    assert_eq!(page.texts("main ul.rows > li"), ["Ada @ada"]);
    let logged_out = app.browser().get("/people");
    assert_eq!(logged_out.texts("main ul.rows > li"), ["Ada @ada"]);
    assert_eq!(
        [&page, &logged_out].map(|page| link(page, "Edit your profile")),
        [Some("/account/profile".to_owned()), None]
    );
    let main = page.text("main");
    assert!(!main.contains("example.org"), "{main}");
    let found = search(&ada, " Eve ");
    assert!(found.text("main").contains("No results for “Eve”."));
    assert_eq!(
        (
            found.value("q").as_str(),
            link(&found, "Show all profiles").as_deref()
        ),
        ("Eve", Some("/people"))
    );
    ada.post("/account/profile", &[("name", "Ada"), ("handle", "ada")])
        .assert_redirect("/account/profile");
    assert!(
        handles(&ada.get("/people")).is_empty(),
        "not public any more"
    );
}

#[test]
fn pages_of_20_show_each_user_once() {
    let app = TestApp::start();
    let in_order = many(&app, 45);
    let ada = app.register_and_log_in("ada@example.org", PASSWORD);
    let pages = all_pages(&ada, "/people");
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 5]);
    assert_eq!(pages.concat(), in_order);

    let first = ada.get("/people");
    assert_eq!(link(&first, "Back to the first page"), None);
    let second = ada.get(&link(&first, "Next page").expect("a second page"));
    assert_eq!(
        link(&second, "Back to the first page").as_deref(),
        Some("/people")
    );
    // 20 users fit on one page.
    app.home
        .sql("UPDATE users SET is_public = FALSE WHERE id >= 'id-020' AND id LIKE 'id-%'");
    assert_eq!(
        all_pages(&ada, "/people")
            .iter()
            .map(Vec::len)
            .collect::<Vec<_>>(),
        [20]
    );
}

#[test]
fn search_pages_keep_the_query() {
    let app = TestApp::start();
    let in_order = many(&app, 30);
    let ada = publish_profile(&app, "Ada", "ada", "");
    let first = ada.get("/people?q=PERson+");
    assert_eq!(first.value("q"), "PERson");
    let next = link(&first, "Next page").expect("a second page");
    let second = ada.get(&next);
    assert_eq!(second.value("q"), "PERson");
    assert_eq!(
        link(&second, "Back to the first page").as_deref(),
        Some("/people?q=PERson")
    );
    assert_eq!(all_pages(&ada, "/people?q=PERson").concat(), in_order);
    // By the handle, too.
    let mut by_handle = handles(&search(&ada, "SER-2"));
    by_handle.sort();
    let expected = [
        vec!["user-2".to_owned()],
        (20..30).map(|number| format!("user-{number}")).collect(),
    ]
    .concat();
    assert_eq!(by_handle, expected);
    // The page begins after a user whom the search does not find.
    assert_eq!(handles(&ada.get("/people?q=person&after=ada")).len(), 20);
}

/// More users than one slice of the search reads. Many share a name.
#[test]
fn search_finds_each_of_many_users_once() {
    let app = TestApp::start();
    app.home.sql(
        "INSERT INTO users (id, email, email_key, name, created_at, handle, is_public, sort_name)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11000)
        SELECT 'id' || i, 'u' || i || '@example.net', 'u' || i || '@example.net', 'Person', 0, \
        'user-' || i, TRUE,
            'person ' || (i / 4000) FROM n",
    );
    let ada = app.register_and_log_in("ada@example.org", PASSWORD);
    for one in ["user-10999", "user-5000", "user-1"] {
        assert!(
            handles(&search(&ada, one)).contains(&one.to_owned()),
            "{one}"
        );
    }
    let mut found = all_pages(&ada, "/people?q=77").concat();
    let count = found.len();
    found.sort();
    found.dedup();
    assert_eq!((count, found.len()), (299, 299));
    assert!(
        search(&ada, "nobody")
            .text("main")
            .contains("No results for “nobody”.")
    );
}

#[test]
fn empty_cursor_shows_the_first_page() {
    let app = TestApp::start();
    let in_order = many(&app, 25);
    let ada = app.register_and_log_in("ada@example.org", PASSWORD);
    let next = link(&ada.get("/people"), "Next page").expect("a second page");
    assert_eq!(handles(&ada.get(&next)).len(), 5);
    app.home.sql(&format!(
        "UPDATE users SET is_public = FALSE WHERE handle = '{}'",
        in_order[19]
    ));
    for after in [
        next.as_str(),
        "/people?after=nobody",
        "/people?after=ADA",
        "/people?after=%00",
        "/people?after='",
    ] {
        let page = ada.get(after);
        assert_eq!(
            (handles(&page).len(), link(&page, "Back to the first page")),
            (20, None),
            "{after}"
        );
    }
    let last = ada.get(&format!("/people?after={}", in_order[24]));
    assert!(handles(&last).is_empty() && last.text("main").contains("No more profiles."));
    assert_eq!(
        link(&last, "Back to the first page").as_deref(),
        Some("/people")
    );
    assert_eq!(ada.get("/people?q=a&q=b").status, 400);
}

#[test]
fn search_takes_every_character_literally() {
    let app = TestApp::start();
    let ada = publish_profile(&app, "100% Ada", "ada", "");
    publish_profile(&app, "snake_case", "snake", "");
    publish_profile(&app, "back\\slash", "slash", "");
    publish_profile(&app, "李小龍 Ὑπατία", "bruce", "");
    for (text, found) in [
        ("%", &["ada"][..]),
        ("100%", &["ada"]),
        ("1%a", &[]),
        ("_", &["snake"]),
        ("s_a", &[]),
        ("\\", &["slash"]),
        ("\\%", &[]),
        ("小", &["bruce"]),
        ("ὙΠΑΤ", &["bruce"]),
        ("SNAKE", &["snake"]),
        ("' OR 1=1 --", &[]),
        ("\0", &[]),
        ("a\nb", &[]),
        (&"a".repeat(7000), &[]),
    ] {
        assert_eq!(
            handles(&search(&ada, text)),
            found,
            "{}",
            text.chars().take(20).collect::<String>()
        );
    }
}

#[test]
fn names_sort_in_lower_case_and_are_escaped() {
    let app = TestApp::start();
    let hostile = "\"><script>alert('1')</script><b>&amp;";
    let ada = publish_profile(&app, "zoe", "first", "");
    publish_profile(&app, "Ada", "second", "");
    publish_profile(&app, "bob", "third", "");
    publish_profile(&app, "", "carl", "");
    publish_profile(&app, hostile, "fifth", hostile);
    let page = ada.get("/people");
    assert_eq!(
        handles(&page),
        ["fifth", "second", "third", "carl", "first"]
    );
    assert_eq!(
        page.texts("main li a > bdi"),
        [hostile, "Ada", "bob", "@carl", "zoe"]
    );
    let person = app.browser().get("/people/fifth");
    assert_eq!(
        (person.text("h1"), person.text(".prose")),
        (hostile.to_owned(), hostile.to_owned())
    );
    let searched = search(&ada, hostile);
    assert_eq!(
        (handles(&searched), searched.value("q")),
        (vec!["fifth".to_owned()], hostile.to_owned())
    );
    for page in [page, person, searched] {
        assert!(
            !page.body.contains("<script>") && !page.body.contains("<b>"),
            "{}",
            page.body
        );
    }
}
