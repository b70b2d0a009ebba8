//! One client fills a shared queue: hashing, password strength, or writes. The owner of another
//! account, on a known device at another address, still logs in. `benches/figures/flood.rs`
//! measures the same against the release build.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::{ELSEWHERE, HOME, VICTIM, behind_a_proxy, sign_up};
use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, TestApp, eventually};

const CONNECTIONS: usize = 48;
const OWNER_LOGINS: usize = 3;
/// Easy to guess, and among the slowest to judge.
const WEAK: &str = concat!(
    "p4$$w0rd1!p4$$w0rd1!p4$$w0rd1!p4$$w0rd1!p4$$w0rd1!",
    "p4$$w0rd1!p4$$w0rd1!p4$$w0rd1!p4$$w0rd1!p4$$w0rd1!"
);

/// Starts an app whose queues 48 connections can fill: a second of hashing, and of judging.
fn app() -> TestApp {
    TestApp::start_with(|settings| {
        behind_a_proxy(settings);
        settings.edge.workers = Some(2);
        settings.bcrypt_cost = 10;
        settings.longest_hash_wait = Duration::from_secs(1);
    })
}

/// Runs `attack` on 48 connections at once, each with its number, while the owner logs in.
#[track_caller]
fn assert_owner_gets_in(app: &TestApp, attack: impl Fn(&Browser, usize) + Sync) {
    let owner = app.register_and_log_in(VICTIM, PASSWORD);
    let owner = with_device_of(app, &owner, HOME);
    let (answered, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let statuses: Vec<u16> = thread::scope(|scope| {
        for number in 0..CONNECTIONS {
            let (attack, answered, is_over) = (&attack, &answered, &is_over);
            scope.spawn(move || {
                let browser = app.browser().at(ELSEWHERE);
                while !is_over.load(Ordering::Relaxed) {
                    attack(&browser, number);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        eventually(|| answered.load(Ordering::Relaxed) > 0);
        let statuses = (0..OWNER_LOGINS)
            .map(|_| owner.log_in(VICTIM, PASSWORD).status)
            .collect();
        is_over.store(true, Ordering::Relaxed);
        statuses
    });
    assert_eq!(statuses, [303; OWNER_LOGINS]);
}

/// An account and the cookies of a known device.
struct AccountOnDevice {
    email: String,
    session: String,
    device: String,
}

fn accounts_on_devices(app: &TestApp, count: usize) -> Vec<AccountOnDevice> {
    let account = |number| {
        let email = format!("own{number}@example.org");
        let browser = app.register_and_log_in(&email, OTHER_PASSWORD);
        let cookie = |name| browser.cookie(name).expect("a cookie");
        AccountOnDevice {
            session: cookie("session"),
            device: cookie("device"),
            email,
        }
    };
    (0..count).map(account).collect()
}

/// Returns a browser at another address that is a known device of the account.
fn with_device_of(app: &TestApp, browser: &Browser, address: &str) -> Browser {
    let other = app.browser().at(address);
    other.set_cookie("device", &browser.cookie("device").expect("a cookie"));
    other
}

#[test]
fn rejected_sign_ups_keep_no_owner_out() {
    let long_name = "x".repeat(101);
    let app = app();
    assert_owner_gets_in(&app, |browser, number| {
        let (password, name) = if number % 2 == 0 {
            (WEAK, "")
        } else {
            (OTHER_PASSWORD, long_name.as_str())
        };
        sign_up(browser, &format!("n{number}@example.org"), password, name);
    });
}

#[test]
fn current_passwords_keep_no_owner_out() {
    let app = app();
    let accounts = accounts_on_devices(&app, 6);
    assert_owner_gets_in(&app, |browser, number| {
        let account = &accounts[number % accounts.len()];
        browser.set_cookie("session", &account.session);
        browser.set_cookie("device", &account.device);
        browser.post(
            "/account/password",
            &[("current_password", OTHER_PASSWORD), ("password", WEAK)],
        );
    });
}

#[test]
fn new_passwords_at_links_keep_no_owner_out() {
    let app = app();
    app.register("own@example.org", OTHER_PASSWORD);
    app.browser()
        .post("/password/forgot", &[("email", "own@example.org")]);
    let reset = app.email_to("own@example.org").token();
    for password in [PASSWORD, OTHER_PASSWORD] {
        sign_up(&app.browser(), "pending@example.org", password, "");
    }
    let confirm = app.email_to("pending@example.org").token();
    assert_owner_gets_in(&app, |browser, number| {
        let (path, token) = if number % 2 == 0 {
            ("/password/reset", &reset)
        } else {
            ("/verify", &confirm)
        };
        browser.post(path, &[("token", token), ("password", WEAK)]);
    });
}

#[test]
fn correct_logins_keep_no_owner_out() {
    let app = app();
    let accounts = accounts_on_devices(&app, 8);
    assert_owner_gets_in(&app, |browser, number| {
        let account = &accounts[number % accounts.len()];
        browser.set_cookie("device", &account.device);
        browser.log_in(&account.email, OTHER_PASSWORD);
    });
}
