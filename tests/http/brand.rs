//! The operator's site and brand: links, colours, texts, images, and the way on to the app.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vestibule::config::{AfterLogin, Settings, Support, WebUrl};

use crate::support::{Home, PASSWORD, Process, Response, TestApp};

const EMAIL: &str = "ada@example.org";
const APP: &str = "https://app.example.org/start?a=1&b=2";
const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 32\"/>";

/// The example that the guide shows.
fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/brand")
}

/// A folder with these files.
fn brand(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("written");
    }
    folder
}

fn branded(folder: &Path) -> TestApp {
    TestApp::start_with(|settings| settings.brand = Some(folder.to_owned()))
}

fn with_app(settings: &mut Settings) {
    "Beacon".clone_into(&mut settings.app_name);
    settings.site.home = WebUrl::parse(APP);
}

fn static_base(page: &Response) -> String {
    let style = page.attribute("link[rel=stylesheet]", "href");
    let style = style.expect("a stylesheet");
    style
        .strip_suffix("/style.css")
        .expect("the folder")
        .to_owned()
}

// ---- Help, terms and privacy ----

#[test]
fn site_links_appear_on_pages_and_emails() {
    let app = TestApp::start_with(|settings| {
        settings.site.support = Support::parse("https://example.org/help");
        settings.site.terms = WebUrl::parse("https://example.org/terms");
        settings.site.privacy = WebUrl::parse("https://example.org/privacy");
    });
    let page = app.browser().get("/signup");
    for (place, word) in [("footer", "Terms"), ("main", "terms")] {
        let link = format!("{place} a[href='https://example.org/terms']");
        assert_eq!(page.text(&link), word);
    }
    assert_eq!(
        page.text("footer a[href='https://example.org/help']"),
        "Get help"
    );
    let privacy = "main a[href='https://example.org/privacy']";
    assert_eq!(page.text(privacy), "privacy notice");
    app.register(EMAIL, PASSWORD);
    let email = app.email_to(EMAIL);
    for lines in [
        "\n\nNeed help? Visit\nhttps://example.org/help\n",
        "\n\nTerms:\nhttps://example.org/terms\n",
        "\n\nPrivacy:\nhttps://example.org/privacy\n",
    ] {
        assert!(email.text.contains(lines), "{}", email.text);
    }
    assert_eq!(email.header("Reply-To"), "", "a page takes no replies");
}

#[test]
fn support_address_is_in_footer_and_takes_replies() {
    let app = TestApp::start_with(|settings| {
        settings.site.support = Support::parse("help@example.org");
    });
    let page = app.browser().get("/login");
    assert_eq!(
        page.text("footer a[href='mailto:help@example.org']"),
        "help@example.org"
    );
    app.register(EMAIL, PASSWORD);
    let email = app.email_to(EMAIL);
    assert!(
        email
            .text
            .contains("\n\nNeed help? Email help@example.org\n")
    );
    assert_eq!(email.header("Reply-To"), "help@example.org");
}

#[test]
fn without_site_links_nothing_takes_their_place() {
    let app = TestApp::start();
    let page = app.browser().get("/signup");
    assert_eq!(page.attribute("footer", "class"), None);
    assert!(!page.body.contains("terms") && !page.body.contains("privacy"));
}

// ---- The way on to the app ----

#[test]
fn dashboard_and_header_lead_to_the_app() {
    let app = TestApp::start_with(with_app);
    let dashboard = app.register_and_log_in(EMAIL, PASSWORD).get("/dashboard");
    for link in ["header a", "main a.button"] {
        let link = format!("{link}[href='{APP}']");
        assert_eq!(dashboard.text(&link), "Continue to Beacon");
    }
    assert!(!app.browser().get("/login").body.contains("app.example.org"));
}

#[test]
fn login_leads_to_the_app_where_it_should() {
    let app = TestApp::start_with(|settings| {
        with_app(settings);
        settings.site.after_login = AfterLogin::Home;
    });
    let browser = app.register(EMAIL, PASSWORD);
    browser.log_in(EMAIL, PASSWORD).assert_redirect("/continue");
    let page = browser.get("/continue");
    assert_eq!(page.text("h1"), "Continuing to Beacon");
    let refresh = page.attribute("meta[http-equiv=refresh]", "content");
    assert_eq!(refresh, Some(format!("0; url={APP}")));
    assert_eq!(
        page.text(&format!("main a[href='{APP}']")),
        "Continue to Beacon"
    );
    assert!(page.text("main").contains(APP), "it says where it leads");
    let target = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("next", "/account/sessions"),
    ];
    let login = app.browser().post("/login", &target);
    login.assert_redirect("/account/sessions");
}

