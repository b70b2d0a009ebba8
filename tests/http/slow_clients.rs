//! Slow, idle and numerous clients: each wait has an end, and none keeps others out. Also a stop
//! under load.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Home, Process, TestApp, connect, eventually};

/// Longer than the half second by which the server library's clock may lag.
const SHORT: Duration = Duration::from_secs(1);

/// Reads until the server closes.
fn until_closed(stream: &mut TcpStream) -> String {
    let mut response = Vec::new();
    stream
        .read_to_end(&mut response)
        .expect("the server closes");
    String::from_utf8(response).expect("UTF-8")
}

#[test]
fn slow_head_is_408_and_closes_connection() {
    let app = TestApp::start_with(|settings| settings.edge.head_timeout = SHORT);
    for begun in ["GET / HTTP/1.1\r\nHost: localhost\r\n", "G", ""] {
        let mut stream = connect(&app.base);
        stream.write_all(begun.as_bytes()).expect("sends");
        let response = until_closed(&mut stream);
        assert!(
            response.starts_with("HTTP/1.1 408 "),
            "{begun:?}: {response}"
        );
    }
    assert_eq!(app.browser().get("/").status, 200);
}

#[test]
fn idle_connection_is_closed() {
    let app = TestApp::start_with(|settings| settings.edge.keep_alive = SHORT);
    let mut stream = connect(&app.base);
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("sends");
    let response = until_closed(&mut stream);
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

/// Another rule covers the first request. This one is for later requests.
#[test]
fn unfinished_second_request_closes_the_connection() {
    let app = TestApp::start_with(|settings| {
        settings.edge.keep_alive = SHORT;
        settings.edge.head_timeout = SHORT;
    });
    let mut stream = connect(&app.base);
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nG")
        .expect("sends");
    let response = until_closed(&mut stream);
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

#[test]
fn silent_connections_block_others_only_briefly() {
    let app = TestApp::start_with(|settings| {
        settings.edge.head_timeout = SHORT;
        settings.edge.connections_per_worker = 4;
    });
    let _silent: Vec<TcpStream> = (0..8).map(|_| connect(&app.base)).collect();
    assert_eq!(app.browser().get("/").status, 200);
}

/// A request that can't be read gets no page: only a status, and the connection closes.
#[test]
fn malformed_head_is_rejected_and_closes_connection() {
    let app = TestApp::start();
    let endless = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-Endless: {}",
        "x".repeat(200_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X-Many: x\r\n".repeat(200)
    );
    for (junk, expected) in [
        ("nonsense\r\n\r\n", "400"),
        ("GET / HTTP/9.9\r\n\r\n", "400"),
        ("\x16\x03\x01\x02\r\n\r\n", "400"),
        (&endless, "431"),
        (&many, "431"),
    ] {
        let mut stream = connect(&app.base);
        // The server may close before it has read all.
        drop(stream.write_all(junk.as_bytes()));
        let mut response = Vec::new();
        drop(stream.read_to_end(&mut response));
        let response = String::from_utf8_lossy(&response);
        // The close may overtake an answer while the server has not read all.
        let may_be_lost = junk.len() > 100_000 && response.is_empty();
        assert!(
            may_be_lost || response.starts_with(&format!("HTTP/1.1 {expected} ")),
            "{junk:.20}: {response}"
        );
    }
    assert_eq!(app.browser().get("/").status, 200);
}

/// Each client gets a whole response or none, and the program exits in time with status 0.
#[expect(
    clippy::disallowed_methods,
    reason = "a stopwatch: five seconds are a promise to the operator"
)]
#[test]
fn stop_under_load_finishes_within_five_seconds() {
    let home = Home::new();
    let process = Process::serve(&home, &[("VESTIBULE_LIMITS", "off")]);
    let base = process.base.clone();
    let (answered, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let browser = crate::support::Browser::new(&base);
                    let form = [
                        ("email", "ada@example.org"),
                        ("password", "some wrong password"),
                    ];
                    // No connection, no response, or a whole one.
                    if let Some(response) = browser.try_post("/login", &form) {
                        assert!(
                            matches!(response.status, 422 | 503)
                                && response.body.ends_with("</html>"),
                            "{}",
                            response.status
                        );
                        // Under full load the server checks passwords.
                        answered.fetch_or(response.status == 422, Ordering::SeqCst);
                    }
                }
            });
        }
        eventually(|| answered.load(Ordering::SeqCst));
        let begun = Instant::now();
        process.signal("TERM");
        let (status, log) = process.wait();
        is_over.store(true, Ordering::SeqCst);
        assert_eq!(status, Some(0), "{log}");
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{:?}",
            begun.elapsed()
        );
        assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
    });
}
