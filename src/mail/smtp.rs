//! SMTP: one connection, one email at a time, and the result of each. The caller decides when to
//! try again.

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use thiserror::Error;

use super::compose::OutgoingMail;
use crate::config::{SmtpTls, SmtpUrl};
use crate::values::one_line;

/// "Service not available, closing transmission channel" (RFC 5321 §3.8). The reply concerns the
/// server and not the email.
const SERVICE_NOT_AVAILABLE: u16 = 421;

/// Time limit for each of the host's addresses. An address that does not answer must not prevent an
/// attempt at the next.
const LONGEST_CONNECT: Duration = Duration::from_secs(5);

pub struct SmtpServer {
    url: SmtpUrl,
    hello: ClientId,
    tls: Result<Option<TlsParameters>, String>,
}

pub struct SmtpConnection(AsyncSmtpConnection);

/// A failed attempt to send an email, in the server's words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotSent {
    /// The server cannot be reached, or it rejects our login or sender. This says nothing about the
    /// email.
    #[error("{0}")]
    ServerAway(String),
    /// The connection broke while the email was being sent.
    #[error("{0}")]
    BrokenOff(String),
    /// A temporary rejection (4xx).
    #[error("{0}")]
    RejectedTemporarily(String),
    /// A permanent rejection (5xx).
    #[error("{0}")]
    RejectedPermanently(String),
}

impl SmtpServer {
    /// Prepares a client without connecting. `name` is this host's name in the SMTP greeting. If
    /// TLS is used, loads the certificates that the system trusts.
    pub fn new(url: SmtpUrl, name: &str) -> Self {
        let tls = match url.tls {
            SmtpTls::None => Ok(None),
            SmtpTls::Implicit | SmtpTls::StartTls => TlsParameters::builder(url.host.clone())
                .build_rustls()
                .map(Some)
                .map_err(|error| error.to_string()),
        };
        let hello = match name.trim_matches(['[', ']']).parse() {
            Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::Domain(name.to_owned()),
        };
        Self { url, hello, tls }
    }

    /// Connects and logs in. Connects without TLS only if the URL allows it.
    pub async fn connect(&self) -> Result<SmtpConnection, NotSent> {
        let away = |error: lettre::transport::smtp::Error| NotSent::ServerAway(reason(&error));
        let tls = self.tls.clone().map_err(NotSent::ServerAway)?;
        let (implicit, start) = if self.url.tls == SmtpTls::Implicit {
            (tls, None)
        } else {
            (None, tls)
        };
        let address = (self.url.host.as_str(), self.url.port);
        let timeout = Some(LONGEST_CONNECT);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, timeout, &self.hello, implicit, None)
                .await
                .map_err(away)?;
        if let Some(tls) = start {
            connection.starttls(tls, &self.hello).await.map_err(away)?;
        }
        if let Some((user, password)) = self.url.credentials.clone() {
            let credentials = Credentials::new(user, password);
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(away)?;
        }
        Ok(SmtpConnection(connection))
    }
}

impl SmtpConnection {
    /// Sends one email. Sends each command separately, because the meaning of a rejection depends
    /// on the command. A rejected sender is a wrong setting, for which no email may be given up.
    pub async fn send(&mut self, mail: &OutgoingMail) -> Result<(), NotSent> {
        let envelope = mail.message.envelope();
        let from = Mail::new(envelope.from().cloned(), Vec::new());
        self.0
            .command(from)
            .await
            .map_err(|error| NotSent::ServerAway(reason(&error)))?;
        for recipient in envelope.to() {
            self.0
                .command(Rcpt::new(recipient.clone(), Vec::new()))
                .await
                .map_err(|error| not_sent(&error))?;
        }
        self.0
            .command(Data)
            .await
            .map_err(|error| not_sent(&error))?;
        self.0
            .message(&mail.message.formatted())
            .await
            .map_err(|error| not_sent(&error))?;
        Ok(())
    }

    /// Prepares the connection for another email after a rejection. Returns false if it is
    /// unusable.
    pub async fn reset(&mut self) -> bool {
        self.0.command(Rset).await.is_ok()
    }

    pub async fn quit(mut self) {
        // The server may have closed the connection first.
        drop(self.0.quit().await);
    }
}

fn not_sent(error: &lettre::transport::smtp::Error) -> NotSent {
    match error.status().map(u16::from) {
        None | Some(SERVICE_NOT_AVAILABLE) => NotSent::BrokenOff(reason(error)),
        Some(400..=499) => NotSent::RejectedTemporarily(reason(error)),
        Some(_) => NotSent::RejectedPermanently(reason(error)),
    }
}

/// Formats an error and its causes on one line.
fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    one_line(&text)
}
