//! Attacks that an outside review proved against the release build. Each test is named after its
//! attack, and failed before the fix.

mod disk_and_data;
mod floods;
mod oracles;
mod takeover;

use crate::support::{Browser, TestApp, behind_a_proxy};

const VICTIM: &str = "victim@example.org";
const ATTACKER: &str = "attacker@example.org";
/// The addresses of two clients, as the proxy reports them.
const HOME: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.66";

fn app() -> TestApp {
    TestApp::start_with(behind_a_proxy)
}

fn sign_up(browser: &Browser, email: &str, password: &str, name: &str) -> u16 {
    browser
        .post(
            "/signup",
            &[("email", email), ("password", password), ("name", name)],
        )
        .status
}
