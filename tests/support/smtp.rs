//! A mail server of the test's own ([`SmtpSink`]). It speaks real SMTP on a real port, misbehaves
//! as told, and keeps everything that it receives.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use vestibule::config::{Settings, SmtpUrl};

use super::unpoisoned;

/// The time that a test waits for an event.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A server on 127.0.0.1 that accepts emails and delivers none. Stops when dropped.
pub struct SmtpSink {
    port: u16,
    office: Arc<Office>,
    listener: Mutex<Option<JoinHandle<()>>>,
}

/// The behaviour towards an email or its client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    #[default]
    Accept,
    /// Accepts. Offers no mechanism but `LOGIN`.
    AcceptWithLogin,
    /// 554 instead of a greeting.
    RejectGreeting,
    /// 550 to the sender.
    RejectSender,
    /// 553 to the recipient because of the sender, as Postfix does by default.
    RejectSenderAtRcpt,
    /// 550 to the recipient, with the address in the text like real servers.
    RejectPermanently,
    /// 450 to the recipient.
    RejectTemporarily,
    /// 421 to the recipient, and hangs up.
    Shutdown421,
    /// 554 after the whole message.
    RejectData,
    /// Hangs up in the middle of the message.
    DropInMessage,
    /// Reads the whole message and does not respond, until the client hangs up or the sink stops.
    /// Accepts nothing.
    HangAfterData,
    /// Accepts the email and hangs up without a response. The client can't know, and sends it
    /// again.
    AcceptAndDrop,
    /// Accepts the email. The response is no SMTP.
    AcceptUnreadably,
    /// Accepts the email. The response has a letter in Latin-1.
    AcceptInLatin1,
    /// Accepts. Each response is a code without text, as RFC 5321 §4.2 allows.
    AcceptWithoutText,
    /// Accepts one email in each connection. Rejects the recipient of the next with 452.
    OneInEachConnection,
    /// Accepts one email in each connection. Rejects the sender of the next with 421 and hangs up.
    OneThenShutdown421,
}

/// An accepted email.
#[derive(Clone, Debug)]
pub struct Received {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients, without those that were rejected.
    pub to: Vec<String>,
    /// Header and body as they were sent, without the dots that SMTP adds.
    pub message: String,
    /// The number of the connection, beginning with 1.
    pub connection: usize,
}

impl SmtpSink {
    /// Starts a server without authentication.
    pub fn start() -> Self {
        Self::open(None)
    }

    /// Starts a server that requires AUTH with these credentials.
    pub fn start_with_auth(user: &str, password: &str) -> Self {
        Self::open(Some(Credentials {
            user: user.to_owned(),
            password: password.to_owned(),
        }))
    }

    fn open(credentials: Option<Credentials>) -> Self {
        let listener = listen_on_a_free_port();
        let port = listener.local_addr().expect("bound").port();
        let office = Arc::new(Office {
            credentials,
            records: Mutex::default(),
            changed: Condvar::new(),
        });
        let sink = Self {
            port,
            office,
            listener: Mutex::default(),
        };
        sink.serve(listener);
        sink
    }

    fn serve(&self, listener: TcpListener) {
        self.office.note(|records| records.is_open = true);
        let office = Arc::clone(&self.office);
        *unpoisoned(&self.listener) = Some(thread::spawn(move || office.serve(listener)));
    }

    /// Stops listening and closes every connection, like a server that is down.
    pub fn stop(&self) {
        self.office.close();
        if let Some(listener) = unpoisoned(&self.listener).take() {
            // The listener waits for the next connection, so it gets one.
            drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
            drop(listener.join());
        }
    }

