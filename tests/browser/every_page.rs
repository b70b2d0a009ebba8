//! Rules that hold for every page.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::account_pages::ACCOUNT_PAGES;
use crate::admin_pages::{ADMIN_EMAILS, ADMIN_PAGES};
use crate::app_pages::APP_PAGES;
use crate::layout_shift::MAX_LAYOUT_SHIFT;
use crate::pages::{EMAILS, PAGES, Page, Scene};
use crate::passkey_pages::{PASSKEY_EMAILS, PASSKEY_PAGES};
use crate::second_step_pages::{SECOND_STEP_EMAILS, SECOND_STEP_PAGES};
use crate::support::chromium::{Chromium, Scheme, Script, test_tool};

/// The rules for pages: everything that axe knows, best practices included.
const ALL_RULES: &str =
    r#"{ "resultTypes": ["violations"], "rules": { "target-size": { "enabled": true } } }"#;
/// The rules for emails, which have hardly any landmarks and headings: WCAG, up to AA.
const WCAG_RULES: &str = r#"{
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
}"#;

/// The kind of the visited documents. An email's own page lets no script run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Page,
    Email,
}

impl Kind {
    fn rules(self) -> &'static str {
        match self {
            Self::Page => ALL_RULES,
            Self::Email => WCAG_RULES,
        }
    }
}

/// The views that axe judges. Between them they show every colour and both layouts.
const VIEWS: [(u32, Scheme); 2] = [(1280, Scheme::Light), (375, Scheme::Dark)];

/// Returns true in `.ci/full`, which looks at every page and email in every view.
fn is_full() -> bool {
    std::env::var_os("VESTIBULE_TEST_ROUNDS").is_some()
}

/// Returns the views of a page. The quick run takes turns, because axe takes most of its time.
fn views(number: usize) -> &'static [(u32, Scheme)] {
    if is_full() {
        &VIEWS
    } else {
        std::slice::from_ref(&VIEWS[number % VIEWS.len()])
    }
}

/// Each page is visited once, since the visits take most of the time.
#[test]
fn public_pages_are_accessible_valid_narrow_and_silent() {
    check(PAGES, Kind::Page);
}

#[test]
fn account_pages_are_accessible_valid_narrow_and_silent() {
    check(ACCOUNT_PAGES, Kind::Page);
}

#[test]
fn second_step_pages_pass_all_checks() {
    check(SECOND_STEP_PAGES, Kind::Page);
}

#[test]
fn passkey_pages_are_accessible_valid_narrow_and_silent() {
    check(PASSKEY_PAGES, Kind::Page);
}

#[test]
fn admin_pages_are_accessible_valid_narrow_and_silent() {
    check(ADMIN_PAGES, Kind::Page);
}

#[test]
fn app_pages_are_accessible_valid_narrow_and_silent() {
    check(APP_PAGES, Kind::Page);
}

#[test]
fn emails_are_accessible_valid_narrow_and_silent() {
    for emails in [EMAILS, SECOND_STEP_EMAILS, PASSKEY_EMAILS, ADMIN_EMAILS] {
        // The emails share their layout, and each is a snapshot. So a third is enough for the quick
        // run.
        let sample = emails.len().div_ceil(3);
        check(
            if is_full() { emails } else { &emails[..sample] },
            Kind::Email,
        );
    }
}

/// Visits each page. Its HTML must be valid, it must fit 320 pixels, the console must stay empty,
/// and axe must find nothing in light and in dark colours.
fn check(pages: &[Page], kind: Kind) {
    let documents = tempfile::tempdir().expect("a folder");
    let folder = documents.path();
    let (half, other_half) = pages.split_at(pages.len() / 2);
    // Two browsers, since a test waits for its browser most of the time.
    let wrong = thread::scope(|scope| {
        [half, other_half]
            .map(|pages| scope.spawn(|| visit(pages, kind, folder)))
            .map(join)
    });
    let wrong = wrong.concat() + &html_errors(folder);
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn join<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|why| std::panic::resume_unwind(why))
}

/// Saves the document of each page in a folder. Returns what is wrong with the pages.
fn visit(pages: &[Page], kind: Kind, folder: &Path) -> String {
    let axe = fs::read_to_string(test_tool("axe-core/axe.min.js")).expect("axe");
    let scene = Scene::new(Script::On);
    // A zone with a long name.
    scene.chromium.set_time_zone("Asia/Kolkata");
    let mut wrong = String::new();
    for (number, page) in pages.iter().enumerate() {
        scene.set_view(320, Scheme::Light);
        let document = scene.bring_to(page);
        let file = folder.join(format!("{}.html", page.name));
        fs::write(file, &document.html).expect("written");
        let sizes = scene.chromium.run(
            "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]",
        );
        if sizes[0].as_f64() > sizes[1].as_f64() {
            note(
                &mut wrong,
                page,
                &[format!(
                    "{} pixels wide in a window of {}",
                    sizes[0], sizes[1]
                )],
            );
        }
        if kind == Kind::Page {
            let shift = scene.chromium.layout_shift();
            if shift >= MAX_LAYOUT_SHIFT {
                note(&mut wrong, page, &[format!("a layout shift of {shift}")]);
            }
        }
        if page.status == 422 && !is_failed_form(&scene.chromium) {
            note(
                &mut wrong,
                page,
                &["no focus on the summary, or no Error in the title".to_owned()],
            );
        }
        note(&mut wrong, page, &said_in_console(&scene.chromium, page));
        if kind == Kind::Email {
            // A page that lets axe run.
            let markup = utf8_percent_encode(&document.html, NON_ALPHANUMERIC);
            scene
                .chromium
                .open(&format!("data:text/html;charset=utf-8,{markup}"));
        }
        let found = violations(&scene.chromium, &axe, kind.rules(), views(number));
        note(&mut wrong, page, &found);
    }
    wrong
}

