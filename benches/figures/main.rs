//! Every figure that Vestibule promises, measured in one run and printed as one table beside its
//! goal.
//!
//! `cargo bench --bench figures` measures all, `cargo bench --bench figures -- dashboard storm` the
//! named ones. Machines are noisy. So speeds are ratios of two things measured in turns within the
//! run, in seconds of the processor where other programs would disturb a clock. The table names
//! what a measurement needs and the machine lacks. `docs/performance.md` explains each figure.

#![expect(clippy::disallowed_methods, reason = "a benchmark is a stopwatch")]

mod account;
mod check;
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

/// By name, the short ones first.
const MEASUREMENTS: [(&str, Measurement); 15] = [
    ("size", size::measure),
    ("start", start::measure),
    ("dashboard", dashboard::measure),
    ("account", account::measure),
    ("token", token::measure),
    ("check", check::measure),
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
            "there is no measurement {unknown}; there are {}",
            known.join(", ")
        );
        return ExitCode::FAILURE;
    }
    let mut figures = Vec::new();
    for (name, measure) in MEASUREMENTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            eprintln!("measuring {name} …");
            // The panic wrote the reason above the table.
            figures.extend(
                catch_unwind(measure)
                    .unwrap_or_else(|_| vec![Figure::without(name, "failed, see above")]),
            );
        }
    }
    figure::print(&figures);
    ExitCode::SUCCESS
}

/// Returns the number of threads for pages, and for hashing.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
