//! A bound on the number of connections. Each uses file descriptors, and without free descriptors
//! the server could not reach its database or a mail server.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for about 4,000 connections on each of eight workers. A higher limit would only cost
/// kernel memory.
const MOST: u64 = 65_536;
/// Descriptors per connection: its own, and a second one to watch it.
const EACH: usize = 2;
/// Descriptors for the database, mail servers, static files and the log.
const RESERVED: u64 = 128;

/// Raises this process's descriptor limit as far as allowed. Returns how many connections each of
/// `workers` may hold.
pub(super) fn connections_per_worker(workers: usize) -> usize {
    let limits = getrlimit(Resource::Nofile);
    let wanted = limits.maximum.unwrap_or(MOST).min(MOST);
    if limits.current.is_some_and(|current| current < wanted) {
        // Keeps the present limit if it may not be raised.
        setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(wanted),
                maximum: limits.maximum,
            },
        )
        .ok();
    }
    let allowed = getrlimit(Resource::Nofile)
        .current
        .unwrap_or(MOST)
        .saturating_sub(RESERVED);
    (usize::try_from(allowed).unwrap_or(usize::MAX) / (EACH * workers.max(1))).max(1)
}
