//! The least of a mail server: takes everything, remembers to whom and when.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// Below the ports that the system gives to outgoing connections: one of those could meet itself
/// while nobody listens.
const PORTS: std::ops::Range<u16> = 20_025..30_000;

/// A mail that was taken.
#[derive(Clone)]
pub struct Taken {
    pub recipient: String,
    pub at: Instant,
}

/// A mail server; its threads end with the process.
#[derive(Clone, Default)]
pub struct SmtpSink(Arc<Mutex<Vec<Taken>>>);

/// A port that nobody listens on.
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
                // Whoever hangs up in the middle has his reasons.
                thread::spawn(move || drop(taken.talk(&stream)));
            }
        });
        sink
    }

    /// What came so far: a copy, so that looking at it holds up no mail.
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
