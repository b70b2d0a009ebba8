//! The cost of a logged-in page: `GET /dashboard` (session and user read from the database each
//! time) against a bare page of the same server. In requests per second of the server's processor
//! time, measured in turns. On PostgreSQL, the time of PostgreSQL itself is not counted.

use std::thread;

use crate::client::get;
use crate::figure::Figure;
use crate::postgres::Postgres;
use crate::server::{Server, folder};
use crate::stats::{Sorted, float};

/// Many short rounds. A disturbance of the machine lasts longer than a round, and so meets both
/// pages.
const ROUNDS: usize = 151;
const REQUESTS_PER_ROUND: usize = 1_000;
const CLIENTS: usize = 2;
const LEAST: f64 = 0.50;
/// A page that reads nothing. Of all such pages its size is nearest to the dashboard's, two fifths
/// below. Padding one through its query would cost more than it adds: the server reads, decodes and
/// escapes it.
const BARE_PAGE: &str = "/signup";

pub fn measure() -> Vec<Figure> {
    vec![on_sqlite(), on_postgres()]
}

fn on_sqlite() -> Figure {
    let folder = folder();
    let ratios = ratios(&Server::start(
        folder.path(),
        &[("VESTIBULE_BCRYPT_COST", "10")],
    ));
    Figure::new(
        "dashboard on SQLite",
        "≥ 50 % of the bare page",
        ratios.in_percent(),
        ratios.median() >= LEAST,
    )
}

fn on_postgres() -> Figure {
    let what = "dashboard on PostgreSQL";
    let postgres = match Postgres::start() {
        Ok(postgres) => postgres,
        Err(why) => return Figure::without(what, format!("skipped: {why}")),
    };
    let folder = folder();
    let mut variables = postgres.variables();
    variables.push(("VESTIBULE_BCRYPT_COST", "10"));
    Figure::without(
        what,
        ratios(&Server::start(folder.path(), &variables)).in_percent(),
    )
}

fn ratios(server: &Server) -> Sorted {
    let dashboard = get(
        "/dashboard",
        Some(&server.register_and_log_in("ada@example.org")),
    );
    let bare = get(BARE_PAGE, None);
    let (size, bare_size) = (
        server.ask(&dashboard).body.len(),
        server.ask(&bare).body.len(),
    );
    assert!(
        (size * 11 / 20..=size).contains(&bare_size),
        "{BARE_PAGE} has {bare_size} bytes, the dashboard {size}"
    );
    Sorted::of((0..ROUNDS).map(|_| {
        let bare = requests_per_cpu_second(server, &bare);
        requests_per_cpu_second(server, &dashboard) / bare
    }))
}

fn requests_per_cpu_second(server: &Server, request: &str) -> f64 {
    let before = server.cpu_seconds();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = server.client();
                for _ in 0..REQUESTS_PER_ROUND / CLIENTS {
                    assert_eq!(client.ask(request).status, 200);
                }
            });
        }
    });
    float(REQUESTS_PER_ROUND) / (server.cpu_seconds() - before)
}