/// The app would find no session.
#[test]
fn login_to_the_app_says_cookies_are_needed() {
    let app = TestApp::start_with(|settings| {
        with_app(settings);
        settings.site.after_login = AfterLogin::Home;
    });
    app.register(EMAIL, PASSWORD);
    let login = app.browser().log_in(EMAIL, PASSWORD);
    let referrer = format!("{}/login", app.public_url);
    let go = |path: &str| {
        app.browser()
            .send("GET", path, &[("referer", &referrer)], "")
    };
    let next = go(login.header("location"));
    next.assert_redirect("/login?next=%2Fcontinue");
    let page = go(next.header("location"));
    assert_eq!(page.text("h1"), "Allow cookies to log in");
    let visitor = app.browser().get("/continue");
    assert_eq!(visitor.text("h1"), "Continuing to Beacon");
}

#[test]
fn nothing_in_a_request_chooses_where_continue_leads() {
    let app = TestApp::start_with(with_app);
    for query in [
        "?to=https://evil.example",
        "?url=//evil.example",
        "?next=https://evil.example",
    ] {
        let page = app.browser().get(&format!("/continue{query}"));
        assert!(page.body.contains("app.example.org"), "{query}");
        assert!(!page.body.contains("evil.example"), "{query}");
    }
    let none = TestApp::start().browser().get("/continue");
    none.assert_page(404, "Page not found");
}

// ---- The brand ----

#[test]
fn brand_is_on_pages_and_in_emails() {
    let app = branded(&example());
    let page = app.browser().get("/");
    assert_eq!(page.text("h1"), "Your reading room");
    assert_eq!(
        page.text("main p:first-of-type"),
        "One login for the catalogue, your loans and your lists."
    );
    let base = static_base(&page);
    let source = page.attribute("header picture source", "srcset");
    assert_eq!(source, Some(format!("{base}/logo-dark.svg")));
    assert_eq!(page.attribute("header img", "alt").as_deref(), Some(""));
    let styles = page.body.matches("rel=\"stylesheet\"").count();
    let last = format!("<link rel=\"stylesheet\" href=\"{base}/brand.css\">");
    assert_eq!((styles, page.body.contains(&last)), (3, true));
    let colours = app.browser().get(&format!("{base}/colours.css")).body;
    assert!(colours.contains("--accent:#8c2f39;"), "{colours}");
    assert!(colours.contains("--accent:#f2b8a0;"), "{colours}");
    app.register(EMAIL, PASSWORD);
    let email = app.email_to(EMAIL);
    for part in [&email.text, &email.html] {
        assert!(part.contains("Beacon Library, 1 Harbour Street, Whitby"));
    }
    for accent in ["#8c2f39", "#f2b8a0"] {
        assert!(email.html.contains(accent), "{}", email.html);
    }
    assert!(!email.html.contains("#0f5f5c") && !email.html.contains("#7fd1c7"));
}

#[test]
fn brand_files_are_served_as_other_static_files() {
    let app = branded(&example());
    let base = static_base(&app.browser().get("/"));
    let csp = app
        .browser()
        .get("/")
        .header("content-security-policy")
        .to_owned();
    for (name, kind) in [
        ("logo.svg", "image/svg+xml"),
        ("logo-dark.svg", "image/svg+xml"),
        ("icon.svg", "image/svg+xml"),
        ("icon-180.png", "image/png"),
        ("favicon.ico", "image/x-icon"),
        ("brand.css", "text/css; charset=utf-8"),
        ("colours.css", "text/css; charset=utf-8"),
    ] {
        let file = app.browser().get(&format!("{base}/{name}"));
        assert_eq!(
            (file.status, file.header("content-type")),
            (200, kind),
            "{name}"
        );
        let cache = "public, max-age=31536000, immutable";
        assert_eq!(file.header("cache-control"), cache, "{name}");
        assert_eq!(file.header("content-security-policy"), csp, "{name}");
        let known = [("if-none-match", file.header("etag"))];
        let again = app
            .browser()
            .send("GET", &format!("{base}/{name}"), &known, "");
        assert_eq!(again.status, 304, "{name}");
    }
    for name in ["brand.toml", "other.svg"] {
        assert_eq!(app.browser().get(&format!("{base}/{name}")).status, 404);
    }
}

#[test]
fn edited_brand_gets_another_path_after_restart() {
    let folder = brand(&[("brand.css", "h1 { color: red }")]);
    let app = branded(folder.path());
    let base = static_base(&app.browser().get("/"));
    let style = format!("{base}/brand.css");
    fs::write(folder.path().join("brand.css"), "h1 { color: blue }").expect("written");
    assert_eq!(app.browser().get(&style).body, "h1 { color: red }");
    let app = app.restart_with(|settings| settings.brand = Some(folder.path().to_owned()));
    let new_base = static_base(&app.browser().get("/"));
    assert_ne!(new_base, base);
    assert_eq!(app.browser().get(&style).status, 404);
    let body = app.browser().get(&format!("{new_base}/brand.css")).body;
    assert_eq!(body, "h1 { color: blue }");
    let unbranded = app.restart_with(|settings| settings.brand = None);
    assert_ne!(static_base(&unbranded.browser().get("/")), new_base);
}

