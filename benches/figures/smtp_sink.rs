//! A minimal mail server. It accepts every email, and records its recipient and the time.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// Ports outside the system's range for outgoing connections. A connection from a port in that
/// range could connect to itself while the port has no listener.
const PORTS: std::ops::Range<u16> = 20_025..30_000;

#[derive(Clone)]
pub struct ReceivedEmail {
    pub recipient: String,
    pub received_at: Instant,
}

/// A mail server. Its threads run until the process ends.
#[derive(Clone, Default)]
pub struct SmtpSink(Arc<Mutex<Vec<ReceivedEmail>>>);

/// Returns a port without a listener.
pub fn free_port() -> u16 {
    let mut ports = PORTS;
    ports
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("one of the ports is free")
}

impl SmtpSink {
    pub fn start(port: u16) -> Self {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is still free");
        let sink = Self::default();
        let shared = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.expect("the listener accepts connections");
                let shared = shared.clone();
                // A client may close the connection at any time.
                thread::spawn(move || drop(shared.handle_connection(&stream)));
            }
        });
        sink
    }

    /// Returns a copy of the records, so that the lock does not delay emails.
    pub fn received(&self) -> Vec<ReceivedEmail> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<ReceivedEmail>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle_connection(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut lines = BufReader::new(stream);
        let (mut line, mut recipient) = (String::new(), String::new());
        stream.write_all(b"220 sink\r\n")?;
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let command = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            match command.as_str() {
                "RCPT" => line
                    .split(['<', '>'])
                    .nth(1)
                    .unwrap_or_default()
                    .clone_into(&mut recipient),
                "DATA" => {
                    stream.write_all(b"354 go on\r\n")?;
                    while line != ".\r\n" {
                        line.clear();
                        if lines.read_line(&mut line)? == 0 {
                            return Ok(());
                        }
                    }
                    self.lock().push(ReceivedEmail {
                        recipient: recipient.clone(),
                        received_at: Instant::now(),
                    });
                }
                "QUIT" => return stream.write_all(b"221 bye\r\n"),
                _ => (),
            }
            stream.write_all(b"250 ok\r\n")?;
        }
    }
}