    /// Listens on the same port again, and keeps its records.
    pub fn start_again(&self) {
        assert!(unpoisoned(&self.listener).is_none(), "it is stopped first");
        self.serve(
            TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).expect("the port is free again"),
        );
    }

    /// Returns the URL for `VESTIBULE_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes an app send to this server without delays. Its clock stands still, so a wait would
    /// never end.
    pub fn receives_from(&self) -> impl FnOnce(&mut Settings) + use<> {
        let set = self.receives_with_usual_waits();
        move |settings: &mut Settings| {
            set(settings);
            settings.mail.delivery.server_away = (Duration::ZERO, Duration::ZERO);
        }
    }

    /// Makes an app send to this server with the usual waits between attempts.
    pub fn receives_with_usual_waits(&self) -> impl FnOnce(&mut Settings) + use<> {
        let url = SmtpUrl::parse(&self.url());
        move |settings: &mut Settings| {
            settings.mail.smtp = url;
            settings.mail.delivery.look_every = Duration::from_millis(20);
        }
    }

    /// Sets the behaviour for recipients without a rule.
    pub fn behave(&self, behaviour: Behaviour) {
        self.office.note(|records| records.behaviour = behaviour);
    }

    /// Sets the behaviour for one recipient. In an email to several, the first with a rule decides.
    pub fn behave_for(&self, recipient: &str, behaviour: Behaviour) {
        let comes_too_late = matches!(
            behaviour,
            Behaviour::RejectGreeting | Behaviour::RejectSender
        );
        assert!(
            !comes_too_late,
            "{behaviour:?} is decided before a recipient is named"
        );
        self.office.note(|records| {
            records
                .rules
                .insert(recipient.to_ascii_lowercase(), behaviour)
        });
    }

    /// Returns every accepted email, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.office.records().received.clone()
    }

    /// Returns the recipient of every RCPT, accepted or not, oldest first.
    pub fn attempts(&self) -> Vec<String> {
        self.office.records().attempts.clone()
    }

    /// Returns the number of connections.
    pub fn connections(&self) -> usize {
        self.office.records().connections
    }

    /// Returns the highest number of messages in transfer at the same time, from the response to
    /// DATA to the last one.
    pub fn most_at_once(&self) -> usize {
        self.office.records().most_at_once
    }

    /// Returns the violations that a strict server would report.
    pub fn violations(&self) -> Vec<String> {
        self.office.records().violations.clone()
    }

    /// Waits until the accepted emails meet a condition. An email is among them a moment before the
    /// client knows.
    #[track_caller]
    pub fn wait_until(&self, as_it_should_be: impl Fn(&[Received]) -> bool) {
        self.wait(|records| as_it_should_be(&records.received));
    }

    /// Waits for this many attempts.
    #[track_caller]
    pub fn wait_for_attempts(&self, number: usize) {
        self.wait(|records| records.attempts.len() >= number);
    }

    #[track_caller]
    fn wait(&self, as_it_should_be: impl Fn(&Records) -> bool) {
        let Office { changed, .. } = &*self.office;
        let (records, timeout) = changed
            .wait_timeout_while(self.office.records(), TIMEOUT, |records| {
                !as_it_should_be(records)
            })
            .unwrap_or_else(PoisonError::into_inner);
        let so_far = records.summary();
        drop(records);
        assert!(!timeout.timed_out(), "waited in vain. So far:\n{so_far}");
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Received {
    /// Returns a header's value on one line, as it was sent. Empty if there is none.
    pub fn header(&self, name: &str) -> String {
        header(&self.message, name)
    }

    /// Returns the decoded text part, with line ends as in Rust.
    pub fn text(&self) -> String {
        first_text(&self.message)
            .expect("a part that is text/plain")
            .replace("\r\n", "\n")
    }

    /// Returns the lines of the text that are links.
    pub fn links(&self) -> Vec<String> {
        self.text()
            .lines()
            .filter(|line| line.starts_with("http"))
            .map(str::to_owned)
            .collect()
    }
}

// ---- Shared by all connections ----

struct Office {
    credentials: Option<Credentials>,
    records: Mutex<Records>,
    changed: Condvar,
}

struct Credentials {
    user: String,
    password: String,
}

#[derive(Default)]
struct Records {
    is_open: bool,
    behaviour: Behaviour,
    rules: BTreeMap<String, Behaviour>,
    received: Vec<Received>,
    attempts: Vec<String>,
    violations: Vec<String>,
    connections: usize,
    /// The open connections, so that a stop can close them.
    streams: BTreeMap<usize, TcpStream>,
    messages_under_way: usize,
    most_at_once: usize,
}

impl Office {
    fn records(&self) -> MutexGuard<'_, Records> {
        unpoisoned(&self.records)
    }

    /// Changes the records, and notifies waiting tests.
    fn note<T>(&self, change: impl FnOnce(&mut Records) -> T) -> T {
        let result = change(&mut self.records());
        self.changed.notify_all();
        result
    }

    /// Accepts connections until the sink is closed. Returns when the last of them has ended.
    fn serve(&self, listener: TcpListener) {
        thread::scope(|connections| {
            for stream in listener.incoming() {
                // A client may hang up before it is accepted.
                let Ok(stream) = stream else { continue };
                let Some(number) = self.note(|records| records.accept(&stream)) else {
                    break;
                };
                // Pipelined commands get their responses as they come, without a wait for
                // acknowledgements.
                drop(stream.set_nodelay(true));
                connections.spawn(move || {
                    // A failed connection needs no report.
                    let _: ControlFlow<()> = Conversation::new(self, number, &stream).hold();
                    self.note(|records| records.streams.remove(&number));
                });
            }
            // Stops listening before the wait for the remaining connections.
            drop(listener);
        });
    }

    fn close(&self) {
        self.note(|records| {
            records.is_open = false;
            for stream in records.streams.values() {
                // The client may have hung up already.
                drop(stream.shutdown(Shutdown::Both));
            }
        });
    }
}

