//! A benchmark that measures every figure that Vestibule promises. It prints one table with the
//! goal and the result of each figure.
//!
//! - `cargo bench --bench figures` runs all measurements.
//! - `cargo bench --bench figures -- dashboard storm` runs the named ones.
//!
//! Machines are noisy. So most speeds are ratios of two things that are measured alternately in one
//! run. Where other programs would disturb the clock, the benchmark counts processor time instead.
//! If a program that a measurement needs is missing, the table says so. `docs/performance.md`
//! explains each figure.

#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads the system clock"
)]

mod account;
mod check;
mod check_latency;
mod client;
mod commit;
mod crowd;
mod dashboard;
mod enumeration;
mod figure;
mod flood;
mod growth;
mod login;
mod mail;
mod memory;
mod postgres;
mod server;
mod size;
mod smtp_sink;
mod start;
mod stats;
mod storm;
mod token;

use std::env;
use std::panic::catch_unwind;
use std::process::ExitCode;

use figure::Figure;

type Measurement = fn() -> Vec<Figure>;

/// The measurements and their names. Short ones come first.
const MEASUREMENTS: [(&str, Measurement); 16] = [
    ("size", size::measure),
    ("start", start::measure),
    ("dashboard", dashboard::measure),
    ("account", account::measure),
    ("token", token::measure),
    ("check", check::measure),
    ("check-latency", check_latency::measure),
    ("login", login::measure),
    ("storm", storm::measure),
    ("flood", flood::measure),
    ("commit", commit::measure),
    ("memory", memory::measure),
    ("mail", mail::measure),
    ("crowd", crowd::measure),
    ("growth", growth::measure),
    ("enumeration", enumeration::measure),
];

fn main() -> ExitCode {
    // Cargo itself adds `--bench`.
    let wanted: Vec<String> = env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    if let Some(unknown) = wanted
        .iter()
        .find(|name| MEASUREMENTS.iter().all(|(known, _)| name != known))
    {
        let known: Vec<&str> = MEASUREMENTS.iter().map(|(name, _)| *name).collect();
        eprintln!(
            "unknown measurement: {unknown}\nmeasurements: {}",
            known.join(", ")
        );
        return ExitCode::FAILURE;
    }
    let mut figures = Vec::new();
    for (name, measure) in MEASUREMENTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            eprintln!("measuring {name} …");
            // The panic has already printed its message.
            figures.extend(
                catch_unwind(measure)
                    .unwrap_or_else(|_| vec![Figure::without_goal(name, "failed, see above")]),
            );
        }
    }
    figure::print_table(&figures);
    ExitCode::SUCCESS
}

/// Returns the number of processor cores. The server starts as many threads for pages, and as many
/// for hashing.
fn processor_cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
