//! Measures the server's memory after a start and after many requests of all kinds. It must level
//! off, as must the number of open files.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::client::{get, post};
use crate::figure::Figure;
use crate::server::{Server, folder, log_in, sign_up};

const CLIENTS: usize = 8;
/// The number of requests after which a client opens a new connection, like a new user.
const REQUESTS_PER_CONNECTION: usize = 100;
/// The number of requests before the first measurement.
const FIRST_TOTAL: usize = 10_000;
/// The number of requests before the last measurement.
const LAST_TOTAL: usize = 50_000;
/// A pause in which connections close and the allocator returns free memory to the system.
const SETTLE: Duration = Duration::from_secs(2);

const MAX_IDLE_MEBIBYTES: f64 = 20.0;
const MAX_LOADED_MEBIBYTES: f64 = 40.0;
const MAX_GROWTH_MEBIBYTES: f64 = 5.0;
const EMAIL: &str = "ada@example.org";

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let variables = [("VESTIBULE_BCRYPT_COST", "10")];
    // The first start creates the database. Its memory is not that of a later start.
    Server::start(folder.path(), &variables).stop();
    let server = Server::start(folder.path(), &variables);
    thread::sleep(SETTLE);
    let idle = server.resident_memory();

    let traffic = Traffic::new(&server);
    let (first, first_descriptors) = traffic.run_until(FIRST_TOTAL);
    let (last, last_descriptors) = traffic.run_until(LAST_TOTAL);
    let growth = last - first;
    let descriptors = format!("{first_descriptors}, later {last_descriptors}");
    vec![
        Figure::new(
            "resident memory after a start",
            "≤ 20 MiB",
            format!("{idle:.1} MiB"),
            idle <= MAX_IDLE_MEBIBYTES,
        ),
        Figure::new(
            "resident memory after 50,000 requests",
            "≤ 40 MiB",
            format!("{last:.1} MiB"),
            last <= MAX_LOADED_MEBIBYTES,
        ),
        Figure::new(
            "memory growth since request 10,000",
            "≤ 5 MiB",
            format!("{growth:.1} MiB"),
            growth <= MAX_GROWTH_MEBIBYTES,
        ),
        Figure::new(
            "open files",
            "≤ the number at request 10,000",
            descriptors,
            last_descriptors <= first_descriptors,
        ),
    ]
}

/// Requests like those of many users.
struct Traffic<'server> {
    server: &'server Server,
    /// Requests for pages and files.
    pages: Vec<String>,
    /// The number of requests so far.
    total: AtomicUsize,
}

impl<'server> Traffic<'server> {
    fn new(server: &'server Server) -> Self {
        let cookie = server.register_and_log_in(EMAIL);
        let home_page = server.fetch(&get("/", None)).body;
        let files = home_page
            .split('"')
            .filter(|text| text.starts_with("/static/"))
            .map(|path| get(path, None));
        let pages = [
            "/",
            "/login",
            "/signup",
            "/password/forgot",
            "/verify/resend",
            "/no/such/page",
        ];
        let pages = pages.into_iter().map(|path| get(path, None)).chain(files);
        let dashboards = (0..6).map(|_| get("/dashboard", Some(&cookie)));
        Self {
            server,
            pages: pages.chain(dashboards).collect(),
            total: AtomicUsize::new(0),
        }
    }

    /// Sends requests until their total reaches `limit`. Returns the resident memory and the number
    /// of open descriptors after that.
    fn run_until(&self, limit: usize) -> (f64, usize) {
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| while self.use_one_connection(limit) {});
            }
        });
        thread::sleep(SETTLE);
        (
            self.server.resident_memory(),
            self.server.open_descriptors(),
        )
    }

    /// Sends requests over a new connection. Returns false once the total has reached `limit`.
    fn use_one_connection(&self, limit: usize) -> bool {
        let mut client = self.server.client();
        for _ in 0..REQUESTS_PER_CONNECTION {
            let number = self.total.fetch_add(1, Ordering::Relaxed);
            if number >= limit {
                self.total.fetch_sub(1, Ordering::Relaxed);
                return false;
            }
            let status = client.fetch(&self.request(number)).status;
            assert!(status < 500, "{status}");
        }
        true
    }

    /// Returns the request with this number. Of 500 requests, two are logins, and one is a login to
    /// an unknown account. One is a sign-up, which includes a password strength check. One asks for
    /// a reset link. The others are for pages and files.
    fn request(&self, number: usize) -> String {
        match number % 500 {
            0 | 250 => log_in(EMAIL),
            100 => log_in("unknown@example.org"),
            200 => sign_up(&format!("n{number}@example.org")),
            300 => post(
                "/password/forgot",
                &format!("email=n{number}%40example.org"),
            ),
            _ => self.pages[number % self.pages.len()].clone(),
        }
    }
}
