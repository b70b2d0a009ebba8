//! What others do with an access token: `PyJWT`, jose and jsonwebtoken take one of the running
//! program by the keys that it publishes, and refuse what is not meant for them; and the examples
//! do what they say. All of them know the machine's time alone, so the app's clock is set by that.
//! `scripts/test` installs what is not Rust.

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

/// An app at the machine's time, or so long before it, with somebody logged in.
fn app_set_back_by(duration: Duration) -> (TestApp, Browser) {
    let clock = Clock::fixed(Clock::System.now() - duration);
    let app = TestApp::start_in(Arc::new(Home::new()), clock, |_| {});
    let browser = app.sign_in(ADA, PASSWORD);
    (app, browser)
}

/// An access token, as a program gets it.
fn access_token(app: &TestApp) -> String {
    let credentials = json!({ "email": ADA, "password": PASSWORD }).to_string();
    let headers = [("content-type", "application/json")];
    let answer = app
        .browser()
        .send("POST", "/api/v1/token", &headers, &credentials);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let tokens: Value = serde_json::from_str(&answer.body).expect("JSON");
    tokens["access_token"]
        .as_str()
        .expect("an access token")
        .to_owned()
}

fn root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Python with `PyJWT`, about to run a file of ours.
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

/// Node with jose, about to run a file of ours: by standard input, as it then looks for jose in the
/// working directory and not beside the file. The options are for version 18, which has neither by
/// itself: `crypto`, and a second try when the first address of `localhost` is not the one.
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
