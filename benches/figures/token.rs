//! Measures the check of an access token, which reads the session from the database each time.
//!
//! The request is for administrators only. With the token of another user, the server rejects it
//! with 403, and without a token with 401. Both responses are about as long, so the difference in
//! the server's processor time is the check.

use std::thread;

use crate::client::{get, with_headers};
use crate::figure::Figure;
use crate::server::{Server, folder, json_credentials, json_post};
use crate::stats::{Sorted, float};

const ROUNDS: usize = 101;
const REQUESTS_PER_ROUND: usize = 1_000;
const CLIENTS: usize = 2;
const MAX_MICROSECONDS: f64 = 110.0;
const EMAIL: &str = "ada@example.org";
const USERS_PATH: &str = "/api/v1/users";

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let server = Server::start(folder.path(), &[("VESTIBULE_BCRYPT_COST", "10")]);
    server.register_and_log_in(EMAIL);
    let without_token = get(USERS_PATH, None);
    let token = format!("Authorization: Bearer {}", access_token(&server));
    let with_token = with_headers(&without_token, &token);
    let micros = Sorted::of((0..ROUNDS).map(|_| {
        let unchecked = cpu_seconds(&server, &without_token, 401);
        let checked = cpu_seconds(&server, &with_token, 403);
        (checked - unchecked) * 1e6
    }));
    let result = format!("{:.0} µs (median of {ROUNDS} rounds)", micros.median());
    vec![Figure::new(
        "check of an access token",
        "≤ 110 µs of processor time",
        result,
        micros.median() <= MAX_MICROSECONDS,
    )]
}

fn access_token(server: &Server) -> String {
    let response = server.fetch(&json_post("/api/v1/token", &json_credentials(EMAIL)));
    let token = response
        .body
        .split("\"access_token\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    token
        .expect("the response contains an access token")
        .to_owned()
}

/// Returns the processor time of one request.
fn cpu_seconds(server: &Server, request: &str, status: u16) -> f64 {
    let before = server.cpu_seconds();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = server.client();
                for _ in 0..REQUESTS_PER_ROUND / CLIENTS {
                    assert_eq!(client.fetch(request).status, status);
                }
            });
        }
    });
    (server.cpu_seconds() - before) / float(REQUESTS_PER_ROUND)
}
