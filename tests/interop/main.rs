//! Access tokens in other programs: `PyJWT`, jose and jsonwebtoken accept a token by the published
//! keys, and reject any that is not meant for them. The examples work as described. These programs
//! use the machine's time, so the app's clock is set by that. `scripts/test` installs what is not
//! Rust.

#[path = "../support/mod.rs"]
mod support;

mod examples;
mod libraries;

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vestibule::clock::Clock;

use support::chromium::test_tool;
use support::{Browser, Home, PASSWORD, TestApp};

const ADA: &str = "ada@example.org";

/// Starts an app at the machine's time, or this much earlier, with a logged-in browser.
fn app_set_back_by(duration: Duration) -> (TestApp, Browser) {
    let clock = Clock::fixed(Clock::System.now() - duration);
    let app = TestApp::start_in(Arc::new(Home::new()), clock, |_| {});
    let browser = app.register_and_log_in(ADA, PASSWORD);
    (app, browser)
}

/// Returns an access token, as a program gets it.
fn access_token(app: &TestApp) -> String {
    let credentials = json!({ "email": ADA, "password": PASSWORD }).to_string();
    let headers = [("content-type", "application/json")];
    let response = app
        .browser()
        .send("POST", "/api/v1/token", &headers, &credentials);
    assert_eq!(response.status, 200, "{}", response.body);
    let tokens: Value = serde_json::from_str(&response.body).expect("JSON");
    tokens["access_token"]
        .as_str()
        .expect("an access token")
        .to_owned()
}

fn root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns a command that runs a Python file with `PyJWT`.
fn python(file: &str) -> Command {
    let python = root("target/test-tools/python/bin/python");
    assert!(
        python.is_file(),
        "{} is missing: run scripts/test, it installs what the tests need",
        python.display()
    );
    let mut command = Command::new(python);
    command.arg("-B").arg(root(file));
    command
}

/// Returns a command that runs a Node file with jose. The file comes by standard input, because
/// jose is then found in the working directory. The options are for version 18: `crypto`, and a
/// second try if the first address of `localhost` fails.
fn node(file: &str) -> Command {
    test_tool("jose/package.json");
    let mut command = Command::new("node");
    command
        .args([
            "--experimental-global-webcrypto",
            "--dns-result-order=ipv4first",
            "--input-type=module",
            "-",
        ])
        .current_dir(root("target/test-tools"))
        .stdin(Stdio::from(File::open(root(file)).expect("a file of ours")));
    command
}
