//! Closes connections that have fallen silent. The server library bounds the time for the head of a connection's first
//! request, and the time until the first byte of the next. A client that sends that byte and nothing more, or never reads
//! the response, would keep its connection for ever.

use std::any::Any;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::net::{Shutdown, shutdown};
use tokio::time::sleep;

use crate::web::Connection;

/// Bytes that the system holds for a client that is slow to take them.
const SEND_BUFFER: usize = 128 * 1024;

/// The connections that are open, and perhaps some that were.
#[derive(Clone, Default)]
pub(super) struct OpenConnections(Arc<Mutex<Vec<Weak<Connection>>>>);

impl OpenConnections {
    /// Notes a new connection; requests find it in their connection's data.
    pub(super) fn note(&self, stream: &dyn Any, data: &mut Extensions) {
        let Some(stream) = stream.downcast_ref::<TcpStream>() else { return };
        // A small buffer, so that the server sees a slow client's progress. With a large one it would
        // see none for minutes.
        set_socket_send_buffer_size(stream, SEND_BUFFER).ok();
        // Without a descriptor to spare it is not watched: the bound on their number remains.
        let Ok(socket) = stream.as_fd().try_clone_to_owned() else { return };
        let connection = Arc::new(Connection::new(socket));
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Before it grows: many short connections must not pile up until the next look.
        if open.len() == open.capacity() {
            open.retain(|connection| connection.strong_count() > 0);
        }
        open.push(Arc::downgrade(&connection));
        data.insert(connection);
    }

    /// Closes, for as long as the program runs, those that have been idle for `idle`, and those whose client has taken
    /// nothing of a body for `stalled`.
    pub(super) async fn close_idle(self, idle: Duration, stalled: Duration) {
        loop {
            sleep(idle.min(stalled) / 4).await;
            self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|connection| {
                let Some(connection) = connection.upgrade() else { return false };
                let is_silent = connection.is_silent(idle, stalled);
                if is_silent {
                    // The client may have been faster.
                    shutdown(connection.socket(), Shutdown::Both).ok();
                }
                !is_silent
            });
        }
    }
}
