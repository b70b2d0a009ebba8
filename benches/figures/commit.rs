//! The gain of sharing a commit: requests that each write a transaction (`POST /password/forgot`,
//! which writes the same rows for any address), from one client and from many. They are compared
//! with the same rows, written one transaction after another by the same code without a server.
//! Everything is synced to the disk.

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
const ROUND: Duration = Duration::from_secs(2);
const MANY: usize = 32;
/// On a disk that syncs at once there is little to share. On one that takes milliseconds the gain
/// is many times.
const LEAST_GAIN: f64 = 1.0;
/// The settings with which the program opens its own.
const PRAGMAS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;";

/// Transactions a second.
struct Round {
    bare: f64,
    one: f64,
    many: f64,
}

pub fn measure() -> Vec<Figure> {
    let (folder, bare_folder) = (folder(), folder());
    Server::start(bare_folder.path(), &[]).stop();
    let server = Server::start(folder.path(), &[]);
    let rounds: Vec<Round> = (0..ROUNDS)
        .map(|_| Round {
            bare: bare_loop(&bare_folder.path().join("data/vestibule.db")),
            one: requests_per_second(&server, 1),
            many: requests_per_second(&server, MANY),
        })
        .collect();
    let median = |of: fn(&Round) -> f64| Sorted::of(rounds.iter().map(of)).median();
    let gain = median(|round| round.many / round.bare);
    let figure = format!(
        "{gain:.1} times; {:.0} a second, {:.0} with one client, {:.0} bare (medians of {ROUNDS})",
        median(|round| round.many),
        median(|round| round.one),
        median(|round| round.bare),
    );
    vec![Figure::new(
        "commits from 32 clients",
        "more than single commits",
        figure,
        gain > LEAST_GAIN,
    )]
}

fn requests_per_second(server: &Server, clients: usize) -> f64 {
    let begun = Instant::now();
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..clients {
            let (request, done) = (
                post(
                    "/password/forgot",
                    &format!("email=n{number}%40example.org"),
                ),
                &done,
            );
            scope.spawn(move || {
                let mut client = server.client();
                while begun.elapsed() < ROUND {
                    client.ask(&request).expect_redirect();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    float(done.into_inner()) / begun.elapsed().as_secs_f64()
}

fn bare_loop(database: &Path) -> f64 {
    let path = database.to_str().expect("a path in UTF-8");
    let mut connection =
        SqliteConnection::establish(path).expect("the database that the program made");
    connection
        .batch_execute(PRAGMAS)
        .expect("SQLite knows them");
    let mut connection = DbConnection::from(connection);
    let keys = Arc::new(Keys::derive(&[Secret::from_random([1; 32])]).expect("there is a secret"));
    let (begun, mut done) = (Instant::now(), 0);
    while begun.elapsed() < ROUND {
        let context = TxContext {
            now: Clock::System.now(),
            client: ClientInfo::hidden(),
            keys: Arc::clone(&keys),
            has_limits: true,
            email_queued: Arc::default(),
        };
        let written = connection.transaction::<_, diesel::result::Error, _>(|connection| {
            context.run(connection, enqueue_decoy).expect("two rows");
            Ok(())
        });
        written.expect("it is committed");
        done += 1;
    }
    float(done) / begun.elapsed().as_secs_f64()
}
