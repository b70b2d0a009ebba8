//! The public URL, and what follows from it: development mode or the rules for a server that strangers can reach.

use std::fmt;
use std::net::SocketAddr;

use thiserror::Error;
use url::{Host, Url};

use super::{DatabaseUrl, Settings};

/// The origin that people see: scheme, host and port. Every link is built from it, never from a request's headers
/// (GHSA-2wmj-46rj-qm2w).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
    host: String,
    loopback: bool,
}

impl PublicUrl {
    /// `None` unless it is an http or https origin: no path, no query, no user.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let host = url.host()?;
        Some(Self {
            origin: url.origin().ascii_serialization(),
            https,
            loopback: is_loopback(&host),
            host: host.to_string(),
        })
    }

    /// What stands in when none is set: `http://localhost:PORT`.
    pub fn local(port: u16) -> Self {
        Self { origin: format!("http://localhost:{port}"), https: false, host: "localhost".to_owned(), loopback: true }
    }

    /// As a browser writes it in `Origin` (RFC 6454 §6.2): no slash at the end.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// The host, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether people reach the site over https.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Development mode is exactly this: the host is localhost, 127.0.0.0/8 or `::1`.
    pub fn is_development(&self) -> bool {
        self.loopback
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// Whether a host means this machine and nothing else.
pub fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Settings that are each in order, and together would let strangers in. One line: what to set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnsafeConfig {
    /// A development server must not be reachable from elsewhere.
    #[error(
        "{0} is {1}, which other machines can reach, but the public URL is {2}: \
         set VESTIBULE_PUBLIC_URL to the https origin that people see, or listen on 127.0.0.1"
    )]
    DevelopmentInPublic(&'static str, SocketAddr, String),
    /// Passwords must not cross a network in the clear (ASVS 12.2.1).
    #[error("VESTIBULE_PUBLIC_URL is {0}, which is neither https nor this machine: set it to an https origin")]
    NotHttps(String),
    /// Nor must tokens, from a page that somebody on the way can rewrite.
    #[error("VESTIBULE_API_ORIGINS has {0}, which is not https: name https origins only")]
    OriginNotHttps(String),
    /// Outside development nobody reads the mailbox page.
    #[error("VESTIBULE_SMTP_URL is not set: set it, so that mail for {0} can be sent")]
    NoSmtp(String),
    /// The default sender is nobody's address.
    #[error("VESTIBULE_MAIL_FROM is not set: set it to the sender of mails, such as Example <no-reply@example.org>")]
    NoSender,
    /// A secret made up here is one that other nodes can't know.
    #[error(
        "VESTIBULE_SECRET is not set: on PostgreSQL every node needs the same one; `openssl rand -base64 32 | tr +/ -_` makes it"
    )]
    NoSecret,
    /// Without limits, strangers could flood any mailbox.
    #[error("VESTIBULE_LIMITS is off, which is for load tests in development mode only: take it away for {0}")]
    LimitsOff(String),
    /// Built without TLS, and a network between.
    #[error(
        "DATABASE_URL asks for TLS to {0}, which this build does not speak: use the Debian package or the container image, \
         or build with `cargo build --release --no-default-features` where libpq-dev is installed"
    )]
    NoTls(String),
}

impl DatabaseUrl {
    /// Whether this build can speak to it as it must be spoken to.
    pub fn check_reach(&self) -> Result<(), UnsafeConfig> {
        match self {
            Self::Postgres(url) if !url.is_within_reach() => Err(UnsafeConfig::NoTls(url.to_string())),
            Self::Postgres(_) | Self::Sqlite(_) => Ok(()),
        }
    }
}

impl Settings {
    /// The origin that people see, where the server listens on `port`.
    pub fn public_url(&self, port: u16) -> PublicUrl {
        self.edge.public_url.clone().unwrap_or_else(|| PublicUrl::local(port))
    }

    /// The rules that the settings must keep together (`docs/security.md`, 1).
    pub fn check_together(&self) -> Result<(), UnsafeConfig> {
        self.database.check_reach()?;
        if self.secrets.is_empty() && self.database.folder().is_none() {
            return Err(UnsafeConfig::NoSecret);
        }
        let listen = self.edge.listen;
        let public_url = self.public_url(listen.port());
        let origin = public_url.to_string();
        if public_url.is_development() {
            let listeners =
                [("VESTIBULE_LISTEN", Some(listen)), ("VESTIBULE_METRICS_LISTEN", self.edge.metrics_listen)];
            for (variable, at) in listeners {
                if let Some(at) = at.filter(|at| !at.ip().is_loopback()) {
                    return Err(UnsafeConfig::DevelopmentInPublic(variable, at, origin));
                }
            }
            return Ok(());
        }
        if !public_url.is_https() {
            return Err(UnsafeConfig::NotHttps(origin));
        }
        // Loopback, too: it is the user's own machine, where any program may answer.
        if let Some(named) = self.edge.api_origins.iter().find(|named| !named.is_https()) {
            return Err(UnsafeConfig::OriginNotHttps(named.to_string()));
        }
        if self.mail.smtp.is_none() {
            return Err(UnsafeConfig::NoSmtp(origin));
        }
        if !self.limits {
            return Err(UnsafeConfig::LimitsOff(origin));
        }
        if !self.mail.from_is_set {
            return Err(UnsafeConfig::NoSender);
        }
        Ok(())
    }
}
