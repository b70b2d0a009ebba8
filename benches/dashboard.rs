//! What a signed-in page costs: `GET /dashboard` (session and user read from the database each time) against a bare page
//! of the same server and the same size, in requests per second of the server's CPU, measured in turns in one run.
//!
//! `cargo bench --bench dashboard`. Figures are ratios: machines are noisy, and this one is no other.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

const ROUNDS: usize = 25;
const REQUESTS_PER_ROUND: usize = 6_000;
const CLIENTS: usize = 2;
const PASSWORD: &str = "harbour+velvet+onion";

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let cookie = server.sign_in();
    let dashboard = format!("GET /dashboard HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
    let size = server.page(&dashboard).1.len();
    let bare = server.bare_page_of(size);
    println!("both pages have {size} bytes; {ROUNDS} rounds of {REQUESTS_PER_ROUND} requests each, in turns");

    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let (bare, dashboard) = (server.requests_per_cpu_second(&bare), server.requests_per_cpu_second(&dashboard));
            println!("bare {bare:.0}, dashboard {dashboard:.0} requests per CPU second, ratio {:.3}", dashboard / bare);
            dashboard / bare
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let at = |quarter: usize| ratios[(ROUNDS - 1) * quarter / 4];
    println!("ratio, median of {ROUNDS}: {:.3} (half of the rounds between {:.3} and {:.3})", at(2), at(1), at(3));
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &std::path::Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vestibule"))
            .current_dir(folder)
            .env("VESTIBULE_LISTEN", "127.0.0.1:0")
            .env("VESTIBULE_BCRYPT_COST", "10")
            .env("VESTIBULE_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on http://").expect("its address").to_owned();
        Self { child, address }
    }

    /// Signs up, confirms, logs in; gives the session's cookie.
    fn sign_in(&self) -> String {
        let credentials = format!("email=ada%40example.org&password={PASSWORD}");
        self.post("/signup", &credentials);
        let (_, mails) = self.page("GET /dev/mailbox.json HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let token = mails.split("token=").nth(1).and_then(|rest| rest.get(..43)).expect("a token").to_owned();
        self.post("/verify", &format!("token={token}"));
        let head = self.post("/login", &credentials);
        let cookie = head.split("session=").nth(1).and_then(|rest| rest.split(';').next()).expect("a session");
        format!("session={cookie}")
    }

    /// The log-in page, which needs neither session nor database, padded to `size` by where it leads on to.
    fn bare_page_of(&self, size: usize) -> String {
        let request = |pad: usize| {
            let pad = "a".repeat(pad);
            format!("GET /login?next=/{pad} HTTP/1.1\r\nHost: localhost\r\n\r\n")
        };
        let unpadded = self.page(&request(0)).1.len();
        let padded = request(size.checked_sub(unpadded).expect("the dashboard is the larger page"));
        assert_eq!(self.page(&padded).1.len(), size);
        padded
    }

    fn post(&self, path: &str, form: &str) -> String {
        let length = form.len();
        let (head, _) = self.page(&format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
        ));
        assert!(head.starts_with("HTTP/1.1 303"), "{head}");
        head
    }

    fn page(&self, request: &str) -> (String, String) {
        let mut connection = Connection::open(&self.address);
        connection.send(request);
        connection.receive()
    }

    fn requests_per_cpu_second(&self, request: &str) -> f64 {
        let before = self.cpu_seconds();
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    let mut connection = Connection::open(&self.address);
                    for _ in 0..REQUESTS_PER_ROUND / CLIENTS {
                        connection.send(request);
                        let (head, _) = connection.receive();
                        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
                    }
                });
            }
        });
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let requests = REQUESTS_PER_ROUND as f64;
        requests / (self.cpu_seconds() - before)
    }

    /// Time that the server's threads have run so far, as the scheduler counts it: to the nanosecond, not in ticks.
    fn cpu_seconds(&self) -> f64 {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("its threads");
        let nanos = threads.map(|thread| {
            let times = fs::read_to_string(thread.expect("a thread").path().join("schedstat")).expect("its times");
            times.split(' ').next().and_then(|run| run.parse::<f64>().ok()).expect("a number")
        });
        nanos.sum::<f64>() / 1e9
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("connects");
        stream.set_nodelay(true).expect("an option");
        Self(BufReader::new(stream))
    }

    fn send(&mut self, request: &str) {
        self.0.get_mut().write_all(request.as_bytes()).expect("sends");
    }

    fn receive(&mut self) -> (String, String) {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).expect("a line"), 0, "{head}");
        }
        let length =
            head.to_lowercase().split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.0.read_exact(&mut body).expect("a body");
        (head, String::from_utf8(body).expect("UTF-8"))
    }
}