#[test]
fn fixed_paths_have_files_without_brand_too() {
    let (ours, branded) = (TestApp::start(), branded(&example()));
    for (path, kind, begins) in [
        (
            "/robots.txt",
            "text/plain; charset=utf-8",
            "User-agent: *\n",
        ),
        ("/favicon.ico", "image/x-icon", "\0\0\u{1}\0"),
        ("/apple-touch-icon.png", "image/png", "\u{fffd}PNG"),
    ] {
        let [ours, theirs] = [&ours, &branded].map(|app| app.browser().get(path));
        for file in [&ours, &theirs] {
            assert_eq!(
                (file.status, file.header("content-type")),
                (200, kind),
                "{path}"
            );
            assert!(file.body.starts_with(begins), "{path}");
        }
        assert_eq!(ours.body == theirs.body, path == "/robots.txt", "{path}");
    }
}

#[test]
fn operators_favicon_replaces_every_icon_of_ours() {
    let folder = brand(&[("favicon.ico", "\0\0\u{1}\0")]);
    let app = branded(folder.path());
    let page = app.browser().get("/");
    let icon = page.attribute("link[rel=icon]", "href").expect("an icon");
    assert!(icon.ends_with("/favicon.ico"), "{icon}");
    assert_eq!(app.browser().get(&icon).body, "\0\0\u{1}\0");
}

#[test]
fn start_and_check_reject_unsafe_brand() {
    let script = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>";
    let foreign = "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"//x.example\"/></svg>";
    for (files, why) in [
        (
            &[("brand.toml", "accent = \"#ffe000\"")][..],
            "accent is #ffe000, must have a contrast",
        ),
        (
            &[("brand.toml", "accent_dark = \"#333333\"")],
            "accent_dark is #333333, must",
        ),
        (
            &[("brand.toml", "colour = \"#333333\"")],
            "unknown field `colour`",
        ),
        (
            &[("logo.svg", script)],
            "logo.svg contains script or HTML (<script>), must be",
        ),
        (
            &[("logo.svg", LOGO), ("logo-dark.svg", foreign)],
            "refers to another file",
        ),
        (&[("icon.svg", "<svg")], "icon.svg can't be read as XML"),
        (
            &[("icon-180.png", "GIF89a")],
            "icon-180.png must be a PNG image",
        ),
        (&[("logo-dark.svg", LOGO)], "logo-dark.svg needs logo.svg"),
    ] {
        let (home, folder) = (Home::new(), brand(files));
        let path = folder.path().to_str().expect("UTF-8");
        let variables = [("VESTIBULE_BRAND", path)];
        for command in ["check", "serve"] {
            let output = Process::output(&home, &[command], &variables);
            let line = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{command} {line}");
            let begins = format!("vestibule: VESTIBULE_BRAND is {path:?}: ");
            assert!(
                line.lines()
                    .last()
                    .is_some_and(|line| line.starts_with(&begins)),
                "{line}"
            );
            assert!(line.contains(why), "{why}: {line}");
        }
    }
}

/// Listing and retrying compose no email. An operator needs them most when something is wrong.
#[test]
fn broken_brand_stops_only_the_test_email() {
    let app = TestApp::start();
    let folder = brand(&[("icon.svg", "<svg")]);
    let variables = [
        ("VESTIBULE_BRAND", folder.path().to_str().expect("UTF-8")),
        ("VESTIBULE_SMTP_URL", "smtp://127.0.0.1:9"),
    ];
    for (command, status) in [
        (&["mail", "list"][..], 0),
        (&["mail", "retry"], 0),
        (&["mail", "test", EMAIL], 1),
    ] {
        let output = Process::output(&app.home, command, &variables);
        let line = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{command:?}: {line}");
        assert_eq!(line.contains("icon.svg"), status == 1, "{line}");
    }
}

#[test]
fn check_shows_the_site_and_the_brand() {
    let folder = example();
    let folder = folder.to_str().expect("UTF-8");
    let variables = [
        ("VESTIBULE_SUPPORT", "https://example.org/help"),
        ("VESTIBULE_HOME_URL", "https://app.example.org"),
        ("VESTIBULE_AFTER_LOGIN", "home"),
        ("VESTIBULE_TERMS_URL", "https://example.org/terms"),
        ("VESTIBULE_PRIVACY_URL", "https://example.org/privacy"),
        ("VESTIBULE_BRAND", folder),
    ];
    let output = Process::output(&Home::new(), &["check"], &variables);
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let help = Process::output(&Home::new(), &["--help"], &[]);
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    for (variable, value) in variables {
        assert!(said.contains(value), "{variable}: {said}");
        assert!(help.contains(variable), "{help}");
    }
    let doctor = Process::output(&Home::new(), &["doctor"], &variables);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("ok    brand"));
}
