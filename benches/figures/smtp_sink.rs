//! A minimal mail server: accepts everything, and records the recipient and the time.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// Below the ports that the system gives to outgoing connections. One of those could connect to
/// itself while the port has no listener.
const PORTS: std::ops::Range<u16> = 20_025..30_000;

/// An accepted email.
#[derive(Clone)]
pub struct Taken {
    pub recipient: String,
    pub at: Instant,
}

/// A mail server. Its threads end with the process.
#[derive(Clone, Default)]
pub struct SmtpSink(Arc<Mutex<Vec<Taken>>>);

/// Returns a port without a listener.
pub fn free_port() -> u16 {
    let mut ports = PORTS;
    ports
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("a free port")
}

impl SmtpSink {
    /// Begins to listen.
    pub fn start(port: u16) -> Self {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is still free");
        let sink = Self::default();
        let taken = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, taken) = (stream.expect("a connection"), taken.clone());
                // A client may hang up in the middle.
                thread::spawn(move || drop(taken.talk(&stream)));
            }
        });
        sink
    }

    /// Returns a copy of the records, so that reading them delays no email.
    pub fn taken(&self) -> Vec<Taken> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Taken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn talk(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut lines = BufReader::new(stream);
        let (mut line, mut recipient) = (String::new(), String::new());
        stream.write_all(b"220 sink\r\n")?;
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
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
                    self.lock().push(Taken {
                        recipient: recipient.clone(),
                        at: Instant::now(),
                    });
                }
                "QUIT" => return stream.write_all(b"221 bye\r\n"),
                _ => (),
            }
            stream.write_all(b"250 ok\r\n")?;
        }
    }
}
