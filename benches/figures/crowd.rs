//! Measures the cost of many clients without a session. Some keep idle connections open, each after
//! one request. Others send cookies that belong to no session. The figures are memory, database
//! writes and log lines.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::client::{Client, get};
use crate::figure::Figure;
use crate::server::{Server, folder};

const CONNECTIONS: usize = 2_000;
const MAX_MEBIBYTES: f64 = 60.0;
const JUNK_COOKIES: usize = 100_000;
const CLIENTS: usize = 4;
const MAX_GROWTH_MEBIBYTES: f64 = 5.0;
const MAX_LOG_LINES: usize = 1_000;
/// A pause in which the allocator returns free memory to the system.
const SETTLE: Duration = Duration::from_secs(2);

pub fn measure() -> Vec<Figure> {
    let mut figures = vec![measure_idle_connections()];
    figures.extend(measure_junk_cookies());
    figures
}

fn measure_idle_connections() -> Figure {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let page = get("/login", None);
    let open = |_| {
        let mut client = server.client();
        assert_eq!(client.fetch(&page).status, 200);
        client
    };
    let clients: Vec<Client> = (0..CONNECTIONS).map(open).collect();
    thread::sleep(SETTLE);
    let memory = server.resident_memory();
    assert!(
        server.open_descriptors() > clients.len(),
        "all connections are still open"
    );
    Figure::new(
        "resident memory with 2,000 idle connections",
        "≤ 60 MiB",
        format!("{memory:.1} MiB"),
        memory <= MAX_MEBIBYTES,
    )
}

fn measure_junk_cookies() -> Vec<Figure> {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let valid_cookie = server.register_and_log_in("ada@example.org");
    // A first round lets the server allocate its caches and buffers.
    send_junk_cookies(&server, &valid_cookie, 0..JUNK_COOKIES / 10);
    thread::sleep(SETTLE);
    let (memory_before, database_before, log_lines_before) = (
        server.resident_memory(),
        database_files(folder.path()),
        count_log_lines(folder.path()),
    );
    send_junk_cookies(&server, &valid_cookie, 0..JUNK_COOKIES);
    thread::sleep(SETTLE);
    let growth = server.resident_memory() - memory_before;
    let is_unchanged = database_files(folder.path()) == database_before;
    let log_lines = count_log_lines(folder.path()) - log_lines_before;
    vec![
        Figure::new(
            "memory growth by 100,000 junk cookies",
            "≤ 5 MiB",
            format!("{growth:.1} MiB"),
            growth <= MAX_GROWTH_MEBIBYTES,
        ),
        Figure::new(
            "database writes by 100,000 junk cookies",
            "none",
            if is_unchanged { "none" } else { "some" }.to_owned(),
            is_unchanged,
        ),
        Figure::new(
            "log lines by 100,000 junk cookies",
            "< 1,000",
            format!("{log_lines}"),
            log_lines < MAX_LOG_LINES,
        ),
    ]
}

/// Requests the dashboard with many different cookies of three kinds. They are plain numbers, texts
/// in the form of a token, and the valid token with its last six characters replaced.
fn send_junk_cookies(server: &Server, valid: &str, numbers: std::ops::Range<usize>) {
    thread::scope(|scope| {
        for first in 0..CLIENTS {
            let numbers = numbers.clone();
            scope.spawn(move || {
                let mut client = server.client();
                for number in numbers.skip(first).step_by(CLIENTS) {
                    let cookie = match number % 3 {
                        0 => format!("session={number:0300}"),
                        1 => format!("session=eyJhbGciOiJub25lIn0.{number:0100}.{number:043}"),
                        _ => format!("{}{number:06}", &valid[..valid.len() - 6]),
                    };
                    assert_eq!(client.fetch(&get("/dashboard", Some(&cookie))).status, 303);
                }
            });
        }
    });
}

fn database_files(folder: &Path) -> Vec<Vec<u8>> {
    ["data/vestibule.db", "data/vestibule.db-wal"]
        .map(|file| fs::read(folder.join(file)).unwrap_or_default())
        .into()
}

fn count_log_lines(folder: &Path) -> usize {
    fs::read_to_string(folder.join("log"))
        .expect("the server has a log")
        .lines()
        .count()
}
