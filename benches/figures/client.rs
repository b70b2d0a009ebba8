//! A minimal HTTP client: one kept-alive connection, which costs little beside the measured server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// A response.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

pub struct Client(BufReader<TcpStream>);

impl Client {
    pub fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("the server takes connections");
        stream.set_nodelay(true).expect("an option of every system");
        // A server that hangs ends the measurement.
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .expect("an option of every system");
        Self(BufReader::new(stream))
    }

    /// Sends a request and waits for its response.
    pub fn ask(&mut self, request: &str) -> Answer {
        self.send(request);
        self.receive()
    }

    pub fn send(&mut self, request: &str) {
        self.0
            .get_mut()
            .write_all(request.as_bytes())
            .expect("the server reads");
    }

    /// Waits for the response to a request that was sent.
    pub fn receive(&mut self) -> Answer {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(
                self.0.read_line(&mut head).expect("the server answers"),
                0,
                "an answer breaks off: {head}"
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
            .expect("a body as long as its head says");
        let status = head
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        Answer {
            status,
            head,
            body: String::from_utf8(body).expect("pages are UTF-8"),
        }
    }

    /// Sends `count` requests with a pause after each, like clicks of a user. Returns the time of
    /// each response.
    pub fn latencies(&mut self, request: &str, count: usize, pause: Duration) -> Vec<Duration> {
        let ask = |_| {
            let begun = Instant::now();
            assert_eq!(self.ask(request).status, 200);
            let took = begun.elapsed();
            thread::sleep(pause);
            took
        };
        (0..count).map(ask).collect()
    }
}

/// Returns the value of a header, whose name is in lower case.
pub fn header<'head>(head: &'head str, name: &str) -> Option<&'head str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find_map(|(found, value)| found.eq_ignore_ascii_case(name).then(|| value.trim()))
}

/// Returns a request for a page, with a cookie or without one.
pub fn get(path: &str, cookie: Option<&str>) -> String {
    let cookie = cookie.map_or_else(String::new, |cookie| format!("Cookie: {cookie}\r\n"));
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Firefox/143.0 \
         (Linux)\r\n{cookie}\r\n"
    )
}

/// Returns a request that sends a form of this site.
pub fn post(path: &str, form: &str) -> String {
    let length = form.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Firefox/143.0 (Linux)\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{form}"
    )
}
