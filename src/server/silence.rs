//! Closes connections that have fallen silent. The server library bounds the time for the head of a connection's first
//! request, and the time until the first byte of the next; who sends that byte and nothing more, or never reads what is
//! answered, would be waited for without end.

use std::any::Any;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustix::net::{Shutdown, shutdown};
use tokio::time::sleep;

use crate::web::Connection;

/// The connections that are open, and perhaps some that were.
#[derive(Clone, Default)]
pub(super) struct OpenConnections(Arc<Mutex<Vec<Weak<Connection>>>>);

impl OpenConnections {
    /// Notes a new connection; requests find it in their connection's data.
    pub(super) fn note(&self, stream: &dyn Any, data: &mut Extensions) {
        let Some(stream) = stream.downcast_ref::<TcpStream>() else { return };
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

    /// Closes, for as long as the program runs, those on which nothing was asked for `longest`.
    pub(super) async fn close_silent(self, longest: Duration) {
        loop {
            sleep(longest / 4).await;
            self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|connection| {
                let Some(connection) = connection.upgrade() else { return false };
                let is_silent = connection.quiet_for().is_some_and(|quiet| quiet >= longest);
                if is_silent {
                    // The client may have been faster.
                    shutdown(connection.socket(), Shutdown::Both).ok();
                }
                !is_silent
            });
        }
    }
}
