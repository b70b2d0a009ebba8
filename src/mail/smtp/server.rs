//! A mail server: its address, and how to connect and log in.

use std::io;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

use super::connection::SmtpConnection;
use super::reply::{Reply, ReplyError};
use super::result::NotSent;
use super::stream::{Tls, TlsError, connect};
use crate::config::{SmtpTls, SmtpUrl};
use crate::values::one_line;

/// A shorter word of a reply is not taken for a part of what was sent.
const SHORTEST_ECHO: usize = 6;

pub struct SmtpServer {
    url: SmtpUrl,
    /// This host's name in the SMTP greeting.
    name: String,
    /// `None` if the connection does not leave this host.
    tls: Result<Option<Tls>, TlsError>,
}

#[derive(Debug, Error)]
enum ConnectError {
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Reply(#[from] ReplyError),
    #[error("{0}")]
    Rejected(Reply),
    #[error("the server does not offer STARTTLS")]
    NoStartTls,
    /// An attacker on the network may have added the data (CVE-2011-0411).
    #[error("the server sent data between STARTTLS and TLS")]
    DataBeforeTls,
    #[error("the server offers neither AUTH PLAIN nor AUTH LOGIN")]
    NoMechanism,
}

impl SmtpServer {
    /// Prepares a client without connecting. `name` is this host's name in the SMTP greeting. If
    /// TLS is used, loads the certificates that the system trusts.
    pub fn new(url: SmtpUrl, name: &str) -> Self {
        let tls = match url.tls {
            SmtpTls::None => Ok(None),
            SmtpTls::Implicit | SmtpTls::StartTls => Tls::new(&url.host).map(Some),
        };
        // An IP address is written as a literal (RFC 5321 §4.1.3).
        let name = match name.trim_matches(['[', ']']).parse() {
            Ok(IpAddr::V4(address)) => format!("[{address}]"),
            Ok(IpAddr::V6(address)) => format!("[IPv6:{address}]"),
            Err(_) => name.to_owned(),
        };
        Self { url, name, tls }
    }

    /// Connects and logs in. Connects without TLS only if the URL allows it.
    pub async fn connect(&self, deadline: Instant) -> Result<SmtpConnection, NotSent> {
        let reason = match timeout_at(deadline, self.open()).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => one_line(&error.to_string()),
            Err(_) => "the server did not reply in time".to_owned(),
        };
        Err(NotSent::ServerAway(reason))
    }

    async fn open(&self) -> Result<SmtpConnection, ConnectError> {
        let tls = self.tls.clone()?;
        let stream = connect(&self.url.host, self.url.port).await?;
        let mut connection = match (&tls, self.url.tls) {
            (Some(tls), SmtpTls::Implicit) => SmtpConnection::new(tls.begin(stream).await?),
            _ => SmtpConnection::new(stream),
        };
        expect_code(connection.read_reply().await?, 220)?;
        let mut extensions = self.say_hello(&mut connection).await?;
        if let (Some(tls), SmtpTls::StartTls) = (&tls, self.url.tls) {
            connection = start_tls(connection, tls, &extensions).await?;
            // Its offers from before TLS are not trusted (RFC 3207 §4.2).
            extensions = self.say_hello(&mut connection).await?;
        }
        if let Some(credentials) = &self.url.credentials {
            log_in(&mut connection, &extensions, credentials).await?;
        }
        Ok(connection)
    }

    /// Returns the extensions that the server offers.
    async fn say_hello(
        &self,
        connection: &mut SmtpConnection,
    ) -> Result<Vec<String>, ConnectError> {
        let reply = connection.command(&format!("EHLO {}", self.name)).await?;
        let lines = expect_code(reply, 250)?.lines;
        // The first line is the server's name.
        let extensions = lines.iter().skip(1);
        Ok(extensions.map(|line| line.to_ascii_uppercase()).collect())
    }
}

async fn start_tls(
    mut connection: SmtpConnection,
    tls: &Tls,
    extensions: &[String],
) -> Result<SmtpConnection, ConnectError> {
    if !extensions.iter().any(|line| line.trim() == "STARTTLS") {
        return Err(ConnectError::NoStartTls);
    }
    expect_code(connection.command("STARTTLS").await?, 220)?;
    let stream = connection.into_stream();
    if !stream.buffer().is_empty() {
        return Err(ConnectError::DataBeforeTls);
    }
    Ok(SmtpConnection::new(tls.begin(stream.into_inner()).await?))
}

/// Logs in by `PLAIN` (RFC 4616) if the server offers it, or else by `LOGIN`.
async fn log_in(
    connection: &mut SmtpConnection,
    extensions: &[String],
    (user, password): &(String, String),
) -> Result<(), ConnectError> {
    let offers = |mechanism: &str| {
        extensions.iter().any(|line| {
            // Some servers write `AUTH=LOGIN`.
            let mut words = line.split([' ', '=']);
            words.next() == Some("AUTH") && words.any(|word| word == mechanism)
        })
    };
    let commands = if offers("PLAIN") {
        let response = BASE64.encode(format!("\0{user}\0{password}"));
        vec![(format!("AUTH PLAIN {response}"), 235)]
    } else if offers("LOGIN") {
        vec![
            ("AUTH LOGIN".to_owned(), 334),
            (BASE64.encode(user), 334),
            (BASE64.encode(password), 235),
        ]
    } else {
        return Err(ConnectError::NoMechanism);
    };
    for (line, code) in commands {
        let mut reply = connection.command(&line).await?;
        hide_echo(&mut reply, &line);
        expect_code(reply, code)?;
    }
    Ok(())
}

/// Removes words that repeat a part of what was sent. Some servers repeat a command that they
/// reject, and the log must not have the password.
fn hide_echo(reply: &mut Reply, sent: &str) {
    for line in &mut reply.lines {
        let words = line.split(' ').map(|word| {
            let core = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
            let is_echo = core.len() >= SHORTEST_ECHO && sent.contains(core);
            let contains_echo = sent.split(' ').any(|part| word.contains(part));
            if is_echo || contains_echo {
                "<hidden>"
            } else {
                word
            }
        });
        *line = words.collect::<Vec<_>>().join(" ");
    }
}

/// Returns the reply if it has the expected code.
fn expect_code(reply: Reply, code: u16) -> Result<Reply, ConnectError> {
    if reply.code == code {
        Ok(reply)
    } else {
        Err(ConnectError::Rejected(reply))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_credentials_are_hidden() {
        let sent = "AUTH PLAIN AHVzZXIAc2VjcmV0";
        for (text, shown) in [
            ("5.7.8 authentication failed", "5.7.8 authentication failed"),
            (
                "bad \"AUTH PLAIN AHVzZXIAc2VjcmV0\"",
                "bad <hidden> <hidden> <hidden>",
            ),
            ("no command: AHVzZXIA...", "no command: <hidden>"),
        ] {
            let lines = vec![text.to_owned()];
            let mut reply = Reply { code: 535, lines };
            hide_echo(&mut reply, sent);
            assert_eq!(reply.lines, [shown]);
        }
    }
}
