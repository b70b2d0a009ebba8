//! The state of a client's connection: requests in progress, bodies being sent, and the time of the
//! last progress. The server uses it to close idle connections.

use std::error::Error;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use tokio::time::Instant;

/// Bodies up to this size, in bytes, are sent whole and not watched.
const SMALL_BODY: u64 = 64 * 1024;
/// Size of the pieces of a larger body, in bytes. Small pieces make the progress of a slow client
/// visible.
const PIECE: usize = 16 * 1024;

#[derive(Debug)]
pub struct Connection {
    socket: OwnedFd,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    requests: usize,
    bodies: usize,
    /// End of the last request, or the time when the client last accepted a piece of a body.
    last_progress_at: Instant,
}

/// A guard that marks a request as in progress.
#[derive(Debug)]
pub struct Busy(Arc<Connection>);

/// A guard that marks a body as being sent.
#[derive(Debug)]
struct Sending(Arc<Connection>);

/// A body that records the progress of the client.
struct WatchedBody {
    body: BoxBody,
    /// Bytes read from `body` and not sent yet.
    rest: Bytes,
    sending: Sending,
}

impl Connection {
    /// Creates the state of a connection. `socket` is a duplicate of the connection's descriptor.
    pub fn new(socket: OwnedFd) -> Self {
        Self {
            socket,
            state: Mutex::new(State {
                requests: 0,
                bodies: 0,
                last_progress_at: Instant::now(),
            }),
        }
    }

    /// Marks the start of a request, which ends when the guard is dropped.
    pub fn begin(self: &Arc<Self>) -> Busy {
        self.lock().requests += 1;
        Busy(Arc::clone(self))
    }

    /// Watches a body while it is sent. Returns a small body unchanged.
    pub fn watch(self: &Arc<Self>, body: BoxBody) -> BoxBody {
        if matches!(body.size(), BodySize::None | BodySize::Sized(..=SMALL_BODY)) {
            return body;
        }
        let mut state = self.lock();
        state.bodies += 1;
        state.last_progress_at = Instant::now();
        drop(state);
        WatchedBody {
            body,
            rest: Bytes::new(),
            sending: Sending(Arc::clone(self)),
        }
        .boxed()
    }

    /// Returns true if the connection has been idle for `idle`. While a body is being sent, returns
    /// true if the client has accepted nothing for `stalled`.
    pub fn is_silent(&self, idle: Duration, stalled: Duration) -> bool {
        let state = self.lock();
        let longest = if state.bodies > 0 { stalled } else { idle };
        state.requests == 0 && state.last_progress_at.elapsed() >= longest
    }

    /// Returns the socket, for the caller to shut down.
    pub fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The lock is never poisoned, because no code that holds it panics.
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

    /// Returns the next piece. The server asks for it once the client has accepted enough of the
    /// earlier pieces.
    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
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
