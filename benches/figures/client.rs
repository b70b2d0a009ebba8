//! A minimal HTTP client with one keep-alive connection. Its own work is small compared with that
//! of the measured server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

pub struct Response {
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    pub body: String,
}

impl Response {
    /// Checks that the response is a redirect, as after an accepted form.
    pub fn expect_redirect(&self) {
        assert_eq!(self.status, 303, "{}", self.head);
    }
}

pub struct Client(BufReader<TcpStream>);

impl Client {
    pub fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream
            .set_nodelay(true)
            .expect("every system has this option");
        // Without a timeout, a hanging server would block the benchmark forever.
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .expect("every system has this option");
        Self(BufReader::new(stream))
    }

    /// Sends a request and waits for its response.
    pub fn fetch(&mut self, request: &str) -> Response {
        self.send(request);
        self.receive()
    }

    /// Sends a request without waiting for its response.
    pub fn send(&mut self, request: &str) {
        self.0
            .get_mut()
            .write_all(request.as_bytes())
            .expect("the server reads the request");
    }

    /// Waits for the response to a sent request.
    pub fn receive(&mut self) -> Response {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(
                self.0
                    .read_line(&mut head)
                    .expect("the server sends a response"),
                0,
                "the response ends too early: {head}"
            );
        }
        let mut body = vec![
            0;
            header(&head, "content-length")
                .and_then(|length| length.parse().ok())
                .unwrap_or(0)
        ];
        self.0
            .read_exact(&mut body)
            .expect("the body is as long as its header says");
        let status = head
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .expect("the first line contains a status");
        Response {
            status,
            head,
            // Images are no text.
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Sends `count` requests with a pause after each, like the clicks of a user. Returns the
    /// duration of each request.
    pub fn latencies(&mut self, request: &str, count: usize, pause: Duration) -> Vec<Duration> {
        let measure = |_| {
            let start = Instant::now();
            assert_eq!(self.fetch(request).status, 200);
            let duration = start.elapsed();
            thread::sleep(pause);
            duration
        };
        (0..count).map(measure).collect()
    }
}

/// Returns the value of a header. The case of its name does not matter.
pub fn header<'head>(head: &'head str, name: &str) -> Option<&'head str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find_map(|(found, value)| found.eq_ignore_ascii_case(name).then(|| value.trim()))
}

/// Returns a GET request like a browser's. The cookie has the form `name=value`.
pub fn get(path: &str, cookie: Option<&str>) -> String {
    let cookie = cookie.map_or_else(String::new, |cookie| format!("Cookie: {cookie}\r\n"));
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Firefox/143.0 \
         (Linux)\r\n{cookie}\r\n"
    )
}

/// Adds header lines to a request. They are separated by `\r\n`.
pub fn with_headers(request: &str, headers: &str) -> String {
    request.replacen("\r\n\r\n", &format!("\r\n{headers}\r\n\r\n"), 1)
}

/// Returns a POST request with a URL-encoded form, as a browser sends it from a page of the server.
pub fn post(path: &str, form: &str) -> String {
    let length = form.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Firefox/143.0 (Linux)\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{form}"
    )
}
