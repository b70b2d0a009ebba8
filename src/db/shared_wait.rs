//! The wait of one request for the database. All operations of the request share it, so that a
//! request with several of them gets its 503 as early as one with a single operation.

use std::cell::Cell;
use std::time::Duration;

use super::job::LONGEST_WAIT;
use crate::clock::Stopwatch;

tokio::task_local! {
    /// The part of the wait that is left.
    static LEFT: Cell<Duration>;
}

/// Runs a request whose operations share one wait. Elsewhere, such as in a worker, each operation
/// has a wait of its own.
pub async fn with_shared_wait<T>(request: impl Future<Output = T>) -> T {
    LEFT.scope(Cell::new(LONGEST_WAIT), request).await
}

/// Runs an operation, which gets the longest time that it may wait.
pub(super) async fn wait_for<T>(operation: impl AsyncFnOnce(Duration) -> T) -> T {
    let left = LEFT.try_with(Cell::get).unwrap_or(LONGEST_WAIT);
    let begun = Stopwatch::start();
    let result = operation(left).await;
    // Outside a request, there is nothing to subtract from.
    let _ = LEFT.try_with(|shared| shared.set(left.saturating_sub(begun.elapsed())));
    result
}