impl Records {
    /// Gives the connection a number, unless the sink is closed.
    fn accept(&mut self, stream: &TcpStream) -> Option<usize> {
        if !self.is_open {
            return None;
        }
        self.connections += 1;
        self.streams.insert(
            self.connections,
            stream.try_clone().expect("a second handle"),
        );
        Some(self.connections)
    }

    fn rule_for(&self, recipient: &str) -> Option<Behaviour> {
        self.rules.get(&recipient.to_ascii_lowercase()).copied()
    }

    fn summary(&self) -> String {
        let mut lines: Vec<String> = self
            .received
            .iter()
            .map(|message| {
                format!(
                    "received: to {:?}, {:?}",
                    message.to,
                    message.header("Subject")
                )
            })
            .collect();
        lines.push(format!("attempts: {:?}", self.attempts));
        lines.push(format!("violations: {:?}", self.violations));
        lines.join("\n")
    }
}

// ---- One connection ----

/// The conversation of one client and the sink. A failed step ends it.
struct Conversation<'a> {
    office: &'a Office,
    number: usize,
    reader: BufReader<&'a TcpStream>,
    stream: &'a TcpStream,
    is_greeted: bool,
    is_authenticated: bool,
    envelope: Option<Envelope>,
    /// The number of emails that this connection delivered.
    accepted: usize,
}

struct Envelope {
    from: String,
    to: Vec<String>,
    may_have_8_bits: bool,
}

impl<'a> Conversation<'a> {
    fn new(office: &'a Office, number: usize, stream: &'a TcpStream) -> Self {
        Self {
            office,
            number,
            reader: BufReader::new(stream),
            stream,
            is_greeted: false,
            is_authenticated: office.credentials.is_none(),
            envelope: None,
            accepted: 0,
        }
    }

    fn hold(&mut self) -> ControlFlow<()> {
        if self.behaviour() == Behaviour::RejectGreeting {
            return self.reject_everything();
        }
        self.say("220 localhost ESMTP")?;
        loop {
            if let Some(line) = self.read_command()? {
                let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
                self.obey(&verb.to_ascii_uppercase(), argument)?;
            } else {
                self.say("500 not a command line")?;
            }
        }
    }

    /// Waits for a QUIT, as a server that rejects the greeting does.
    fn reject_everything(&mut self) -> ControlFlow<()> {
        self.say("554 no service here")?;
        loop {
            match self.read_command()? {
                Some(line) if line.eq_ignore_ascii_case("QUIT") => return self.quit(),
                _ => self.say("503 no service here")?,
            }
        }
    }

    fn obey(&mut self, verb: &str, argument: &str) -> ControlFlow<()> {
        match verb {
            "EHLO" => self.greet(&self.capabilities()),
            "HELO" => self.greet("250 localhost"),
            "AUTH" => self.authenticate(argument),
            "MAIL" => self.take_sender(argument),
            "RCPT" => self.take_recipient(argument),
            "DATA" => self.take_message(),
            "RSET" => {
                self.envelope = None;
                self.say("250 OK")
            }
            "NOOP" => self.say("250 OK"),
            "QUIT" => self.quit(),
            _ => self.say("502 no such command"),
        }
    }

