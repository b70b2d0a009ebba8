//! Closes idle connections. The server library limits the time for the head of a connection's first
//! request, and the time until the first byte of the next. A client could send only that byte, or
//! never read the response. Its connection would stay open for ever.

use std::any::Any;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::net::{Shutdown, shutdown};
use tokio::time::sleep;

use crate::http::edge::connection::Connection;

/// Bytes that the system buffers for a client that reads slowly.
const SEND_BUFFER: usize = 128 * 1024;

/// The open connections. Closed ones may remain in the list for a while.
#[derive(Clone, Default)]
pub(super) struct OpenConnections(Arc<Mutex<Vec<Weak<Connection>>>>);

impl OpenConnections {
    /// Records a new connection. Requests find it in their connection's data.
    pub(super) fn note(&self, stream: &dyn Any, data: &mut Extensions) {
        let Some(stream) = stream.downcast_ref::<TcpStream>() else {
            return;
        };
        // With a small buffer the server sees a slow client's progress. With a large one it would
        // see none for minutes.
        set_socket_send_buffer_size(stream, SEND_BUFFER).ok();
        // Without a spare descriptor the connection is not watched. The limit on the number of
        // connections still applies.
        let Ok(socket) = stream.as_fd().try_clone_to_owned() else {
            return;
        };
        let connection = Arc::new(Connection::new(socket));
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Removes closed connections before the list grows. Otherwise many short connections would
        // pile up until the next check.
        if open.len() == open.capacity() {
            open.retain(|connection| connection.strong_count() > 0);
        }
        open.push(Arc::downgrade(&connection));
        data.insert(connection);
    }

    /// Closes connections that have been idle for `idle`. Also closes those whose client has read
    /// nothing of a body for `stalled`. Runs until the program ends.
    pub(super) async fn close_idle(self, idle: Duration, stalled: Duration) {
        loop {
            sleep(idle.min(stalled) / 4).await;
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|connection| {
                    let Some(connection) = connection.upgrade() else {
                        return false;
                    };
                    let is_silent = connection.is_silent(idle, stalled);
                    if is_silent {
                        // The client may have closed it first.
                        shutdown(connection.socket(), Shutdown::Both).ok();
                    }
                    !is_silent
                });
        }
    }
}
