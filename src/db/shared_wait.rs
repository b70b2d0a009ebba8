//! The wait of one request for the database. All operations of the request share it, so that a
//! request with several of them gets its 503 as early as one with a single operation.

use std::cell::Cell;
use std::time::Duration;

use super::job::LONGEST_WAIT;

tokio::task_local! {
    /// The part of the wait that is left.
    static LEFT: Cell<Duration>;
}

/// Runs a request whose operations share one wait. Elsewhere, such as in a worker, each operation
/// has a wait of its own.
pub async fn with_shared_wait<T>(request: impl Future<Output = T>) -> T {
    LEFT.scope(Cell::new(LONGEST_WAIT), request).await
}

/// Returns the longest time that the next operation may wait.
pub(super) fn left() -> Duration {
    LEFT.try_with(Cell::get).unwrap_or(LONGEST_WAIT)
}

/// Subtracts the time that an operation took.
pub(super) fn spend(waited: Duration) {
    // Outside a request, there is nothing to subtract from.
    let _ = LEFT.try_with(|left| left.set(left.get().saturating_sub(waited)));
}