    fn quit(&mut self) -> ControlFlow<()> {
        self.say("221 bye")?;
        ControlFlow::Break(())
    }

    fn capabilities(&self) -> String {
        let auth = match (&self.office.credentials, self.behaviour()) {
            (None, _) => "",
            (Some(_), Behaviour::AcceptWithLogin) => "250-AUTH LOGIN\r\n",
            (Some(_), _) => "250-AUTH PLAIN LOGIN\r\n",
        };
        format!("250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n{auth}250 SIZE 10485760")
    }

    fn greet(&mut self, response: &str) -> ControlFlow<()> {
        self.is_greeted = true;
        self.envelope = None;
        self.say(response)
    }

    fn authenticate(&mut self, argument: &str) -> ControlFlow<()> {
        let Some(Credentials { user, password }) = &self.office.credentials else {
            return self.say("502 nobody asks who you are");
        };
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        self.is_authenticated = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => self.hear(initial, "")? == BASE64.encode(format!("\0{user}\0{password}")),
            "LOGIN" => {
                let heard_user = self.hear(initial, "Username:")?;
                let heard_password = self.hear("", "Password:")?;
                (heard_user, heard_password) == (BASE64.encode(user), BASE64.encode(password))
            }
            _ => return self.say("504 no such mechanism"),
        };
        self.say(if self.is_authenticated {
            "235 welcome"
        } else {
            "535 user or password is wrong"
        })
    }

    /// Returns the argument of the command, or the response to a challenge.
    fn hear(&mut self, initial: &str, question: &str) -> ControlFlow<(), String> {
        if !initial.is_empty() {
            return ControlFlow::Continue(initial.to_owned());
        }
        self.say(&format!("334 {}", BASE64.encode(question)))?;
        ControlFlow::Continue(self.read_command()?.unwrap_or_default())
    }

    fn take_sender(&mut self, argument: &str) -> ControlFlow<()> {
        if !self.is_greeted || self.envelope.is_some() {
            return self.say("503 not now");
        }
        if !self.is_authenticated {
            return self.say("530 authentication required");
        }
        let Some((from, parameters)) = path(argument, "FROM:") else {
            return self.say("501 not a sender");
        };
        if self.behaviour() == Behaviour::RejectSender {
            return self.say(&format!("550 <{from}>: sender refused"));
        }
        if self.behaviour() == Behaviour::OneThenShutdown421 && self.accepted > 0 {
            self.say("421 too many messages in this connection")?;
            return self.hang_up_politely();
        }
        let may_have_8_bits = parameters.to_ascii_uppercase().contains("BODY=8BITMIME");
        self.envelope = Some(Envelope {
            from: from.to_owned(),
            to: Vec::new(),
            may_have_8_bits,
        });
        self.say("250 OK")
    }

    fn take_recipient(&mut self, argument: &str) -> ControlFlow<()> {
        let Some((recipient, _)) = path(argument, "TO:") else {
            return self.say("501 not a recipient");
        };
        let behaviour = self.office.note(|records| {
            records.attempts.push(recipient.to_owned());
            records.rule_for(recipient).unwrap_or(records.behaviour)
        });
        let Some(envelope) = &mut self.envelope else {
            return self.say("503 who sends it?");
        };
        match behaviour {
            Behaviour::RejectPermanently => {
                self.say(&format!("550 <{recipient}>: no such mailbox here"))
            }
            Behaviour::RejectTemporarily => {
                self.say(&format!("450 <{recipient}>: mailbox busy, try again later"))
            }
            Behaviour::RejectSenderAtRcpt => {
                let from = envelope.from.clone();
                self.say(&format!(
                    "553 5.7.1 <{from}>: Sender address rejected: not owned"
                ))
            }
            Behaviour::OneInEachConnection if self.accepted > 0 => {
                self.say("452 4.5.3 too many messages in this connection")
            }
            Behaviour::Shutdown421 => {
                self.say("421 localhost is shutting down")?;
                self.hang_up_politely()
            }
            _ => {
                envelope.to.push(recipient.to_owned());
                self.say("250 OK")
            }
        }
    }

    fn take_message(&mut self) -> ControlFlow<()> {
        let Some(envelope) = self.envelope.take_if(|envelope| !envelope.to.is_empty()) else {
            return self.say("503 nobody to send it to");
        };
        let behaviour = self.office.note(|records| {
            records.messages_under_way += 1;
            records.most_at_once = records.most_at_once.max(records.messages_under_way);
            envelope
                .to
                .iter()
                .find_map(|recipient| records.rule_for(recipient))
                .unwrap_or(records.behaviour)
        });
        let response = self.judge_message(envelope, behaviour);
        self.office.note(|records| records.messages_under_way -= 1);
        let response = response?;
        self.accepted += usize::from(response.starts_with(b"250"));
        self.say_bytes(response)
    }

    fn judge_message(
        &mut self,
        envelope: Envelope,
        behaviour: Behaviour,
    ) -> ControlFlow<(), &'static [u8]> {
        self.say("354 go on")?;
        if behaviour == Behaviour::DropInMessage {
            self.read_line()?;
            return ControlFlow::Break(());
        }
        let message = self.read_message(envelope.may_have_8_bits)?;
        match behaviour {
            Behaviour::RejectData => return ControlFlow::Continue(b"554 not this message"),
            Behaviour::HangAfterData => self.ignore_the_rest()?,
            _ => {}
        }
        let Envelope { from, to, .. } = envelope;
        let mail = Received {
            from,
            to,
            message,
            connection: self.number,
        };
        self.office.note(|records| records.received.push(mail));
        match behaviour {
            Behaviour::AcceptAndDrop => ControlFlow::Break(()),
            Behaviour::AcceptUnreadably => ControlFlow::Continue(b"OK"),
            Behaviour::AcceptInLatin1 => ControlFlow::Continue(b"250 gr\xfc\xdfe"),
            _ => ControlFlow::Continue(b"250 OK"),
        }
    }

    /// Reads the rest before the close. A close with unread data would take the last response away.
    fn hang_up_politely(&mut self) -> ControlFlow<()> {
        // The client may have hung up already.
        drop(self.stream.shutdown(Shutdown::Write));
        self.ignore_the_rest()
    }

    fn ignore_the_rest(&mut self) -> ControlFlow<()> {
        loop {
            self.read_line()?;
        }
    }

    /// Returns the behaviour before a recipient is known.
    fn behaviour(&self) -> Behaviour {
        self.office.records().behaviour
    }

    fn say(&mut self, response: &str) -> ControlFlow<()> {
        self.say_bytes(response.as_bytes())
    }

    fn say_bytes(&mut self, response: &[u8]) -> ControlFlow<()> {
        let has_no_text = self.behaviour() == Behaviour::AcceptWithoutText;
        let response = if has_no_text {
            &response[..3]
        } else {
            response
        };
        match self.stream.write_all(&[response, b"\r\n"].concat()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Reads a line with its line feed.
    fn read_line(&mut self) -> ControlFlow<(), Vec<u8>> {
        let mut line = Vec::new();
        match self.reader.read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => ControlFlow::Continue(line),
            _ => ControlFlow::Break(()),
        }
    }

    /// Returns a command without its line end, or none if it is no line of SMTP.
    fn read_command(&mut self) -> ControlFlow<(), Option<String>> {
        let line = self.read_line()?;
        let command = line
            .strip_suffix(b"\r\n")
            .filter(|line| line.iter().all(|byte| (b' '..=b'~').contains(byte)));
        if command.is_none() {
            self.object("a command", &line);
        }
        ControlFlow::Continue(command.map(|command| String::from_utf8_lossy(command).into_owned()))
    }

    /// Reads a message up to its final dot, which stands between two whole line ends.
    fn read_message(&mut self, may_have_8_bits: bool) -> ControlFlow<(), String> {
        let mut message = Vec::new();
        let mut is_at_start = true;
        loop {
            let line = self.read_line()?;
            if is_at_start && line == b".\r\n" {
                break;
            }
            let unstuffed = if is_at_start {
                line.strip_prefix(b".").unwrap_or(&line)
            } else {
                &line
            };
            message.extend_from_slice(unstuffed);
            is_at_start = line.ends_with(b"\r\n");
        }
        let message = String::from_utf8_lossy(&message).into_owned();
        self.inspect(&message, may_have_8_bits);
        ControlFlow::Continue(message)
    }

    fn inspect(&self, message: &str, may_have_8_bits: bool) {
        for line in message.split("\r\n") {
            if line.contains(['\n', '\r', '\0']) {
                self.object("a bare LF, CR or NUL in the line", line.as_bytes());
            }
            if line.len() > 998 {
                self.object("more than 998 bytes in the line", line.as_bytes());
            }
            if !line.is_ascii() && !may_have_8_bits {
                self.object("8 bits unannounced in the line", line.as_bytes());
            }
        }
    }

    fn object(&self, to_what: &str, line: &[u8]) {
        let violation = format!(
            "connection {}: {to_what} {:?}",
            self.number,
            line.escape_ascii().to_string()
        );
        self.office
            .note(|records| records.violations.push(violation));
    }
}

