//! Measures the gain of group commit, by which concurrent transactions share one sync to disk.
//!
//! One client and many clients send `POST /password/forgot`. Each request is one transaction, and
//! writes the same rows for any email address. The baseline is a bare loop without a server. It
//! writes these rows with the same code, one transaction after another. Every commit is synced to
//! disk.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use vestibule::clock::Clock;
use vestibule::config::Secret;
use vestibule::db::{DbConnection, TxContext};
use vestibule::mail::enqueue_decoy;
use vestibule::security::keys::Keys;
use vestibule::values::ClientInfo;

use crate::client::post;
use crate::figure::Figure;
use crate::server::{Server, folder};
use crate::stats::{Sorted, float};

const ROUNDS: usize = 5;
const ROUND_DURATION: Duration = Duration::from_secs(2);
const CLIENTS: usize = 32;
/// A low goal, because the gain depends on the disk. It is small if a sync is instant, and large if
/// a sync takes milliseconds.
const MIN_GAIN: f64 = 1.0;
/// Settings of a database connection, as in the server.
const PRAGMAS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;";

/// Transactions per second.
struct Round {
    bare_loop: f64,
    one_client: f64,
    many_clients: f64,
}

pub fn measure() -> Vec<Figure> {
    let (folder, bare_folder) = (folder(), folder());
    Server::start(bare_folder.path(), &[]).stop();
    let server = Server::start(folder.path(), &[]);
    let rounds: Vec<Round> = (0..ROUNDS)
        .map(|_| Round {
            bare_loop: transactions_per_second(&bare_folder.path().join("data/vestibule.db")),
            one_client: requests_per_second(&server, 1),
            many_clients: requests_per_second(&server, CLIENTS),
        })
        .collect();
    let median = |rate: fn(&Round) -> f64| Sorted::of(rounds.iter().map(rate)).median();
    let gain = median(|round| round.many_clients / round.bare_loop);
    let result = format!(
        "{gain:.1} times; {:.0} a second, {:.0} with one client, {:.0} bare (medians of {ROUNDS})",
        median(|round| round.many_clients),
        median(|round| round.one_client),
        median(|round| round.bare_loop),
    );
    vec![Figure::new(
        "commits from 32 clients",
        "more than single commits",
        result,
        gain > MIN_GAIN,
    )]
}

fn requests_per_second(server: &Server, clients: usize) -> f64 {
    let start = Instant::now();
    let responses = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..clients {
            let request = post(
                "/password/forgot",
                &format!("email=n{number}%40example.org"),
            );
            let responses = &responses;
            scope.spawn(move || {
                let mut client = server.client();
                while start.elapsed() < ROUND_DURATION {
                    client.fetch(&request).expect_redirect();
                    responses.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    float(responses.into_inner()) / start.elapsed().as_secs_f64()
}

/// Runs the bare loop for one round.
fn transactions_per_second(database: &Path) -> f64 {
    let path = database.to_str().expect("the path is UTF-8");
    let mut connection =
        SqliteConnection::establish(path).expect("a first start created the database");
    connection
        .batch_execute(PRAGMAS)
        .expect("SQLite has these settings");
    let mut connection = DbConnection::from(connection);
    let keys =
        Arc::new(Keys::derive(&[Secret::from_random([1; 32])]).expect("there is one secret"));
    let (start, mut commits) = (Instant::now(), 0);
    while start.elapsed() < ROUND_DURATION {
        let context = TxContext {
            now: Clock::System.now(),
            client: ClientInfo::hidden(),
            keys: Arc::clone(&keys),
            has_limits: true,
            email_queued: Arc::default(),
        };
        let result = connection.transaction::<_, diesel::result::Error, _>(|connection| {
            context
                .run(connection, enqueue_decoy)
                .expect("no other program uses the database");
            Ok(())
        });
        result.expect("no other program uses the database");
        commits += 1;
    }
    float(commits) / start.elapsed().as_secs_f64()
}
