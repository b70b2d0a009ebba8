//! A network between the app and its database that can swallow all traffic, as a firewall without
//! its state does. Nothing is rejected, closed or answered.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Forwards to a server on this host.
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Connections made so far. Those up to `swallowed` stay silent.
    made: AtomicUsize,
    swallowed: AtomicUsize,
    swallows: AtomicBool,
}

impl Proxy {
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        // The thread ends with the process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let number = shared.made.fetch_add(1, Ordering::SeqCst) + 1;
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
                    continue;
                };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (
                        from.try_clone().expect("a handle"),
                        to.try_clone().expect("a handle"),
                    );
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || forward(from, to, number, &shared));
                }
            }
        });
        Self { address, state }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Lets nothing through from now on, in either direction.
    pub fn swallow(&self) {
        self.state.swallows.store(true, Ordering::SeqCst);
    }

    /// Lets new connections through. The old ones stay silent.
    pub fn heal(&self) {
        self.state
            .swallowed
            .store(self.state.made.load(Ordering::SeqCst), Ordering::SeqCst);
        self.state.swallows.store(false, Ordering::SeqCst);
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, number: usize, state: &State) {
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let is_lost = state.swallows.load(Ordering::SeqCst)
            || number <= state.swallowed.load(Ordering::SeqCst);
        if !is_lost && to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // A connection closed on one side is closed on the other.
    drop(to.shutdown(Shutdown::Both));
}
