//! The public URL. It selects development mode or the rules for a server that other machines can
//! reach.

use std::fmt;
use std::net::SocketAddr;

use thiserror::Error;
use url::{Host, Url};

use super::{DatabaseUrl, Settings};

/// The origin that users see: scheme, host and port. The server builds every link from it, never
/// from request headers (GHSA-2wmj-46rj-qm2w).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
    host: String,
    loopback: bool,
    is_domain: bool,
}

impl PublicUrl {
    /// Returns `None` unless `text` is an http or https origin without path, query or user.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let bare =
            matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let host = url.host()?;
        Some(Self {
            origin: url.origin().ascii_serialization(),
            https,
            loopback: is_loopback(&host),
            is_domain: matches!(host, Host::Domain(_)),
            host: host.to_string(),
        })
    }

    /// Returns the default, `http://localhost:PORT`.
    pub fn local(port: u16) -> Self {
        Self {
            origin: format!("http://localhost:{port}"),
            https: false,
            host: "localhost".to_owned(),
            loopback: true,
            is_domain: true,
        }
    }

    /// Returns the origin without a trailing slash, like a browser's `Origin` header (RFC 6454
    /// §6.2).
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// Returns the host without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns true if passkeys can exist for the host. They need a domain name (WebAuthn Level 3
    /// §5.1.3).
    pub fn has_passkeys(&self) -> bool {
        self.is_domain
    }

    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Returns true if the host is localhost, 127.0.0.0/8 or `::1`. Nothing else turns development
    /// mode on.
    pub fn is_development(&self) -> bool {
        self.loopback
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// Returns true if a host always means this machine.
pub fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Settings that are valid alone but unsafe together. The message is one line and tells the
/// operator what to set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnsafeConfig {
    /// A development server must not be reachable from other machines.
    #[error(
        "{0} is {1}, which other machines can reach, but the public URL is {2}: \
         set VESTIBULE_PUBLIC_URL to the https origin that users see, or listen on 127.0.0.1"
    )]
    DevelopmentInPublic(&'static str, SocketAddr, String),
    /// Passwords must not cross a network unencrypted (ASVS 12.2.1).
    #[error(
        "VESTIBULE_PUBLIC_URL is {0}, which is neither https nor this machine: set it to an https \
         origin"
    )]
    NotHttps(String),
    /// Tokens must not reach a page that an attacker can modify in transit.
    #[error("VESTIBULE_API_ORIGINS has {0}, which is not https: list only https origins")]
    OriginNotHttps(String),
    /// The mailbox page replaces SMTP in development mode only.
    #[error("VESTIBULE_SMTP_URL is not set: set it, so that {0} can send email")]
    NoSmtp(String),
    /// The default sender is not a real address.
    #[error(
        "VESTIBULE_MAIL_FROM is not set: set it to the sender of emails, such as Example \
         <no-reply@example.org>"
    )]
    NoSender,
    /// Other nodes cannot know a secret that this node generates.
    #[error(
        "VESTIBULE_SECRET is not set: on PostgreSQL every node needs the same one; `openssl rand \
         -base64 32 | tr +/ -_` creates one"
    )]
    NoSecret,
    /// Without rate limits, an attacker could flood any mailbox.
    #[error(
        "VESTIBULE_LIMITS is off, which is for load tests in development mode only: unset it for \
         {0}"
    )]
    LimitsOff(String),
    /// The database requires TLS, and this build has none.
    #[error(
        "DATABASE_URL requires TLS to {0}, which this build does not support: use the Debian \
         package or the container image, or build with `cargo build --release \
         --no-default-features` where libpq-dev is installed"
    )]
    NoTls(String),
}

impl DatabaseUrl {
    /// Returns an error if the database requires TLS and this build has none.
    pub fn check_reach(&self) -> Result<(), UnsafeConfig> {
        match self {
            Self::Postgres(url) if !url.is_within_reach() => {
                Err(UnsafeConfig::NoTls(url.to_string()))
            }
            Self::Postgres(_) | Self::Sqlite(_) => Ok(()),
        }
    }
}

impl Settings {
    /// Returns the public URL of a server that listens on `port`.
    pub fn public_url(&self, port: u16) -> PublicUrl {
        self.edge
            .public_url
            .clone()
            .unwrap_or_else(|| PublicUrl::local(port))
    }

    /// Checks the rules for combinations of settings (`docs/security.md`, 1).
    pub fn check_together(&self) -> Result<(), UnsafeConfig> {
        self.database.check_reach()?;
        if self.secrets.is_empty() && self.database.folder().is_none() {
            return Err(UnsafeConfig::NoSecret);
        }
        let listen = self.edge.listen;
        let public_url = self.public_url(listen.port());
        let origin = public_url.to_string();
        if public_url.is_development() {
            let listeners = [
                ("VESTIBULE_LISTEN", Some(listen)),
                ("VESTIBULE_METRICS_LISTEN", self.edge.metrics_listen),
            ];
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
        // Loopback origins must use https too. They are on the user's own machine, where any
        // program may listen.
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
