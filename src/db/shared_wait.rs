//! The wait of one request for the database. The operations of its handler share it, so that a
//! request with several of them gets its 503 as early as one with a single operation. What follows
//! the handler, such as keeping the result of a form, has a wait of its own.

use std::cell::Cell;
use std::time::Duration;

use super::job::LONGEST_WAIT;

tokio::task_local! {
    static REMAINING: Cell<Duration>;
}

/// Runs a request whose operations share one wait. Elsewhere, such as in a worker, each operation
/// has a wait of its own.
pub async fn with_shared_wait<T>(request: impl Future<Output = T>) -> T {
    REMAINING.scope(Cell::new(LONGEST_WAIT), request).await
}

/// Returns the longest time that the next operation may wait.
pub(super) fn remaining() -> Duration {
    REMAINING.try_with(Cell::get).unwrap_or(LONGEST_WAIT)
}

/// Subtracts the time that an operation took.
pub(super) fn spend(waited: Duration) {
    // Outside a request, there is nothing to subtract from.
    let _ = REMAINING.try_with(|remaining| remaining.set(remaining.get().saturating_sub(waited)));
}
