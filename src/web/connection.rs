//! A client's connection: whether a request is being answered on it, whether a body is being
//! sent, and when it last made progress. The server uses it to close idle connections.

use std::error::Error;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use tokio::time::Instant;

/// A body up to this size is handed over whole and not watched.
const SMALL_BODY: u64 = 64 * 1024;
/// A larger one is handed over in pieces, so that a slow client is seen to make progress.
const PIECE: usize = 16 * 1024;

/// One connection, as long as it is open.
#[derive(Debug)]
pub struct Connection {
    socket: OwnedFd,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    requests: usize,
    bodies: usize,
    /// End of the last request, or the moment in which the client took the last piece of a body.
    last_progress_at: Instant,
}

/// While it lives, a request is being answered.
#[derive(Debug)]
pub struct Busy(Arc<Connection>);

/// While it lives, a body is being sent.
#[derive(Debug)]
struct Sending(Arc<Connection>);

/// A body in flight.
struct WatchedBody {
    body: BoxBody,
    /// Bytes read from `body` and not sent yet.
    rest: Bytes,
    sending: Sending,
}

impl Connection {
    /// A new one. `socket` is a second handle on it, gone with the first.
    pub fn new(socket: OwnedFd) -> Self {
        Self { socket, state: Mutex::new(State { requests: 0, bodies: 0, last_progress_at: Instant::now() }) }
    }

    /// A request begins.
    pub fn begin(self: &Arc<Self>) -> Busy {
        self.lock().requests += 1;
        Busy(Arc::clone(self))
    }

    /// Watches a body while it is sent, if it is large enough to take a while.
    pub fn watch(self: &Arc<Self>, body: BoxBody) -> BoxBody {
        if matches!(body.size(), BodySize::None | BodySize::Sized(..=SMALL_BODY)) {
            return body;
        }
        let mut state = self.lock();
        state.bodies += 1;
        state.last_progress_at = Instant::now();
        drop(state);
        WatchedBody { body, rest: Bytes::new(), sending: Sending(Arc::clone(self)) }.boxed()
    }

    /// Returns true if the connection has been idle for `idle`, or the client has taken nothing of a body for `stalled`.
    pub fn is_silent(&self, idle: Duration, stalled: Duration) -> bool {
        let state = self.lock();
        let longest = if state.bodies > 0 { stalled } else { idle };
        state.requests == 0 && state.last_progress_at.elapsed() >= longest
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
        state.last_progress_at = Instant::now();
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.bodies -= 1;
        state.last_progress_at = Instant::now();
    }
}

impl MessageBody for WatchedBody {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    /// Called for the next piece when the client has taken enough of those before.
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        this.sending.0.lock().last_progress_at = Instant::now();
        if this.rest.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_next(context)) {
                Some(Ok(bytes)) => this.rest = bytes,
                end => return Poll::Ready(end),
            }
        }
        let piece = this.rest.split_to(this.rest.len().min(PIECE));
        Poll::Ready(Some(Ok(piece)))
    }
}
