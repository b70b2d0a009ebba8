//! Measures the check of a request to an app by its proxy. Each check reads the app, the session,
//! the user and the groups from the database. One of the apps gets an assertion, which is signed
//! each time.
//!
//! Two figures are the server's processor time per check. Checks alternate with requests for a bare
//! page of the same server. The last figure is the dashboard's 99th percentile during checks.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::client::{Response, get, header, with_headers};
use crate::figure::Figure;
use crate::server::{BARE_PAGE, PROGRAM, Server, folder};
use crate::stats::{Sorted, float};
use crate::storm::{self, SetOnDrop};

const ROUNDS: usize = 101;
const REQUESTS_PER_ROUND: usize = 1_000;
const CLIENTS: usize = 2;
const MAX_MICROSECONDS: f64 = 70.0;
const MAX_ASSERTION_MICROSECONDS: f64 = 90.0;
/// A pause that makes about 100 checks per second.
const PAUSE_BETWEEN_CHECKS: Duration = Duration::from_millis(10);

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let variables = [
        ("VESTIBULE_BCRYPT_COST", "10"),
        ("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let server = Server::start(folder.path(), &variables);
    let session = server.register_and_log_in("ada@example.org");
    let [plain_check, assertion_check] = ["wiki", "files"].map(|id| {
        register_app(folder.path(), id);
        check_request(&server, id, &session)
    });
    run_command(folder.path(), &["app", "set", "files", "assertion=on"]);
    let bare_page = get(BARE_PAGE, None);
    let (mut plain, mut ratios, mut with_assertion) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let bare_seconds = cpu_seconds(&server, &bare_page);
        let plain_seconds = cpu_seconds(&server, &plain_check);
        plain.push(plain_seconds * 1e6);
        ratios.push(plain_seconds / bare_seconds);
        with_assertion.push(cpu_seconds(&server, &assertion_check) * 1e6);
    }
    let (plain, with_assertion) = (Sorted::of(plain), Sorted::of(with_assertion));
    let ratio = Sorted::of(ratios).format_percent();
    let format_micros = |micros: &Sorted| format!("{:.0} µs", micros.median());
    vec![
        Figure::new(
            "check by a proxy",
            "≤ 70 µs of processor time",
            format!("{}, {ratio} of the bare page", format_micros(&plain)),
            plain.median() <= MAX_MICROSECONDS,
        ),
        Figure::new(
            "check by a proxy, with an assertion",
            "≤ 90 µs of processor time",
            format_micros(&with_assertion),
            with_assertion.median() <= MAX_ASSERTION_MICROSECONDS,
        ),
        dashboard_during_checks(&server, &get("/dashboard", Some(&session)), &plain_check),
    ]
}

/// Compares the dashboard's 99th percentile with and without 100 checks per second.
fn dashboard_during_checks(server: &Server, dashboard: &str, check: &str) -> Figure {
    let (mut baseline, mut loaded) = (Vec::new(), Vec::new());
    for _ in 0..storm::ROUNDS {
        baseline.extend(storm::page_latencies(server, dashboard));
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut client = server.client();
                while !is_over.load(Ordering::Relaxed) {
                    assert_eq!(client.fetch(check).status, 200);
                    thread::sleep(PAUSE_BETWEEN_CHECKS);
                }
            });
            let _guard = SetOnDrop(&is_over);
            loaded.extend(storm::page_latencies(server, dashboard));
        });
    }
    let name = "dashboard's p99 with 100 checks a second";
    storm::p99_figure(name, &baseline, &loaded, "")
}

/// Registers an app that every account may use.
pub fn register_app(folder: &Path, id: &str) {
    let origin = format!("http://{id}.localhost");
    run_command(folder, &["app", "create", id, "--origin", &origin]);
    run_command(folder, &["app", "allow", id, "everyone"]);
}

/// Logs in to an app with a Vestibule session. Returns the request that the proxy sends to check a
/// request to the app.
pub fn check_request(server: &Server, id: &str, session: &str) -> String {
    forward_auth_request(id, &log_in_to_app(server, id, session))
}

/// Runs a command in the folder of a running server.
fn run_command(folder: &Path, arguments: &[&str]) {
    let output = Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output();
    let output = output.expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
}

/// Logs in to an app by a hand-over, which leads from the app's host to Vestibule and back. Returns
/// the session cookie of the app's host.
fn log_in_to_app(server: &Server, id: &str, session: &str) -> String {
    let host = format!("X-Forwarded-Host: {id}.localhost");
    let fetch_from_app =
        |path: &str, cookie: Option<&str>| server.fetch(&with_headers(&get(path, cookie), &host));
    let to_vestibule = fetch_from_app("/.vestibule/in?to=%2F", None);
    let to_app = server.fetch(&get(&redirect_path(&to_vestibule), Some(session)));
    let nonce = first_cookie(&to_vestibule);
    let logged_in = fetch_from_app(&redirect_path(&to_app), Some(&nonce));
    logged_in.expect_redirect();
    first_cookie(&logged_in)
}

/// Returns the path of a redirect to another origin.
fn redirect_path(response: &Response) -> String {
    let location = header(&response.head, "location").expect("the response is a redirect");
    let (_, rest) = location
        .split_once("//")
        .expect("another origin needs an absolute URL");
    let path_start = rest.find('/').expect("the URL has a path");
    rest[path_start..].to_owned()
}

fn first_cookie(response: &Response) -> String {
    let cookie = header(&response.head, "set-cookie").expect("the response sets a cookie");
    let pair = cookie.split(';').next();
    pair.expect("`split` returns at least one part").to_owned()
}

/// Returns the request that Caddy sends to check a page request.
fn forward_auth_request(id: &str, cookie: &str) -> String {
    let headers = format!(
        "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: http\r\n\
         X-Forwarded-Host: {id}.localhost\r\nX-Forwarded-Uri: /page?a=1\r\n\
         X-Forwarded-Method: GET\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n\
         Sec-Fetch-Dest: document"
    );
    with_headers(&get("/forward-auth/caddy", Some(cookie)), &headers)
}

/// Returns the processor time of one request.
fn cpu_seconds(server: &Server, request: &str) -> f64 {
    let before = server.cpu_seconds();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = server.client();
                for _ in 0..REQUESTS_PER_ROUND / CLIENTS {
                    assert_eq!(client.fetch(request).status, 200);
                }
            });
        }
    });
    (server.cpu_seconds() - before) / float(REQUESTS_PER_ROUND)
}
