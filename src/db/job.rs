//! How far a piece of work has come, and who may still call it off. Shared by the writer of SQLite and the pool of
//! PostgreSQL; what runs the work is theirs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// In a queue.
    Waits,
    /// On a connection.
    Begun,
    /// Done but for the database's word that it is on the disk.
    Commits,
    /// Nobody waits for it any more: it will not be done.
    GivenUp,
}

/// Shared by who waits and who works. Who was told 503 does not find the work done later, since it is given up or
/// committed, never both; but for a commit that the database takes longer for than anyone may wait, of which nobody knows.
#[derive(Clone)]
pub(super) struct Progress(Arc<Mutex<Phase>>);

impl Progress {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Phase::Waits)))
    }

    /// The work is taken up; `false` if it was given up.
    pub(super) fn begin(&self) -> bool {
        self.advance(Phase::Waits, Phase::Begun) == Phase::Waits
    }

    /// From here on it can't be given up; `false` if it was.
    pub(super) fn commit(&self) -> bool {
        self.advance(Phase::Begun, Phase::Commits) == Phase::Begun
    }

    /// Gives it up if it has not begun; tells where it was.
    pub(super) fn give_up_waiting(&self) -> Phase {
        self.advance(Phase::Waits, Phase::GivenUp)
    }

    /// Gives it up unless it is being committed; tells where it was.
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
        // Nothing that holds the lock can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
