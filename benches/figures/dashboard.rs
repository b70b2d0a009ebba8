//! Measures the dashboard, which reads the session and the user from the database each time. Its
//! requests alternate with those for a bare page of the same server. The figure is the ratio of
//! their numbers of requests per second of processor time. Only the processor time of Vestibule
//! counts, not that of PostgreSQL.

use std::thread;

use crate::client::get;
use crate::figure::Figure;
use crate::postgres::Postgres;
use crate::server::{BARE_PAGE, Server, folder};
use crate::stats::{Sorted, float};

/// Many short rounds. Other load on the machine usually lasts longer than a round, so it affects
/// both pages alike.
const ROUNDS: usize = 151;
const REQUESTS_PER_ROUND: usize = 1_000;
const CLIENTS: usize = 2;
const MIN_RATIO: f64 = 0.50;

pub fn measure() -> Vec<Figure> {
    vec![measure_on_sqlite(), measure_on_postgres()]
}

fn measure_on_sqlite() -> Figure {
    let folder = folder();
    let ratios = measure_ratios(&Server::start(
        folder.path(),
        &[("VESTIBULE_BCRYPT_COST", "10")],
    ));
    Figure::new(
        "dashboard on SQLite",
        "≥ 50 % of the bare page",
        ratios.format_percent(),
        ratios.median() >= MIN_RATIO,
    )
}

fn measure_on_postgres() -> Figure {
    let name = "dashboard on PostgreSQL";
    let postgres = match Postgres::start() {
        Ok(postgres) => postgres,
        Err(reason) => return Figure::without_goal(name, format!("skipped: {reason}")),
    };
    let folder = folder();
    let mut variables = postgres.variables();
    variables.push(("VESTIBULE_BCRYPT_COST", "10"));
    let ratios = measure_ratios(&Server::start(folder.path(), &variables));
    Figure::without_goal(name, ratios.format_percent())
}

fn measure_ratios(server: &Server) -> Sorted {
    let dashboard = get(
        "/dashboard",
        Some(&server.register_and_log_in("ada@example.org")),
    );
    let bare_page = get(BARE_PAGE, None);
    let (size, bare_size) = (
        server.fetch(&dashboard).body.len(),
        server.fetch(&bare_page).body.len(),
    );
    assert!(
        (size * 11 / 20..=size).contains(&bare_size),
        "{BARE_PAGE} has {bare_size} bytes, the dashboard {size}"
    );
    Sorted::of((0..ROUNDS).map(|_| {
        let bare_rate = requests_per_cpu_second(server, &bare_page);
        requests_per_cpu_second(server, &dashboard) / bare_rate
    }))
}

fn requests_per_cpu_second(server: &Server, request: &str) -> f64 {
    let before = server.cpu_seconds();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = server.client();
                for _ in 0..REQUESTS_PER_ROUND / CLIENTS {
                    assert_eq!(client.fetch(request).status, 200);
                }
            });
        }
    });
    float(REQUESTS_PER_ROUND) / (server.cpu_seconds() - before)
}
