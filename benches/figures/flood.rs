//! Measures an owner's logins from a known device while an attacker at another address floods the
//! server. Each kind of flood has filled a queue of an earlier version. Rate limits are on, and the
//! bcrypt cost is the default. `tests/http/attacks/floods.rs` tests the same without a clock.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Client, header, post, with_headers};
use crate::figure::Figure;
use crate::server::{PASSWORD, Server, folder, log_in, sign_up};
use crate::stats::Sorted;

const LOGINS: usize = 100;
const MIN_LOGINS_IN_TIME: usize = 95;
const MAX_LOGIN_TIME: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 120;
const WRITE_CONNECTIONS: usize = 1_400;
/// Threads that share the attacker's connections.
const ATTACKER_THREADS: usize = 40;
const OWNER_ADDRESS: &str = "203.0.113.7";
const ATTACKER_ADDRESS: &str = "198.51.100.66";
/// A weak password whose strength check is among the slowest: `p4$$w0rd1!`, ten times.
const WEAK_PASSWORD: &str = "\
    p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21\
    p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21p4%24%24w0rd1%21";

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
    let owner = register_on_device(&server, "owner@example.org");
    let accounts: Vec<_> = (0..8)
        .map(|number| register_on_device(&server, &format!("own{number}@example.org")))
        .collect();
    server
        .fetch(&post("/password/forgot", "email=own0%40example.org"))
        .expect_redirect();
    let reset_token = server.newest_token();
    // After two sign-ups for one email address, the confirmation link asks for a password.
    server
        .fetch(&sign_up("pending@example.org"))
        .expect_redirect();
    server
        .fetch(&sign_up("pending@example.org"))
        .expect_redirect();
    let confirmation_token = server.newest_token();

    let measure_logins = || -> Vec<Option<Duration>> {
        (0..LOGINS)
            .map(|_| measure_login(&server, &owner))
            .collect()
    };
    let baseline = Sorted::millis(measure_logins().into_iter().flatten());
    let mut figures = vec![Figure::without_goal(
        "owner's login, baseline",
        format!("{:.0} ms", baseline.median()),
    )];
    let mut measure_flood =
        |name: &str, connections: usize, request: &(dyn Fn(usize) -> String + Sync)| {
            let (logins, responses) =
                run_during_flood(&server, connections, request, measure_logins);
            figures.push(flood_figure(name, &baseline, &logins, responses));
        };
    measure_flood("rejected sign-ups", CONNECTIONS, &|number| {
        from_attacker(
            &post(
                "/signup",
                &format!("email=n{number}%40example.org&password={WEAK_PASSWORD}&name="),
            ),
            "",
        )
    });
    measure_flood("password changes", CONNECTIONS, &|number| {
        let form = format!("current_password={PASSWORD}&password={WEAK_PASSWORD}");
        from_attacker(
            &post("/account/password", &form),
            &accounts[number % accounts.len()].cookies,
        )
    });
    measure_flood("new passwords with a valid link", CONNECTIONS, &|number| {
        let (path, token) = if number % 2 == 0 {
            ("/password/reset", &reset_token)
        } else {
            ("/verify", &confirmation_token)
        };
        from_attacker(
            &post(path, &format!("token={token}&password={WEAK_PASSWORD}")),
            "",
        )
    });
    measure_flood("correct logins to 8 accounts", CONNECTIONS, &|number| {
        let account = &accounts[number % accounts.len()];
        from_attacker(&log_in(&account.email), &account.cookies)
    });
    measure_flood(
        "'forgot' requests on 1,400 connections",
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

/// Compares the owner's logins during a flood with the baseline. A failed login has no duration.
/// `responses` is the number of responses to the flood.
fn flood_figure(
    name: &str,
    baseline: &Sorted,
    logins: &[Option<Duration>],
    responses: usize,
) -> Figure {
    let in_time = logins
        .iter()
        .flatten()
        .filter(|duration| **duration <= MAX_LOGIN_TIME)
        .count();
    let medians = if in_time == 0 {
        "no login in time".to_owned()
    } else {
        let flooded = Sorted::millis(logins.iter().flatten().copied()).median();
        format!(
            "{flooded:.0} ms, {:.1} times the baseline",
            flooded / baseline.median()
        )
    };
    let result =
        format!("{in_time} of {LOGINS} within 2 s; {medians} ({responses} responses to the flood)");
    Figure::new(
        &format!("owner's login, flood of {name}"),
        "≥ 95 of 100 in 2 s",
        result,
        in_time >= MIN_LOGINS_IN_TIME,
    )
}

/// Returns the duration of a login, or `None` if it fails.
fn measure_login(server: &Server, owner: &AccountOnDevice) -> Option<Duration> {
    let request = forwarded(&log_in(&owner.email), OWNER_ADDRESS, &owner.cookies);
    let start = Instant::now();
    let response = server.fetch(&request);
    (response.status == 303).then(|| start.elapsed())
}

/// Runs `work` once each connection of the flood has had a response. `request` makes the request of
/// a connection from its number. Also returns the number of responses to the flood.
fn run_during_flood<T>(
    server: &Server,
    connections: usize,
    request: &(dyn Fn(usize) -> String + Sync),
    work: impl FnOnce() -> T,
) -> (T, usize) {
    let (is_over, responses) = (AtomicBool::new(false), AtomicUsize::new(0));
    let send_flood = |thread: usize| {
        let numbers = (thread..connections).step_by(ATTACKER_THREADS);
        let mut clients: Vec<(String, Client)> = numbers
            .map(|number| (request(number), server.client()))
            .collect();
        while !is_over.load(Ordering::Relaxed) {
            for (request, client) in &mut clients {
                client.send(request);
            }
            for (_, client) in &mut clients {
                client.receive();
                responses.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let result = thread::scope(|scope| {
        for thread in 0..ATTACKER_THREADS {
            let send_flood = &send_flood;
            scope.spawn(move || send_flood(thread));
        }
        while responses.load(Ordering::Relaxed) < connections {
            thread::yield_now();
        }
        let result = work();
        is_over.store(true, Ordering::Relaxed);
        result
    });
    (result, responses.into_inner())
}

/// Registers an account. Logs in once more for the cookies, including that of the device.
fn register_on_device(server: &Server, email: &str) -> AccountOnDevice {
    server.register_and_log_in(email);
    let response = server.fetch(&log_in(email));
    let cookies = response
        .head
        .lines()
        .filter_map(|line| header(line, "set-cookie"));
    // An empty value deletes a cookie.
    let pairs = cookies
        .filter_map(|cookie| cookie.split(';').next())
        .filter(|pair| !pair.ends_with('='));
    AccountOnDevice {
        email: email.to_owned(),
        cookies: pairs.collect::<Vec<_>>().join("; "),
    }
}

fn from_attacker(request: &str, cookies: &str) -> String {
    forwarded(request, ATTACKER_ADDRESS, cookies)
}

/// Adds the headers of a request that a proxy forwards: the client's IP address and its cookies.
fn forwarded(request: &str, address: &str, cookies: &str) -> String {
    let address = format!("X-Forwarded-For: {address}");
    let headers = if cookies.is_empty() {
        address
    } else {
        format!("{address}\r\nCookie: {cookies}")
    };
    with_headers(request, &headers)
}
