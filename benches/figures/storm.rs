//! Pages while many users log in: the dashboard's slowest percent, calm, and while sixteen clients
//! log in without a pause, in turns. Then the responses that monitoring reads, while sixty-four
//! clients do. On a machine that is too slow for so many, the server rejects some, which the table
//! shows.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::get;
use crate::figure::Figure;
use crate::server::{Server, folder, log_in};
use crate::stats::{Sorted, float};

const STORM_CLIENTS: usize = 16;
const HEAVY_STORM_CLIENTS: usize = 64;
/// Calm and disturbed rounds, in turns.
pub const ROUNDS: usize = 4;
const VISITORS: usize = 2;
const CLICKS_PER_ROUND: usize = 500;
const PAUSE: Duration = Duration::from_millis(4);
/// The pause of a rejected client. The server tells it to wait longer.
const AFTER_REFUSAL: Duration = Duration::from_millis(100);
const MAX_MORE_MILLIS: f64 = 10.0;
const MAX_HEALTHZ_MILLIS: f64 = 50.0;

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let dashboard = get(
        "/dashboard",
        Some(&server.register_and_log_in("ada@example.org")),
    );
    server.register_and_log_in("grace@example.org");
    let (mut calm, mut storm) = (Vec::new(), Vec::new());
    let (logins, refusals, mut seconds) = (AtomicUsize::new(0), AtomicUsize::new(0), 0.0);
    for _ in 0..ROUNDS {
        calm.extend(visit(&server, &dashboard));
        let begun = Instant::now();
        storm.extend(during_logins(
            &server,
            STORM_CLIENTS,
            &logins,
            &refusals,
            || visit(&server, &dashboard),
        ));
        seconds += begun.elapsed().as_secs_f64();
    }
    let (rate, refused) = (float(logins.into_inner()) / seconds, refusals.into_inner());
    let more = format!("; {rate:.1} logins a second, {refused} refused");
    vec![
        compared("dashboard's p99 in a login storm", &calm, &storm, &more),
        healthz(&server),
    ]
}

fn healthz(server: &Server) -> Figure {
    let (logins, refusals) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let ask = || visit(server, &get("/healthz", None));
    let times = Sorted::millis(during_logins(
        server,
        HEAVY_STORM_CLIENTS,
        &logins,
        &refusals,
        ask,
    ));
    let (p99, refused) = (times.percentile(99), refusals.into_inner());
    let result = format!("{p99:.1} ms ({refused} logins refused, as too many waited)");
    Figure::new(
        "/healthz's p99 with 64 clients",
        "≤ 50 ms",
        result,
        p99 <= MAX_HEALTHZ_MILLIS,
    )
}

/// Returns the time of each click of users on the dashboard or another page.
pub fn visit(server: &Server, page: &str) -> Vec<Duration> {
    thread::scope(|scope| {
        let visit = || server.client().latencies(page, CLICKS_PER_ROUND, PAUSE);
        let visitors: Vec<_> = (0..VISITORS).map(|_| scope.spawn(visit)).collect();
        visitors
            .into_iter()
            .flat_map(|visitor| visitor.join().expect("each click is answered"))
            .collect()
    })
}

/// Returns the figure of a disturbance. It may add only so much to the slowest percent that no user
/// notices.
pub fn compared(what: &str, calm: &[Duration], disturbed: &[Duration], more: &str) -> Figure {
    let p99 = |times: &[Duration]| Sorted::millis(times.iter().copied()).percentile(99);
    let (count, calm, disturbed) = (disturbed.len(), p99(calm), p99(disturbed));
    let figure = format!("{disturbed:.1} ms, calm {calm:.1} ms ({count} clicks each{more})");
    Figure::new(
        what,
        "≤ the calm one + 10 ms",
        figure,
        disturbed <= calm + MAX_MORE_MILLIS,
    )
}

/// Runs `work` during the storm, and counts the results of its logins.
fn during_logins<T>(
    server: &Server,
    clients: usize,
    logins: &AtomicUsize,
    refusals: &AtomicUsize,
    work: impl FnOnce() -> T,
) -> T {
    let over = AtomicBool::new(false);
    let log_in_often = || {
        let mut client = server.client();
        while !over.load(Ordering::Relaxed) {
            match client.ask(&log_in("grace@example.org")).status {
                303 => logins.fetch_add(1, Ordering::Relaxed),
                503 => {
                    thread::sleep(AFTER_REFUSAL);
                    refusals.fetch_add(1, Ordering::Relaxed)
                }
                other => panic!("a login was answered {other}"),
            };
        }
    };
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(log_in_often);
        }
        let _over = SetAtEnd(&over);
        work()
    })
}

/// Ends a disturbance also if the work in it fails. Otherwise its threads would never end.
pub struct SetAtEnd<'flag>(pub &'flag AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
