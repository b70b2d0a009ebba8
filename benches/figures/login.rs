//! Measures the cost of a login beyond its password hash. Logins over HTTP alternate with bare
//! hashes by the bcrypt crate, with the same bcrypt cost and on all processor cores.
//!
//! One figure compares processor time, which other programs disturb little. The other compares the
//! time by the clock, which also shows idle cores.

use std::ops::Add;
use std::thread;
use std::time::Instant;

use crate::figure::Figure;
use crate::processor_cores;
use crate::server::{Server, folder, log_in, thread_cpu_seconds};
use crate::stats::{Sorted, float};

/// The default of the server.
const BCRYPT_COST: u32 = 12;
const ROUNDS: usize = 11;
/// Two, so that a core can hash for one client while the other waits for the disk.
const CLIENTS_PER_CORE: usize = 2;
const LOGINS_PER_CLIENT: usize = 4;
const MIN_RATIO: f64 = 0.97;
const EMAIL: &str = "ada@example.org";
/// An input as long as that which the server gives to bcrypt.
const PREHASH: [u8; 64] = [b'x'; 64];

/// The time of one login or one hash.
#[derive(Clone, Copy, Default)]
struct UnitTime {
    cpu_seconds: f64,
    seconds: f64,
}

impl Add for UnitTime {
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
    // Bare hashes come before and after the logins of each round. So a machine that slows down
    // affects both alike.
    let rounds: Vec<(UnitTime, UnitTime)> = (0..ROUNDS)
        .map(|_| {
            let before = measure_bare_hashes();
            let login = measure_logins(&server);
            let after = measure_bare_hashes();
            (login, before + after)
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
            by_cpu.format_percent(),
            by_cpu.median() >= MIN_RATIO,
        ),
        Figure::new(
            "logins per second, all cores",
            goal,
            by_clock.format_percent(),
            by_clock.median() >= MIN_RATIO,
        ),
    ]
}

fn measure_logins(server: &Server) -> UnitTime {
    let clients = processor_cores() * CLIENTS_PER_CORE;
    let (start, cpu_before) = (Instant::now(), server.cpu_seconds());
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let mut client = server.client();
                for _ in 0..LOGINS_PER_CLIENT {
                    client.fetch(&log_in(EMAIL)).expect_redirect();
                }
            });
        }
    });
    let count = float(clients * LOGINS_PER_CLIENT);
    UnitTime {
        cpu_seconds: (server.cpu_seconds() - cpu_before) / count,
        seconds: start.elapsed().as_secs_f64() / count,
    }
}

fn measure_bare_hashes() -> UnitTime {
    let hashes_per_thread = CLIENTS_PER_CORE * LOGINS_PER_CLIENT;
    let hash = || {
        let cpu_before = thread_cpu_seconds();
        for _ in 0..hashes_per_thread {
            bcrypt::non_truncating_hash_with_salt(PREHASH, BCRYPT_COST, [7; 16])
                .expect("bcrypt accepts 64 bytes and this cost");
        }
        thread_cpu_seconds() - cpu_before
    };
    let start = Instant::now();
    let cpu: f64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..processor_cores()).map(|_| scope.spawn(hash)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("hashing does not fail"))
            .sum()
    });
    let count = float(processor_cores() * hashes_per_thread);
    UnitTime {
        cpu_seconds: cpu / count,
        seconds: start.elapsed().as_secs_f64() / count,
    }
}
