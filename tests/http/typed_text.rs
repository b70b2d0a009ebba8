//! A form that finds its session ended: the page shows what was typed, and no secret.

use crate::support::{PASSWORD, Response, TestApp};

const EMAIL: &str = "ada@example.org";
/// Pages with a form for signed-in users. The last ones are for administrators.
const PAGES: [&str; 9] = [
    "/account/profile",
    "/account/email",
    "/account/tokens",
    "/account/password",
    "/account/export",
    "/account/delete",
    "/admin/invitations",
    "/admin/groups",
    "/admin/apps",
];

fn names(page: &Response, selector: &str) -> Vec<String> {
    let html = scraper::Html::parse_document(&page.body);
    let selector = scraper::Selector::parse(selector).expect("a selector");
    html.select(&selector)
        .filter_map(|field| field.value().attr("name").map(str::to_owned))
        .collect()
}

/// The labels of a 401 page, with the text of each.
fn shown(page: &Response) -> Vec<(String, String)> {
    let html = scraper::Html::parse_document(&page.body);
    let fields = scraper::Selector::parse("main [readonly]").expect("a selector");
    html.select(&fields)
        .map(|field| {
            let id = field.value().attr("id").expect("an id");
            let text = field.value().attr("value").map(str::to_owned);
            let text = text.unwrap_or_else(|| field.text().collect());
            (page.text(&format!("main label[for={id}]")), text)
        })
        .collect()
}

/// Whatever fields a form has: text is shown with its label, and passwords are not.
#[test]
fn every_typed_text_is_shown_and_no_password() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    app.command(&["user", "make-admin", EMAIL]);
    for path in PAGES {
        let browser = app.log_in(EMAIL, PASSWORD);
        let page = browser.get(path);
        let text = "main form textarea[name], main form input[name][type=text], \
                    main form input[name][type=email]";
        let text = names(&page, text);
        let secret = names(&page, "main form input[type=password]");
        let values = text
            .iter()
            .map(|name| (name.clone(), format!("Typed {name}")));
        let secrets = secret
            .iter()
            .map(|name| (name.clone(), PASSWORD.to_owned()));
        let form: Vec<_> = values.chain(secrets).collect();
        let form: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        browser.forget_cookie("session");
        let response = browser.post(path, &form);
        response.assert_page(401, "Log in to continue");
        let expected: Vec<_> = text
            .iter()
            .map(|name| {
                // A copy is not asked for, so it is not optional.
                let label = page.text(&format!("label[for={name}]"));
                (label.replace(" (optional)", ""), format!("Typed {name}"))
            })
            .collect();
        assert_eq!(shown(&response), expected, "{path}");
        assert!(!response.body.contains(PASSWORD), "{path}");
        let says_so = response.text("main").contains("Copy what you typed below");
        assert_eq!(says_so, !text.is_empty(), "{path}");
        let back = response.attribute("main a.button", "href").expect("a link");
        assert_eq!(back, format!("/login?next={}", path.replace('/', "%2F")));
    }
}

#[test]
fn typed_text_survives_a_revoked_session() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.log_in(EMAIL, PASSWORD)
        .post("/account/sessions/end-others", &[]);
    let bio = "\nFirst line\n</textarea><script>alert(1)</script>";
    let form = [
        ("name", ""),
        ("bio", bio),
        ("unknown", "field"),
        ("token", "secret"),
    ];
    let page = browser.post("/account/profile", &form);
    page.assert_page(401, "Log in to continue");
    assert_eq!(shown(&page), [("Bio".to_owned(), bio.to_owned())]);
    assert!(!page.body.contains("<script>") && !page.body.contains("secret"));
    assert_eq!(page.text("h2"), "What you typed");
    assert_eq!(app.home.count("users", "bio IS NOT NULL"), 0);
}

#[test]
fn typed_text_is_shown_up_to_a_bound() {
    let app = TestApp::start();
    let typed = "<".repeat(20_000);
    let page = app.browser().post("/account/profile", &[("bio", &typed)]);
    assert_eq!(shown(&page)[0].1.len(), 4096);
}

/// Content that is no form of ours is not read, because the login comes first.
#[test]
fn unreadable_form_is_401_without_text() {
    let app = TestApp::start();
    for body in ["name=a&name=b", "name=%ff", "", "unknown=1"] {
        let page = app.browser().post_raw("/account/profile", body);
        page.assert_page(401, "Log in to continue");
        assert!(shown(&page).is_empty(), "{body}");
    }
}
