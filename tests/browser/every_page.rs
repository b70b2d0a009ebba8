//! What holds for every page.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::account_pages::ACCOUNT_PAGES;
use crate::pages::{MAILS, PAGES, Page, Scene};
use crate::support::chromium::{Chromium, Scheme, Script, test_tool};

/// For the pages: everything that axe knows, best practices included.
const ALL_RULES: &str = r#"{ "resultTypes": ["violations"], "rules": { "target-size": { "enabled": true } } }"#;
/// For mails, which have no landmarks and headings to speak of: what WCAG asks for, to AA.
const WCAG_RULES: &str =
    r#"{ "resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }"#;

/// The ways of looking at a page that axe judges: between them, every colour and both layouts.
const VIEWS: [(u32, Scheme); 2] = [(1280, Scheme::Light), (375, Scheme::Dark)];

#[test]
fn axe_finds_nothing_on_pages_for_everyone_in_light_and_dark_colours() {
    judge_by_axe(PAGES);
}

#[test]
fn axe_finds_nothing_on_account_pages_in_light_and_dark_colours() {
    let (half, other_half) = ACCOUNT_PAGES.split_at(ACCOUNT_PAGES.len() / 2);
    // Two browsers, since the pages are many and this waits for one of them most of the time.
    thread::scope(|scope| [half, other_half].map(|pages| scope.spawn(|| judge_by_axe(pages))).map(join));
}

#[test]
fn axe_finds_nothing_in_mails_in_light_and_dark_colours() {
    let axe = axe();
    let scene = Scene::new(Script::On);
    let mut found = String::new();
    for page in MAILS {
        let document = scene.bring_to(page);
        // A mail's own page lets no script run, not even axe's.
        let markup = utf8_percent_encode(&document.html, NON_ALPHANUMERIC);
        scene.chromium.open(&format!("data:text/html;charset=utf-8,{markup}"));
        note(&mut found, page, &violations(&scene.chromium, &axe, WCAG_RULES));
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn every_page_for_everyone_is_valid_html_fits_320_pixels_and_leaves_the_console_empty() {
    look_closely_at(PAGES);
}

#[test]
fn every_account_page_is_valid_html_fits_320_pixels_and_leaves_the_console_empty() {
    let (half, other_half) = ACCOUNT_PAGES.split_at(ACCOUNT_PAGES.len() / 2);
    thread::scope(|scope| [half, other_half].map(|pages| scope.spawn(|| look_closely_at(pages))).map(join));
}

#[test]
fn every_mail_is_valid_html_fits_320_pixels_and_leaves_the_console_empty() {
    look_closely_at(MAILS);
}

fn join<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|why| std::panic::resume_unwind(why))
}

fn axe() -> String {
    fs::read_to_string(test_tool("axe-core/axe.min.js")).expect("axe")
}

fn judge_by_axe(pages: &[Page]) {
    let axe = axe();
    let scene = Scene::new(Script::On);
    let mut found = String::new();
    for page in pages {
        scene.bring_to(page);
        note(&mut found, page, &violations(&scene.chromium, &axe, ALL_RULES));
    }
    assert!(found.is_empty(), "\n{found}");
}

fn look_closely_at(pages: &[Page]) {
    let scene = Scene::new(Script::On);
    scene.set_view(320, Scheme::Light);
    let folder = tempfile::tempdir().expect("a folder");
    let mut wrong = String::new();
    for page in pages {
        let document = scene.bring_to(page);
        fs::write(folder.path().join(format!("{}.html", page.name)), document.html).expect("written");
        let sizes =
            scene.chromium.run("const page = document.documentElement; return [page.scrollWidth, page.clientWidth]");
        if sizes[0].as_f64() > sizes[1].as_f64() {
            note(&mut wrong, page, &[format!("{} pixels wide in a window of {}", sizes[0], sizes[1])]);
        }
        note(&mut wrong, page, &said_in_console(&scene.chromium, page));
    }
    wrong += &html_errors(folder.path());
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
#[ignore = "writes pictures of every page into target/screenshots: for looking at"]
fn screenshots_of_every_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&folder).expect("a folder");
    let scene = Scene::new(Script::On);
    for page in PAGES.iter().chain(ACCOUNT_PAGES).chain(MAILS) {
        scene.bring_to(page);
        for (width, scheme) in [(1280, Scheme::Light), (1280, Scheme::Dark), (375, Scheme::Light), (375, Scheme::Dark)]
        {
            scene.set_view(width, scheme);
            let file = format!("{}-{width}-{}.png", page.name, if scheme == Scheme::Dark { "dark" } else { "light" });
            fs::write(folder.join(file), scene.chromium.screenshot_of_page()).expect("written");
        }
    }
}

fn note(wrong: &mut String, page: &Page, problems: &[String]) {
    for problem in problems {
        writeln!(wrong, "{}: {problem}", page.name).expect("a string takes all");
    }
}

/// What axe finds on the page that is open: the rule, and where.
fn violations(chromium: &Chromium, axe: &str, rules: &str) -> Vec<String> {
    chromium.run(axe);
    let mut found = Vec::new();
    for (width, scheme) in VIEWS {
        chromium.set_view(width, scheme);
        let result = chromium.run_until_done(&format!(
            "axe.run(document, {rules}).then(
               ({{ violations, passes }}) => done({{ violations, passes: passes.length }}),
               (error) => done({{ error: String(error) }}))"
        ));
        assert!(result["passes"].as_u64() > Some(0), "axe looked at nothing: {result}");
        for violation in result["violations"].as_array().expect("a list") {
            let nodes = violation["nodes"].as_array().into_iter().flatten();
            let nodes: Vec<_> = nodes.map(|node| format!("{}: {}", node["html"], node["failureSummary"])).collect();
            found.push(format!("{scheme:?}, {width}: {} at {}", violation["help"], nodes.join("; ")));
        }
    }
    found
}

/// What the console says, less that a page's own status is no success: that is as it should be.
fn said_in_console(chromium: &Chromium, page: &Page) -> Vec<String> {
    let url = chromium.url();
    let of_status = format!("the server responded with a status of {} ", page.status);
    let is_own_status = |message: &str| page.status >= 400 && message.starts_with(&url) && message.contains(&of_status);
    let messages = chromium.console();
    messages
        .iter()
        .filter(|entry| !(entry["source"] == "network" && is_own_status(entry["message"].as_str().unwrap_or_default())))
        .map(|entry| format!("the console says {entry}"))
        .collect()
}

/// What the HTML checker finds in the files of a folder, a line each.
fn html_errors(folder: &Path) -> String {
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let checked = Command::new("java")
        .arg("-jar")
        .arg(test_tool("vnu-jar/build/dist/vnu.jar"))
        .args(["--errors-only", "--format", "json", "--stdout"])
        .args(files)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("java does not start ({error}): run scripts/test, it installs it"));
    let said: Value = serde_json::from_slice(&checked.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&checked.stderr)));
    let describe = |message: &Value| {
        let file = message["url"].as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
        let clean = message["message"].as_str().unwrap_or_default();
        format!("{file}:{}: {clean} {}\n", message["lastLine"], json!(message["extract"]))
    };
    said["messages"].as_array().expect("a list").iter().map(describe).collect()
}
