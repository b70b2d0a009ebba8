//! Measures the delivery of queued emails after an outage of the mail server. The figures are the
//! time until the first email, the rate until all are sent, and the dashboard's 99th percentile
//! during delivery.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::get;
use crate::figure::Figure;
use crate::server::{Server, folder, sign_up};
use crate::smtp_sink::{ReceivedEmail, SmtpSink, free_port};
use crate::stats::float;
use crate::storm::{p99_figure, page_latencies};

const EMAILS: usize = 2_000;
const CLIENTS: usize = 16;
const TIMEOUT: Duration = Duration::from_mins(3);
const MAX_SECONDS_TO_FIRST: f64 = 30.0;
const MIN_EMAILS_PER_SECOND: f64 = 200.0;
const BCRYPT_COST: (&str, &str) = ("VESTIBULE_BCRYPT_COST", "10");

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    // Without a mail server, the confirmation link is in the development mailbox.
    let server = Server::start(folder.path(), &[BCRYPT_COST]);
    let dashboard = get(
        "/dashboard",
        Some(&server.register_and_log_in("ada@example.org")),
    );
    server.stop();

    let port = free_port();
    let url = format!("smtp://127.0.0.1:{port}");
    let from = ("VESTIBULE_MAIL_FROM", "Vestibule <no-reply@localhost>");
    let variables = [BCRYPT_COST, ("VESTIBULE_SMTP_URL", url.as_str()), from];
    let server = Server::start(folder.path(), &variables);
    sign_up_many(&server);
    let baseline = page_latencies(&server, &dashboard);

    let start = Instant::now();
    let sink = SmtpSink::start(port);
    let mut loaded = Vec::new();
    loop {
        let received = sink.received();
        let missing = count_missing(&received);
        if missing == 0 {
            return figures(&received, start, &baseline, &loaded);
        }
        assert!(
            start.elapsed() < TIMEOUT,
            "{missing} emails have not been delivered after {TIMEOUT:?}"
        );
        if received.is_empty() {
            thread::sleep(Duration::from_millis(10));
        } else {
            loaded.extend(
                server
                    .client()
                    .latencies(&dashboard, 50, Duration::from_millis(4)),
            );
        }
    }
}

/// Returns the figures of the emails that the mail server received since `start`.
fn figures(
    received: &[ReceivedEmail],
    start: Instant,
    baseline: &[Duration],
    loaded: &[Duration],
) -> Vec<Figure> {
    let times = || received.iter().map(|email| email.received_at);
    let (first, last) = (
        times().min().expect("at least one email was received"),
        times().max().expect("at least one email was received"),
    );
    let seconds_to_first = (first - start).as_secs_f64();
    let rate = float(received.len()) / (last - first).as_secs_f64();
    let duplicates = received.len() - recipients(received).len();
    let delivery = format!(
        "{rate:.0} a second ({} emails, {duplicates} of them duplicates)",
        received.len()
    );
    vec![
        Figure::new(
            "first email after an outage",
            "≤ 30 s",
            format!("{seconds_to_first:.1} s"),
            seconds_to_first <= MAX_SECONDS_TO_FIRST,
        ),
        Figure::new(
            "emails until all are sent",
            "≥ 200 a second",
            delivery,
            rate >= MIN_EMAILS_PER_SECOND,
        ),
        p99_figure("dashboard's p99 during delivery", baseline, loaded, ""),
    ]
}

fn email_address(number: usize) -> String {
    format!("n{number}@example.org")
}

fn recipients(received: &[ReceivedEmail]) -> BTreeSet<&str> {
    received
        .iter()
        .map(|email| email.recipient.as_str())
        .collect()
}

/// Returns the number of email addresses that have not received an email.
fn count_missing(received: &[ReceivedEmail]) -> usize {
    let reached = recipients(received);
    (0..EMAILS)
        .filter(|number| !reached.contains(email_address(*number).as_str()))
        .count()
}

fn sign_up_many(server: &Server) {
    let next_number = AtomicUsize::new(0);
    let run_client = || {
        let mut client = server.client();
        loop {
            let number = next_number.fetch_add(1, Ordering::Relaxed);
            if number >= EMAILS {
                return;
            }
            client
                .fetch(&sign_up(&email_address(number)))
                .expect_redirect();
        }
    };
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(run_client);
        }
    });
}
