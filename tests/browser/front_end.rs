//! The example of a front end in a real browser: a page of another origin that uses the API.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use vestibule::config::PublicUrl;

use crate::support::chromium::{Chromium, Script};
use crate::support::{PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";

/// A file server on its own port, started as the example's reader starts it. Stops when dropped.
struct FileServer {
    child: Child,
    folder: TempDir,
    origin: String,
}

impl FileServer {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("python3")
            .args([
                "-u",
                "-m",
                "http.server",
                "0",
                "--bind",
                "127.0.0.1",
                "--directory",
            ])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("python3 does not start ({error}): scripts/test installs it")
            });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("UTF-8");
        let port = line
            .split(" port ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next());
        let origin = format!(
            "http://127.0.0.1:{}",
            port.unwrap_or_else(|| panic!("a port in {line:?}"))
        );
        Self {
            child,
            folder,
            origin,
        }
    }

    /// Puts the example into the folder, configured for this app.
    fn put_example(&self, vestibule_url: &str) {
        for file in ["index.html", "app.js"] {
            let example = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("examples/browser")
                .join(file);
            let text = fs::read_to_string(example).expect("the example");
            let text = text.replace("http://localhost:8080", vestibule_url);
            fs::write(self.folder.path().join(file), text).expect("written");
        }
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn named_origin_logs_in_changes_profile_logs_out() {
    let files = FileServer::start();
    let origin = PublicUrl::parse(&files.origin).expect("an origin");
    let app = TestApp::start_with(|settings| settings.edge.api_origins = vec![origin]);
    app.register(EMAIL, PASSWORD);
    files.put_example(&app.public_url);
    let browser = Chromium::start(Script::On);
    let expect_status = |text: &str| browser.find_xpath(&format!("//p[@id='status'][.='{text}']"));

    browser.open(&files.origin);
    browser.fill("#email", EMAIL);
    browser.fill("#password", "wrong velvet onion");
    browser.button("Log in").click();
    expect_status(
        "That email address or password isn’t right. Check both and try again, or reset the \
         password. After a sign-up, confirm the email address first.",
    );
    browser.fill("#password", PASSWORD);
    browser.button("Log in").click();
    expect_status("You are logged in.");
    assert_eq!(browser.find("#profile-email").text(), EMAIL);

    browser.fill("#name", "Ada Lovelace");
    browser.button("Save").click();
    expect_status("Your name has been changed.");
    assert_eq!(browser.find("#profile-name").text(), "Ada Lovelace");

    // The access token has expired. The page fetches a fresh one in the background.
    app.advance(std::time::Duration::from_mins(16));
    browser.fill("#name", "Countess");
    browser.button("Save").click();
    browser.find_xpath("//dd[@id='profile-name'][.='Countess']");

    browser.button("Log out").click();
    expect_status("You are logged out.");
    assert_eq!(app.live_sessions(), 0);
}

#[test]
fn other_origin_gets_no_response() {
    let files = FileServer::start();
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    files.put_example(&app.public_url);
    let browser = Chromium::start(Script::On);
    browser.open(&files.origin);
    browser.fill("#email", EMAIL);
    browser.fill("#password", PASSWORD);
    browser.button("Log in").click();
    browser.find_xpath("//p[@id='status'][.='Vestibule is out of reach.']");
    assert_eq!(app.home.count("sessions", "1 = 1"), 0);
}
