//! The cost of checking an access token, whose session is read from the database each time. A
//! request for administrators only, with another user's token, against the same without a token.
//! Both rejections are about as long, so the difference is the check. In seconds of the server's
//! processor.

use std::thread;

use crate::client::get;
use crate::figure::Figure;
use crate::server::{Server, folder, json_credentials, json_post};
use crate::stats::{Sorted, float};

const ROUNDS: usize = 101;
const REQUESTS_PER_ROUND: usize = 1_000;
const CLIENTS: usize = 2;
const MAX_MICROSECONDS: f64 = 110.0;
const EMAIL: &str = "ada@example.org";
const USERS: &str = "/api/v1/users";

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let server = Server::start(folder.path(), &[("VESTIBULE_BCRYPT_COST", "10")]);
    server.register_and_log_in(EMAIL);
    let (bare, checked) = (get(USERS, None), with_token(&access_token(&server)));
    let costs = Sorted::of((0..ROUNDS).map(|_| {
        let bare = cpu_seconds(&server, &bare, 401);
        (cpu_seconds(&server, &checked, 403) - bare) * 1e6
    }));
    let figure = format!("{:.0} µs (median of {ROUNDS} rounds)", costs.median());
    vec![Figure::new(
        "check of an access token",
        "≤ 110 µs of processor",
        figure,
        costs.median() <= MAX_MICROSECONDS,
    )]
}

fn access_token(server: &Server) -> String {
    let answer = server.ask(&json_post("/api/v1/token", &json_credentials(EMAIL)));
    let token = answer
        .body
        .split("\"access_token\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    token.expect("an access token").to_owned()
}

fn with_token(token: &str) -> String {
    get(USERS, None).replace(
        "\r\n\r\n",
        &format!("\r\nAuthorization: Bearer {token}\r\n\r\n"),
    )
}

/// Returns the processor time of one request.
fn cpu_seconds(server: &Server, request: &str, status: u16) -> f64 {
    let before = server.cpu_seconds();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = server.client();
                for _ in 0..REQUESTS_PER_ROUND / CLIENTS {
                    assert_eq!(client.ask(request).status, status);
                }
            });
        }
    });
    (server.cpu_seconds() - before) / float(REQUESTS_PER_ROUND)
}