// ---- Parsing ----

/// Returns the text between the angle brackets after `keyword`, and the rest.
fn path<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (start, rest) = argument.split_at_checked(keyword.len())?;
    let rest = rest
        .strip_prefix('<')
        .filter(|_| start.eq_ignore_ascii_case(keyword))?;
    rest.split_once('>')
}

/// Splits a message or a part into header and body.
fn split(part: &str) -> (&str, &str) {
    // A part without a header begins with the empty line.
    part.strip_prefix("\r\n")
        .map(|body| ("", body))
        .or_else(|| part.split_once("\r\n\r\n"))
        .unwrap_or((part, ""))
}

fn header(part: &str, name: &str) -> String {
    let unfolded = split(part).0.replace("\r\n ", " ").replace("\r\n\t", "\t");
    unfolded
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

/// Returns the first text/plain part, decoded, at any depth.
fn first_text(part: &str) -> Option<String> {
    let kind = header(part, "Content-Type");
    let body = split(part).1;
    if let Some(boundary) = boundary(&kind) {
        // The first line of the body may be a boundary already. The last piece follows the last
        // boundary.
        let body = format!("\r\n{body}");
        let separator = format!("\r\n--{boundary}");
        body.split(&separator)
            .skip(1)
            .filter_map(|piece| piece.strip_prefix("\r\n"))
            .find_map(first_text)
    } else if kind.is_empty() || kind.to_ascii_lowercase().starts_with("text/plain") {
        Some(decode(body, &header(part, "Content-Transfer-Encoding")))
    } else {
        None
    }
}

/// Returns the boundary of the parts, if there are any.
fn boundary(kind: &str) -> Option<&str> {
    let is_multipart = kind.to_ascii_lowercase().starts_with("multipart/");
    let mut parameters = kind
        .split(';')
        .filter_map(|parameter| parameter.split_once('='));
    let (_, boundary) =
        parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    is_multipart.then_some(boundary.trim().trim_matches('"'))
}

fn decode(body: &str, encoding: &str) -> String {
    let bytes = match encoding.to_ascii_lowercase().as_str() {
        "quoted-printable" => decode_quoted_printable(body),
        "base64" => BASE64.decode(body.replace("\r\n", "")).expect("base64"),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8(bytes).expect("UTF-8")
}

fn decode_quoted_printable(body: &str) -> Vec<u8> {
    let mut pieces = body.split('=');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        if let Some(same_line) = piece.strip_prefix("\r\n") {
            bytes.extend(same_line.bytes());
        } else {
            let (digits, rest) = piece.split_at_checked(2).expect("two digits behind =");
            bytes.push(u8::from_str_radix(digits, 16).expect("two digits behind ="));
            bytes.extend(rest.bytes());
        }
    }
    bytes
}

/// Takes a port below those that the system gives to outgoing connections. One of them could take
/// it while the sink is down.
fn listen_on_a_free_port() -> TcpListener {
    (0..100)
        .map(|_| RandomState::new().hash_one("a port") % 10_000 + 10_000)
        .filter_map(|port| u16::try_from(port).ok())
        .find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .expect("a free port")
}
