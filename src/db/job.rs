//! The progress of a queued job, and the rule for when its caller may give it up. The SQLite writer
//! and the PostgreSQL pool share this code.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The longest wait of a request for the database. The server responds with 503 within 3 seconds.
/// The remaining 0.7 seconds are for the last commit and for a password check.
pub(super) const LONGEST_WAIT: Duration = Duration::from_millis(2300);

/// The phase of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The job is in a queue.
    Waits,
    /// The job is running on a connection.
    Begun,
    /// The job is done, and the commit is under way.
    Commits,
    /// The caller no longer waits, so the job will not be done.
    GivenUp,
}

/// The progress of a job, shared by the caller and the worker thread. A job is either given up or
/// committed, never both. A client that got a 503 response can therefore rely on the work not being
/// done later.
///
/// One exception remains. If a commit takes longer than the caller may wait, its result is unknown.
#[derive(Clone)]
pub(super) struct Progress(Arc<Mutex<Phase>>);

impl Progress {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Phase::Waits)))
    }

    /// Starts the job. Returns false if it was given up.
    pub(super) fn begin(&self) -> bool {
        self.advance(Phase::Waits, Phase::Begun) == Phase::Waits
    }

    /// Starts the commit, after which the job cannot be given up. Returns false if it already was.
    pub(super) fn commit(&self) -> bool {
        self.advance(Phase::Begun, Phase::Commits) == Phase::Begun
    }

    /// Gives up the job unless it has begun. Returns the phase before this call.
    pub(super) fn give_up_waiting(&self) -> Phase {
        self.advance(Phase::Waits, Phase::GivenUp)
    }

    /// Gives up the job unless its commit has begun. Returns the phase before this call.
    pub(super) fn give_up(&self) -> Phase {
        match self.give_up_waiting() {
            Phase::Begun => self.advance(Phase::Begun, Phase::GivenUp),
            phase => phase,
        }
    }

    pub(super) fn is_given_up(&self) -> bool {
        *self.lock() == Phase::GivenUp
    }

    fn advance(&self, from: Phase, to: Phase) -> Phase {
        let mut phase = self.lock();
        let found = *phase;
        if found == from {
            *phase = to;
        }
        found
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        // No code that holds the lock can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
