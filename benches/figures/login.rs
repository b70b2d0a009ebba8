//! The cost of a login beyond its hash: logins through the front door against the bcrypt crate
//! alone, of the same cost, on as many threads as there are cores, in turns. Counted twice: in
//! processor time for each, which other programs disturb little, and by the clock, which also shows
//! idle cores.

use std::ops::Add;
use std::thread;
use std::time::Instant;

use crate::cores;
use crate::figure::Figure;
use crate::server::{Server, folder, log_in, own_cpu_seconds};
use crate::stats::{Sorted, float};

/// The program's default.
const COST: u32 = 12;
const ROUNDS: usize = 11;
/// Twice as many as cores. While one waits for the disk, another is hashed.
const CLIENTS_PER_CORE: usize = 2;
const LOGINS_PER_CLIENT: usize = 4;
const LEAST: f64 = 0.97;
const EMAIL: &str = "ada@example.org";
/// The length of the input that the program gives to bcrypt.
const PREHASH: [u8; 64] = [b'x'; 64];

/// The time of one login or hash.
#[derive(Clone, Copy, Default)]
struct Cost {
    cpu_seconds: f64,
    seconds: f64,
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            cpu_seconds: self.cpu_seconds + other.cpu_seconds,
            seconds: self.seconds + other.seconds,
        }
    }
}

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    server.register_and_log_in(EMAIL);
    // A bare round comes before and after each of the server's. So a machine that slows down
    // affects both alike.
    let rounds: Vec<(Cost, Cost)> = (0..ROUNDS)
        .map(|_| {
            let (before, logins, after) = (bare_hashes(), logins(&server), bare_hashes());
            (logins, before + after)
        })
        .collect();
    let by_cpu = Sorted::of(
        rounds
            .iter()
            .map(|(login, bare)| bare.cpu_seconds / 2.0 / login.cpu_seconds),
    );
    let by_clock = Sorted::of(
        rounds
            .iter()
            .map(|(login, bare)| bare.seconds / 2.0 / login.seconds),
    );
    let goal = "≥ 97 % of bare bcrypt";
    vec![
        Figure::new(
            "logins per processor second",
            goal,
            by_cpu.in_percent(),
            by_cpu.median() >= LEAST,
        ),
        Figure::new(
            "logins per second, all cores",
            goal,
            by_clock.in_percent(),
            by_clock.median() >= LEAST,
        ),
    ]
}

fn logins(server: &Server) -> Cost {
    let clients = cores() * CLIENTS_PER_CORE;
    let (begun, cpu) = (Instant::now(), server.cpu_seconds());
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let mut client = server.client();
                for _ in 0..LOGINS_PER_CLIENT {
                    client.ask(&log_in(EMAIL)).expect_redirect();
                }
            });
        }
    });
    let count = float(clients * LOGINS_PER_CLIENT);
    Cost {
        cpu_seconds: (server.cpu_seconds() - cpu) / count,
        seconds: begun.elapsed().as_secs_f64() / count,
    }
}

fn bare_hashes() -> Cost {
    let per_thread = CLIENTS_PER_CORE * LOGINS_PER_CLIENT;
    let hash = || {
        let cpu = own_cpu_seconds();
        for _ in 0..per_thread {
            bcrypt::non_truncating_hash_with_salt(PREHASH, COST, [7; 16])
                .expect("64 bytes and a cost that bcrypt has");
        }
        own_cpu_seconds() - cpu
    };
    let begun = Instant::now();
    let cpu: f64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(hash)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("hashing does not fail"))
            .sum()
    });
    let count = float(cores() * per_thread);
    Cost {
        cpu_seconds: cpu / count,
        seconds: begun.elapsed().as_secs_f64() / count,
    }
}
