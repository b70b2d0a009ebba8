//! Catching up with email: thousands are queued while the mail server is down; then it comes up.
//! Measures the time until the first one, the rate until all are sent, and the dashboard meanwhile.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::get;
use crate::figure::Figure;
use crate::server::{Server, folder, sign_up};
use crate::smtp_sink::{SmtpSink, Taken, free_port};
use crate::stats::float;
use crate::storm::{compared, visit};

const MAILS: usize = 2_000;
const CLIENTS: usize = 16;
const PATIENCE: Duration = Duration::from_mins(3);
const LATEST_FIRST: f64 = 30.0;
const LEAST_RATE: f64 = 200.0;
const COST: (&str, &str) = ("VESTIBULE_BCRYPT_COST", "10");

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    // Before there is a mail server, the link can be read from the mailbox.
    let server = Server::start(folder.path(), &[COST]);
    let dashboard = get(
        "/dashboard",
        Some(&server.register_and_log_in("ada@example.org")),
    );
    server.stop();

    let port = free_port();
    let url = format!("smtp://127.0.0.1:{port}");
    let from = ("VESTIBULE_MAIL_FROM", "Vestibule <no-reply@localhost>");
    let server = Server::start(folder.path(), &[COST, ("VESTIBULE_SMTP_URL", &url), from]);
    sign_up_many(&server);
    let calm = visit(&server, &dashboard);

    let begun = Instant::now();
    let sink = SmtpSink::start(port);
    let mut busy = Vec::new();
    loop {
        let taken = sink.taken();
        let waiting = waiting(&taken);
        if waiting == 0 {
            return figures(&taken, begun, &calm, &busy);
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "{waiting} mails still wait after {PATIENCE:?}"
        );
        if taken.is_empty() {
            thread::sleep(Duration::from_millis(10));
        } else {
            busy.extend(
                server
                    .client()
                    .latencies(&dashboard, 50, Duration::from_millis(4)),
            );
        }
    }
}

fn figures(taken: &[Taken], begun: Instant, calm: &[Duration], busy: &[Duration]) -> Vec<Figure> {
    let times = || taken.iter().map(|mail| mail.at);
    let (first, last) = (
        times().min().expect("a mail came"),
        times().max().expect("a mail came"),
    );
    let wait = (first - begun).as_secs_f64();
    let rate = float(taken.len()) / (last - first).as_secs_f64();
    let twice = taken.len()
        - taken
            .iter()
            .map(|mail| &mail.recipient)
            .collect::<BTreeSet<_>>()
            .len();
    let drained = format!(
        "{rate:.0} a second ({} mails, {twice} to an address that had one)",
        taken.len()
    );
    vec![
        Figure::new(
            "first mail after an outage",
            "≤ 30 s",
            format!("{wait:.1} s"),
            wait <= LATEST_FIRST,
        ),
        Figure::new(
            "mails until all are out",
            "≥ 200 a second",
            drained,
            rate >= LEAST_RATE,
        ),
        compared("dashboard's p99 meanwhile", calm, busy, ""),
    ]
}

fn address(number: usize) -> String {
    format!("n{number}@example.org")
}

/// Returns the number of addresses that have no email yet.
fn waiting(taken: &[Taken]) -> usize {
    let reached: BTreeSet<&str> = taken.iter().map(|mail| mail.recipient.as_str()).collect();
    (0..MAILS)
        .filter(|number| !reached.contains(address(*number).as_str()))
        .count()
}

fn sign_up_many(server: &Server) {
    let next = AtomicUsize::new(0);
    let sign_up_some = || {
        let mut client = server.client();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= MAILS {
                return;
            }
            client.ask(&sign_up(&address(number))).expect_redirect();
        }
    };
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(sign_up_some);
        }
    });
}
