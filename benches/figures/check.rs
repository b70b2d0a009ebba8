//! The cost of a check by a proxy: the app, the session, the user and the groups are read from the
//! database each time. In seconds of the server's processor, in turns with a bare page of the same
//! server. One app asks for an assertion, which is signed each time.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::client::{Answer, get, header};
use crate::figure::Figure;
use crate::server::{PROGRAM, Server, folder};
use crate::stats::{Sorted, float};
use crate::storm::{self, SetAtEnd};

const ROUNDS: usize = 101;
const REQUESTS_PER_ROUND: usize = 1_000;
const CLIENTS: usize = 2;
const MAX_MICROSECONDS: f64 = 70.0;
const MAX_WITH_ASSERTION: f64 = 90.0;
/// Makes 100 checks a second.
const BETWEEN_CHECKS: Duration = Duration::from_millis(10);
const BARE_PAGE: &str = "/signup";

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let variables = [
        ("VESTIBULE_BCRYPT_COST", "10"),
        ("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let server = Server::start(folder.path(), &variables);
    let session = server.register_and_log_in("ada@example.org");
    let [plain, signed] = ["wiki", "files"].map(|id| {
        register(folder.path(), id);
        opened(&server, id, &session)
    });
    command(folder.path(), &["app", "set", "files", "assertion=on"]);
    let bare = get(BARE_PAGE, None);
    let (mut costs, mut ratios, mut with_assertion) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let bare = cpu_seconds(&server, &bare);
        let cost = cpu_seconds(&server, &plain);
        costs.push(cost * 1e6);
        ratios.push(cost / bare);
        with_assertion.push(cpu_seconds(&server, &signed) * 1e6);
    }
    let (costs, with_assertion) = (Sorted::of(costs), Sorted::of(with_assertion));
    let ratio = Sorted::of(ratios).in_percent();
    let micros = |costs: &Sorted| format!("{:.0} µs", costs.median());
    vec![
        Figure::new(
            "check by a proxy",
            "≤ 70 µs of processor",
            format!("{}, {ratio} of the bare page", micros(&costs)),
            costs.median() <= MAX_MICROSECONDS,
        ),
        Figure::new(
            "the same with an assertion",
            "≤ 90 µs of processor",
            micros(&with_assertion),
            with_assertion.median() <= MAX_WITH_ASSERTION,
        ),
        beside_pages(&server, &get("/dashboard", Some(&session)), &plain),
    ]
}

/// Compares the dashboard's slowest percent with and without 100 checks a second.
fn beside_pages(server: &Server, dashboard: &str, check: &str) -> Figure {
    let (mut calm, mut busy) = (Vec::new(), Vec::new());
    for _ in 0..storm::ROUNDS {
        calm.extend(storm::visit(server, dashboard));
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut client = server.client();
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(client.ask(check).status, 200);
                    thread::sleep(BETWEEN_CHECKS);
                }
            });
            let _over = SetAtEnd(&over);
            busy.extend(storm::visit(server, dashboard));
        });
    }
    let what = "dashboard's p99 with 100 checks a second";
    storm::compared(what, &calm, &busy, "")
}

/// Registers an app and opens it to every account.
pub fn register(folder: &Path, id: &str) {
    command(folder, &["app", "create", id, "--origin", &origin(id)]);
    command(folder, &["app", "allow", id, "everyone"]);
}

/// Opens an app with a session. Returns the check of a request to it.
pub fn opened(server: &Server, id: &str, session: &str) -> String {
    check(id, &open(server, id, session))
}

fn origin(id: &str) -> String {
    format!("http://{id}.localhost")
}

/// Runs a command beside the server.
fn command(folder: &Path, arguments: &[&str]) {
    let done = Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .status();
    assert!(done.expect("a command runs").success(), "{arguments:?}");
}

/// Opens an app with a hand-over. Returns the cookie at its host.
fn open(server: &Server, id: &str, session: &str) -> String {
    let host = format!("X-Forwarded-Host: {id}.localhost");
    let at_app = |path: &str, cookie: Option<&str>| server.ask(&with(&get(path, cookie), &host));
    let begun = at_app("/.vestibule/in?to=%2F", None);
    let enter = path_of(&begun);
    let entered = server.ask(&get(&enter, Some(session)));
    let done = at_app(&path_of(&entered), Some(&cookie(&begun)));
    assert_eq!(done.status, 303, "{}", done.head);
    cookie(&done)
}

fn with(request: &str, headers: &str) -> String {
    request.replace("\r\n\r\n", &format!("\r\n{headers}\r\n\r\n"))
}

/// Returns the path that a redirect to another origin leads to.
fn path_of(answer: &Answer) -> String {
    let location = header(&answer.head, "location").expect("a redirect");
    let (_, after) = location.split_once("//").expect("an absolute URL");
    let slash = after.find('/').expect("a path");
    after[slash..].to_owned()
}

fn cookie(answer: &Answer) -> String {
    let cookie = header(&answer.head, "set-cookie").expect("a cookie");
    cookie.split(';').next().expect("a pair").to_owned()
}

/// Returns the check of a document, as Caddy sends it.
fn check(id: &str, cookie: &str) -> String {
    let headers = format!(
        "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: http\r\n\
         X-Forwarded-Host: {id}.localhost\r\nX-Forwarded-Uri: /page?a=1\r\n\
         X-Forwarded-Method: GET\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n\
         Sec-Fetch-Dest: document"
    );
    with(&get("/forward-auth/caddy", Some(cookie)), &headers)
}

/// Returns the processor time of one request.
fn cpu_seconds(server: &Server, request: &str) -> f64 {
    let before = server.cpu_seconds();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = server.client();
                for _ in 0..REQUESTS_PER_ROUND / CLIENTS {
                    assert_eq!(client.ask(request).status, 200);
                }
            });
        }
    });
    (server.cpu_seconds() - before) / float(REQUESTS_PER_ROUND)
}