#[test]
#[ignore = "writes pictures of every page into target/screenshots: for looking at"]
fn every_page_has_its_screenshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&folder).expect("a folder");
    let lists = [
        PAGES,
        ACCOUNT_PAGES,
        SECOND_STEP_PAGES,
        PASSKEY_PAGES,
        ADMIN_PAGES,
        APP_PAGES,
        EMAILS,
        SECOND_STEP_EMAILS,
        PASSKEY_EMAILS,
        ADMIN_EMAILS,
    ];
    for pages in lists {
        // Its own app for each list: one network address may sign up only so many people.
        let scene = Scene::new(Script::On);
        for page in pages {
            scene.bring_to(page);
            take_screenshots(&scene.chromium, &folder.join(page.name));
        }
    }
}

/// Writes pictures of the open page, in both layouts and colour schemes, to files whose names
/// begin with the path.
fn take_screenshots(chromium: &Chromium, path: &Path) {
    for (width, scheme) in [
        (1280, Scheme::Light),
        (1280, Scheme::Dark),
        (375, Scheme::Light),
        (375, Scheme::Dark),
    ] {
        chromium.set_view(width, scheme);
        let scheme = format!("{scheme:?}").to_lowercase();
        let file = format!("{}-{width}-{scheme}.png", path.display());
        fs::write(file, chromium.screenshot_of_page()).expect("written");
    }
}

fn note(wrong: &mut String, page: &Page, problems: &[String]) {
    for problem in problems {
        writeln!(wrong, "{}: {problem}", page.name).expect("a string takes all");
    }
}

/// Returns the violations on the open page: each rule, and where.
fn violations(chromium: &Chromium, axe: &str, rules: &str, views: &[(u32, Scheme)]) -> Vec<String> {
    chromium.run(axe);
    let mut found = Vec::new();
    for (width, scheme) in views {
        chromium.set_view(*width, *scheme);
        let result = chromium.run_until_done(&format!(
            "axe.run(document, {rules}).then(
               ({{ violations, passes }}) => done({{ violations, passes: passes.length }}),
               (error) => done({{ error: String(error) }}))"
        ));
        assert!(
            result["passes"].as_u64() > Some(0),
            "axe looked at nothing: {result}"
        );
        for violation in result["violations"].as_array().expect("a list") {
            let nodes = violation["nodes"].as_array().into_iter().flatten();
            let nodes: Vec<_> = nodes
                .map(|node| format!("{}: {}", node["html"], node["failureSummary"]))
                .collect();
            found.push(format!(
                "{scheme:?}, {width}: {} at {}",
                violation["help"],
                nodes.join("; ")
            ));
        }
    }
    found
}

fn is_failed_form(chromium: &Chromium) -> bool {
    chromium.find(".summary").has_focus() && chromium.title().starts_with("Error: ")
}

/// Returns the lines of the console. Leaves out the line about the page's own error status, which
/// is expected.
fn said_in_console(chromium: &Chromium, page: &Page) -> Vec<String> {
    let url = chromium.url();
    let of_status = format!("the server responded with a status of {} ", page.status);
    let is_own_status = |message: &str| {
        page.status >= 400 && message.starts_with(&url) && message.contains(&of_status)
    };
    let messages = chromium.console();
    messages
        .iter()
        .filter(|entry| {
            !(entry["source"] == "network"
                && is_own_status(entry["message"].as_str().unwrap_or_default()))
        })
        .map(|entry| format!("the console says {entry}"))
        .collect()
}

/// Returns the errors that the HTML checker finds in a folder, one per line.
fn html_errors(folder: &Path) -> String {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    // The second compiler of the JVM would take half of this short run.
    let checked = Command::new("java")
        .args(["-Xss4m", "-XX:TieredStopAtLevel=1", "-jar"])
        .arg(test_tool("vnu-jar/build/dist/vnu.jar"))
        .args(["--errors-only", "--format", "json", "--stdout"])
        .args(files)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!("java does not start ({error}): run scripts/test, it installs it")
        });
    let said: Value = serde_json::from_slice(&checked.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&checked.stderr)));
    let describe = |message: &Value| {
        let file = message["url"]
            .as_str()
            .and_then(|url| url.rsplit('/').next())
            .unwrap_or_default();
        let clean = message["message"].as_str().unwrap_or_default();
        format!(
            "{file}:{}: {clean} {}\n",
            message["lastLine"],
            json!(message["extract"])
        )
    };
    said["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(describe)
        .collect()
}
