//! Measures the dashboard's 99th percentile while 16 clients log in without a pause. These rounds
//! alternate with baseline rounds without logins. A second figure is the 99th percentile of
//! `/healthz`, which monitoring reads, while 64 clients log in.
//!
//! On a slow machine, the server rejects some of the logins. The table shows their number.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::get;
use crate::figure::Figure;
use crate::server::{Server, folder, log_in};
use crate::stats::{Sorted, float};

/// The account that logs in during a storm.
pub const EMAIL: &str = "grace@example.org";
const STORM_CLIENTS: usize = 16;
const HEAVY_STORM_CLIENTS: usize = 64;
/// The number of baseline rounds, and also of loaded rounds.
pub const ROUNDS: usize = 4;
const PAGE_USERS: usize = 2;
const CLICKS_PER_ROUND: usize = 500;
const PAUSE_BETWEEN_CLICKS: Duration = Duration::from_millis(4);
/// The pause of a client after a rejected login. The `Retry-After` header asks for a longer one.
const PAUSE_AFTER_REJECTION: Duration = Duration::from_millis(100);
const MAX_ADDED_MILLIS: f64 = 10.0;
const MAX_HEALTHZ_MILLIS: f64 = 50.0;

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let session = server.register_and_log_in("ada@example.org");
    server.register_and_log_in(EMAIL);
    let (name, dashboard) = (
        "dashboard's p99 in a login storm",
        get("/dashboard", Some(&session)),
    );
    vec![
        measure_page(&server, name, &dashboard, MAX_ADDED_MILLIS),
        measure_healthz(&server),
    ]
}

/// Compares the 99th percentile of a page during a storm with the baseline. The storm may add
/// `max_added` milliseconds.
pub fn measure_page(server: &Server, name: &str, page: &str, max_added: f64) -> Figure {
    let (mut baseline, mut loaded) = (Vec::new(), Vec::new());
    let (logins, rejections, mut seconds) = (AtomicUsize::new(0), AtomicUsize::new(0), 0.0);
    for _ in 0..ROUNDS {
        baseline.extend(page_latencies(server, page));
        let start = Instant::now();
        loaded.extend(run_during_logins(
            server,
            STORM_CLIENTS,
            &logins,
            &rejections,
            || page_latencies(server, page),
        ));
        seconds += start.elapsed().as_secs_f64();
    }
    let rate = float(logins.into_inner()) / seconds;
    let rejected = rejections.into_inner();
    let details = format!("; {rate:.1} logins a second, {rejected} rejected");
    p99_figure_within(max_added, name, (&baseline, &loaded), &details)
}

fn measure_healthz(server: &Server) -> Figure {
    let (logins, rejections) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let millis = Sorted::millis(run_during_logins(
        server,
        HEAVY_STORM_CLIENTS,
        &logins,
        &rejections,
        || page_latencies(server, &get("/healthz", None)),
    ));
    let (p99, rejected) = (millis.percentile(99), rejections.into_inner());
    let result = format!("{p99:.1} ms ({rejected} logins rejected, because too many were queued)");
    Figure::new(
        "/healthz's p99 with 64 clients",
        "≤ 50 ms",
        result,
        p99 <= MAX_HEALTHZ_MILLIS,
    )
}

/// Requests a page several times as each of a few users. Returns the duration of each request.
pub fn page_latencies(server: &Server, page: &str) -> Vec<Duration> {
    thread::scope(|scope| {
        let click = || {
            let mut client = server.client();
            client.latencies(page, CLICKS_PER_ROUND, PAUSE_BETWEEN_CLICKS)
        };
        let users: Vec<_> = (0..PAGE_USERS).map(|_| scope.spawn(click)).collect();
        users
            .into_iter()
            .flat_map(|user| user.join().expect("every request succeeds"))
            .collect()
    })
}

/// Compares the 99th percentile under load with the baseline. The load may add 10 ms, which no user
/// notices.
pub fn p99_figure(name: &str, baseline: &[Duration], loaded: &[Duration], details: &str) -> Figure {
    p99_figure_within(MAX_ADDED_MILLIS, name, (baseline, loaded), details)
}

fn p99_figure_within(
    max_added: f64,
    name: &str,
    (baseline, loaded): (&[Duration], &[Duration]),
    details: &str,
) -> Figure {
    let p99 = |durations: &[Duration]| Sorted::millis(durations.iter().copied()).percentile(99);
    let (count, baseline, loaded) = (loaded.len(), p99(baseline), p99(loaded));
    let result = format!("{loaded:.1} ms, baseline {baseline:.1} ms ({count} requests{details})");
    Figure::new(
        name,
        &format!("≤ baseline + {max_added} ms"),
        result,
        loaded <= baseline + max_added,
    )
}

/// Runs `work` while clients log in without a pause. Counts their logins and rejections.
fn run_during_logins<T>(
    server: &Server,
    clients: usize,
    logins: &AtomicUsize,
    rejections: &AtomicUsize,
    work: impl FnOnce() -> T,
) -> T {
    let is_over = AtomicBool::new(false);
    let log_in_repeatedly = || {
        let mut client = server.client();
        while !is_over.load(Ordering::Relaxed) {
            match client.fetch(&log_in(EMAIL)).status {
                303 => logins.fetch_add(1, Ordering::Relaxed),
                503 => {
                    thread::sleep(PAUSE_AFTER_REJECTION);
                    rejections.fetch_add(1, Ordering::Relaxed)
                }
                status => panic!("unexpected status of a login: {status}"),
            };
        }
    };
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(log_in_repeatedly);
        }
        let _guard = SetOnDrop(&is_over);
        work()
    })
}

/// A guard that sets a flag even if a measurement panics. Otherwise threads that wait for the flag
/// would never end.
pub struct SetOnDrop<'flag>(pub &'flag AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
