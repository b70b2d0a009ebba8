//! How many connections there may be: a connection is a file descriptor, and whoever runs out of those can open neither
//! its database nor a mail server.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for the connections of sixteen workers; a higher limit would only be paid for by the kernel.
const MOST: u64 = 65_536;
/// A connection's own, and the one that watches it.
const EACH: usize = 2;
/// For the database, mail servers, static files and the log.
const RESERVED: u64 = 128;

/// Raises the limit of this process as far as it may, and tells how many connections each of `workers` may hold.
pub(super) fn connections_per_worker(workers: usize) -> usize {
    let limits = getrlimit(Resource::Nofile);
    let wanted = limits.maximum.unwrap_or(MOST).min(MOST);
    if limits.current.is_some_and(|current| current < wanted) {
        // Who may not goes on with what there is.
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limits.maximum }).ok();
    }
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(MOST).saturating_sub(RESERVED);
    (usize::try_from(allowed).unwrap_or(usize::MAX) / (EACH * workers.max(1))).max(1)
}
