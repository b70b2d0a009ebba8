//! Measures an owner's logins from a known device while a client at another address floods the
//! server. Each flood once filled a queue. Limits are on, and passwords have the default cost.
//! `tests/http/attacks/floods.rs` tests the same without a clock.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Client, get, header, post};
use crate::figure::Figure;
use crate::server::{Server, folder, log_in, sign_up};
use crate::stats::Sorted;

const TRIES: usize = 100;
const LEAST_IN_TIME: usize = 95;
const IN_TIME: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 120;
const WRITE_CONNECTIONS: usize = 1_400;
/// Threads of the attacker, which share its connections.
const THREADS: usize = 40;
const OWNER: &str = "203.0.113.7";
const ATTACKER: &str = "198.51.100.66";
/// Easy to guess, and among the slowest to judge: `p4$$w0rd1!`, ten times.
const WEAK: &str = "\
    p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21\
    p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21";
/// The password that `server::sign_up` uses.
const PASSWORD: &str = "harbour+velvet+onion";

/// An account and the cookies of a known device.
struct AccountOnDevice {
    email: String,
    cookies: String,
}

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let variables = [
        ("VESTIBULE_LIMITS", "on"),
        ("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let server = Server::start(folder.path(), &variables);
    let owner = account_on_device(&server, "owner@example.org");
    let accounts: Vec<_> = (0..8)
        .map(|number| account_on_device(&server, &format!("own{number}@example.org")))
        .collect();
    server
        .ask(&post("/password/forgot", "email=own0%40example.org"))
        .expect_redirect();
    let reset = newest_token(&server);
    // Two sign-ups for one address, so that its link asks for a password.
    server
        .ask(&sign_up("pending@example.org"))
        .expect_redirect();
    server
        .ask(&sign_up("pending@example.org"))
        .expect_redirect();
    let confirm = newest_token(&server);

    let log_in_once = || owner_login(&server, &owner);
    let calm: Vec<_> = (0..TRIES).map(|_| log_in_once()).collect();
    let calm = Sorted::millis(calm.iter().flatten().copied());
    let mut figures = vec![Figure::without(
        "An owner's login, calm",
        format!("{:.0} ms", calm.median()),
    )];
    let mut flood = |what: &str, connections: usize, request: &(dyn Fn(usize) -> String + Sync)| {
        let (tries, answered) = during_flood(&server, connections, request, || {
            (0..TRIES).map(|_| log_in_once()).collect::<Vec<_>>()
        });
        figures.push(compared(what, &calm, &tries, answered));
    };
    flood("rejected sign-ups", CONNECTIONS, &|number| {
        from_attacker(
            &post(
                "/signup",
                &format!("email=n{number}%40example.org&password={WEAK}&name="),
            ),
            "",
        )
    });
    flood("current passwords", CONNECTIONS, &|number| {
        let form = format!("current_password={PASSWORD}&password={WEAK}");
        from_attacker(
            &post("/account/password", &form),
            &accounts[number % accounts.len()].cookies,
        )
    });
    flood("new passwords at a valid link", CONNECTIONS, &|number| {
        let (path, token) = if number % 2 == 0 {
            ("/password/reset", &reset)
        } else {
            ("/verify", &confirm)
        };
        from_attacker(&post(path, &format!("token={token}&password={WEAK}")), "")
    });
    flood("correct logins of 8 accounts", CONNECTIONS, &|number| {
        let account = &accounts[number % accounts.len()];
        from_attacker(&log_in(&account.email), &account.cookies)
    });
    flood(
        "'forgot' on 1,400 connections",
        WRITE_CONNECTIONS,
        &|number| {
            from_attacker(
                &post(
                    "/password/forgot",
                    &format!("email=n{number}%40example.org"),
                ),
                "",
            )
        },
    );
    figures
}

fn compared(what: &str, calm: &Sorted, tries: &[Option<Duration>], answered: usize) -> Figure {
    let in_time = tries
        .iter()
        .flatten()
        .filter(|took| **took <= IN_TIME)
        .count();
    let medians = if in_time == 0 {
        "no login in time".to_owned()
    } else {
        let flooded = Sorted::millis(tries.iter().flatten().copied()).median();
        format!(
            "{flooded:.0} ms, {:.1} times the calm one",
            flooded / calm.median()
        )
    };
    let result = format!(
        "{in_time} of {TRIES} within 2 s; {medians} ({answered} requests of the flood answered)"
    );
    Figure::new(
        &format!("An owner's login, {what}"),
        "≥ 95 of 100 in 2 s",
        result,
        in_time >= LEAST_IN_TIME,
    )
}

/// Returns the time of a successful login.
fn owner_login(server: &Server, owner: &AccountOnDevice) -> Option<Duration> {
    let request = with_headers(&log_in(&owner.email), OWNER, &owner.cookies);
    let begun = Instant::now();
    let answer = server.client().ask(&request);
    (answer.status == 303).then(|| begun.elapsed())
}

/// Runs `work` during the flood. Also returns the number of answered flood requests.
fn during_flood<T>(
    server: &Server,
    connections: usize,
    request: &(dyn Fn(usize) -> String + Sync),
    work: impl FnOnce() -> T,
) -> (T, usize) {
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let flood = |thread: usize| {
        let numbers = (thread..connections).step_by(THREADS);
        let mut clients: Vec<(String, Client)> = numbers
            .map(|number| (request(number), server.client()))
            .collect();
        while !is_over.load(Ordering::Relaxed) {
            for (request, client) in &mut clients {
                client.send(request);
            }
            for (_, client) in &mut clients {
                client.receive();
                answered.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let done = thread::scope(|scope| {
        for number in 0..THREADS {
            let flood = &flood;
            scope.spawn(move || flood(number));
        }
        while answered.load(Ordering::Relaxed) < connections {
            thread::yield_now();
        }
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        done
    });
    (done, answered.into_inner())
}

fn account_on_device(server: &Server, email: &str) -> AccountOnDevice {
    server.register_and_log_in(email);
    let answer = server.ask(&log_in(email));
    let cookies = answer
        .head
        .lines()
        .filter_map(|line| header(line, "set-cookie"));
    let pairs = cookies
        .filter_map(|cookie| cookie.split(';').next())
        .filter(|pair| !pair.ends_with('='));
    AccountOnDevice {
        email: email.to_owned(),
        cookies: pairs.collect::<Vec<_>>().join("; "),
    }
}

fn newest_token(server: &Server) -> String {
    let mails = server.ask(&get("/dev/mailbox.json", None)).body;
    mails
        .split("token=")
        .nth(1)
        .and_then(|rest| rest.get(..43))
        .expect("an email with a link")
        .to_owned()
}

fn from_attacker(request: &str, cookies: &str) -> String {
    with_headers(request, ATTACKER, cookies)
}

/// Returns the request as the proxy passes it on, from this address and with these cookies.
fn with_headers(request: &str, address: &str, cookies: &str) -> String {
    let cookies = if cookies.is_empty() {
        String::new()
    } else {
        format!("Cookie: {cookies}\r\n")
    };
    request.replacen(
        "HTTP/1.1\r\n",
        &format!("HTTP/1.1\r\nX-Forwarded-For: {address}\r\n{cookies}"),
        1,
    )
}
