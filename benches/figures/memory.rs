//! The memory of the program: after a start, and after many requests of all kinds, until it levels
//! off.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::client::{get, post};
use crate::figure::Figure;
use crate::server::{Server, folder, log_in, sign_up};

const CLIENTS: usize = 8;
/// One visitor leaves, and another one comes.
const REQUESTS_PER_CONNECTION: usize = 100;
const FIRST_LOOK: usize = 10_000;
const LAST_LOOK: usize = 50_000;
/// A pause until connections are closed and the allocator has returned its memory.
const SETTLE: Duration = Duration::from_secs(2);

const MAX_IDLE: f64 = 20.0;
const MAX_LOADED: f64 = 40.0;
const MAX_GROWTH: f64 = 5.0;
const EMAIL: &str = "ada@example.org";

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let variables = [("VESTIBULE_BCRYPT_COST", "10")];
    // The first start created the database. Idle means the memory of any later start.
    Server::start(folder.path(), &variables).stop();
    let server = Server::start(folder.path(), &variables);
    thread::sleep(SETTLE);
    let idle = server.resident();

    let visit = Visit::begin(&server);
    let (first, first_descriptors) = visit.go_on_until(FIRST_LOOK);
    let (last, last_descriptors) = visit.go_on_until(LAST_LOOK);
    let growth = last - first;
    let descriptors = format!("{first_descriptors}, later {last_descriptors}");
    vec![
        Figure::new(
            "resident after a start",
            "≤ 20 MiB",
            format!("{idle:.1} MiB"),
            idle <= MAX_IDLE,
        ),
        Figure::new(
            "resident after 50,000 requests",
            "≤ 40 MiB",
            format!("{last:.1} MiB"),
            last <= MAX_LOADED,
        ),
        Figure::new(
            "growth since the 10,000th",
            "≤ 5 MiB",
            format!("{growth:.1} MiB"),
            growth <= MAX_GROWTH,
        ),
        Figure::new(
            "open files",
            "no more than before",
            descriptors,
            last_descriptors <= first_descriptors,
        ),
    ]
}

/// Clients that behave like users.
struct Visit<'server> {
    server: &'server Server,
    pages: Vec<String>,
    done: AtomicUsize,
}

impl<'server> Visit<'server> {
    fn begin(server: &'server Server) -> Self {
        let cookie = server.register_and_log_in(EMAIL);
        let front = server.ask(&get("/", None)).body;
        let files = front
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
            done: AtomicUsize::new(0),
        }
    }

    /// Sends requests until there were `last` in all. Returns the resident memory and the
    /// descriptors then.
    fn go_on_until(&self, last: usize) -> (f64, usize) {
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| while self.one_connection(last) {});
            }
        });
        thread::sleep(SETTLE);
        (self.server.resident(), self.server.descriptors())
    }

    fn one_connection(&self, last: usize) -> bool {
        let mut client = self.server.client();
        for _ in 0..REQUESTS_PER_CONNECTION {
            let number = self.done.fetch_add(1, Ordering::Relaxed);
            if number >= last {
                self.done.fetch_sub(1, Ordering::Relaxed);
                return false;
            }
            let status = client.ask(&self.request(number)).status;
            assert!(status < 500, "{status}");
        }
        true
    }

    /// Of 500: two logins, one with a wrong address, one sign-up (which judges the password), one
    /// reset request; otherwise pages and files.
    fn request(&self, number: usize) -> String {
        match number % 500 {
            0 | 250 => log_in(EMAIL),
            100 => log_in("nobody@example.org"),
            200 => sign_up(&format!("n{number}@example.org")),
            300 => post(
                "/password/forgot",
                &format!("email=n{number}%40example.org"),
            ),
            _ => self.pages[number % self.pages.len()].clone(),
        }
    }
}
