//! A client's connection: whether a request is being answered on it, and since when none is. Kept for whoever closes
//! those that have fallen silent; pages know nothing of it.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// One connection, as long as it is open.
#[derive(Debug)]
pub struct Connection {
    socket: OwnedFd,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    requests: usize,
    quiet_since: Instant,
}

/// While it lives, a request is being answered.
#[derive(Debug)]
pub struct Busy(Arc<Connection>);

impl Connection {
    /// A new one. `socket` is a second handle on it, gone with the first.
    pub fn new(socket: OwnedFd) -> Self {
        Self { socket, state: Mutex::new(State { requests: 0, quiet_since: Instant::now() }) }
    }

    /// A request begins.
    pub fn begin(self: &Arc<Self>) -> Busy {
        self.lock().requests += 1;
        Busy(Arc::clone(self))
    }

    /// How long no request has been answered on it; `None` while one is.
    pub fn quiet_for(&self) -> Option<Duration> {
        let state = self.lock();
        (state.requests == 0).then(|| state.quiet_since.elapsed())
    }

    /// Its socket, to be shut down.
    pub fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.requests -= 1;
        state.quiet_since = Instant::now();
    }
}
