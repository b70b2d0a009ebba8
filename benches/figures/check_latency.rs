//! Measures how long a proxy waits for the check of a request to an app. First while 16 clients log
//! in without a pause, and then at 3,000 checks a second with the server on one processor.

use std::thread;
use std::time::{Duration, Instant};

use crate::check::{check_request, register_app};
use crate::figure::Figure;
use crate::server::{Server, folder, pin_thread, two_processors};
use crate::stats::{Sorted, float};
use crate::storm;

const CHECKS_PER_SECOND: usize = 3_000;
/// Connections that a proxy keeps open.
const CONNECTIONS: usize = 16;
const SECONDS: usize = 5;
const MAX_MILLIS: f64 = 2.0;
const MAX_ADDED_BY_STORM: f64 = 5.0;

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let variables = [("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1")];
    let server = Server::start(folder.path(), &variables);
    let session = server.register_and_log_in("ada@example.org");
    server.register_and_log_in(storm::EMAIL);
    register_app(folder.path(), "wiki");
    let check = check_request(&server, "wiki", &session);
    let name = "check's p99 in a login storm";
    vec![
        storm::measure_page(&server, name, &check, MAX_ADDED_BY_STORM),
        at_high_rate(&server, &check),
    ]
}

fn at_high_rate(server: &Server, check: &str) -> Figure {
    let [server_processor, client_processor] = two_processors();
    server.pin_to(server_processor);
    let start = Instant::now();
    let millis = Sorted::millis(thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|number| {
                scope.spawn(move || {
                    pin_thread(client_processor, None).expect("the processor is allowed");
                    send_on_schedule(server, check, number)
                })
            })
            .collect();
        let wait = |client: thread::ScopedJoinHandle<'_, _>| client.join().expect("checks succeed");
        clients.into_iter().flat_map(wait).collect::<Vec<_>>()
    }));
    let rate = float(millis.count()) / start.elapsed().as_secs_f64();
    let (median, p99) = (millis.median(), millis.percentile(99));
    Figure::new(
        "check's p99 at 3,000 a second on one processor",
        "≤ 2 ms",
        format!("{p99:.2} ms (median {median:.2} ms, {rate:.0} checks a second)"),
        p99 <= MAX_MILLIS,
    )
}

/// Sends the checks of one connection at fixed times. A duration begins at the time at which the
/// check was due. So a slow response also counts for the checks that wait behind it.
fn send_on_schedule(server: &Server, check: &str, connection: usize) -> Vec<Duration> {
    let mut client = server.client();
    let start = Instant::now();
    let number_of = |index: usize| index * CONNECTIONS + connection;
    let due = |index| Duration::from_secs_f64(float(number_of(index)) / float(CHECKS_PER_SECOND));
    let send = |index| {
        let due = start + due(index);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        assert_eq!(client.fetch(check).status, 200);
        due.elapsed()
    };
    (0..CHECKS_PER_SECOND * SECONDS / CONNECTIONS)
        .map(send)
        .collect()
}
