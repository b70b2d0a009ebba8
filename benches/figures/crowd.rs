//! The cost of many idle clients: connections that were used once and are kept, and requests with
//! cookies that are no session. Measures memory, writes and log lines.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::client::{Client, get};
use crate::figure::Figure;
use crate::server::{Server, folder};

const CONNECTIONS: usize = 2_000;
const MAX_WITH_CONNECTIONS: f64 = 60.0;
const JUNK: usize = 100_000;
const CLIENTS: usize = 4;
const MAX_GROWTH: f64 = 5.0;
/// A pause until the allocator has returned its memory.
const SETTLE: Duration = Duration::from_secs(2);

pub fn measure() -> Vec<Figure> {
    let mut figures = vec![idle_connections()];
    figures.extend(junk_cookies());
    figures
}

fn idle_connections() -> Figure {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let page = get("/login", None);
    let open = |_| {
        let mut client = server.client();
        assert_eq!(client.ask(&page).status, 200);
        client
    };
    let clients: Vec<Client> = (0..CONNECTIONS).map(open).collect();
    thread::sleep(SETTLE);
    let resident = server.resident();
    assert!(server.descriptors() > clients.len(), "they are open");
    Figure::new(
        "resident with 2,000 idle connections",
        "≤ 60 MiB",
        format!("{resident:.1} MiB"),
        resident <= MAX_WITH_CONNECTIONS,
    )
}

fn junk_cookies() -> Vec<Figure> {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let good = server.register_and_log_in("ada@example.org");
    // Everything that a first round allocates exists by now.
    send(&server, &good, 0..JUNK / 10);
    thread::sleep(SETTLE);
    let (resident, written, log) = (
        server.resident(),
        content(folder.path()),
        log_lines(folder.path()),
    );
    send(&server, &good, 0..JUNK);
    thread::sleep(SETTLE);
    let growth = server.resident() - resident;
    let is_same = content(folder.path()) == written;
    let lines = log_lines(folder.path()) - log;
    vec![
        Figure::new(
            "growth by 100,000 junk cookies",
            "≤ 5 MiB",
            format!("{growth:.1} MiB"),
            growth <= MAX_GROWTH,
        ),
        Figure::new(
            "written to the database for them",
            "nothing",
            if is_same { "nothing" } else { "something" }.to_owned(),
            is_same,
        ),
        Figure::new(
            "lines of the log for them",
            "not one each",
            format!("{lines}"),
            lines < JUNK / 100,
        ),
    ]
}

/// Requests the dashboard with many different cookies: noise, texts like a token, and a valid token
/// with one wrong character.
fn send(server: &Server, good: &str, numbers: std::ops::Range<usize>) {
    thread::scope(|scope| {
        for first in 0..CLIENTS {
            let numbers = numbers.clone();
            scope.spawn(move || {
                let mut client = server.client();
                for number in numbers.skip(first).step_by(CLIENTS) {
                    let cookie = match number % 3 {
                        0 => format!("session={number:0300}"),
                        1 => format!("session=eyJhbGciOiJub25lIn0.{number:0100}.{number:043}"),
                        _ => format!("{}{}", &good[..good.len() - 6], format_args!("{number:06}")),
                    };
                    assert_eq!(client.ask(&get("/dashboard", Some(&cookie))).status, 303);
                }
            });
        }
    });
}

fn content(folder: &Path) -> Vec<Vec<u8>> {
    ["data/vestibule.db", "data/vestibule.db-wal"]
        .map(|file| fs::read(folder.join(file)).unwrap_or_default())
        .into()
}

fn log_lines(folder: &Path) -> usize {
    fs::read_to_string(folder.join("log"))
        .expect("its log")
        .lines()
        .count()
}
