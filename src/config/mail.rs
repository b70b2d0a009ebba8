//! How mail is sent, and from whom.

use std::fmt;
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::Url;

use super::mode::is_loopback;
use super::{InvalidSetting, Variables};
use crate::values::EmailAddress;

/// The sender, and the way out.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// `VESTIBULE_MAIL_FROM`.
    pub from: Mailbox,
    /// Whether the sender was set, or is the default of development mode.
    pub from_is_set: bool,
    /// `VESTIBULE_SMTP_URL`; without it the mailbox page shows the mails.
    pub smtp: Option<SmtpUrl>,
    /// How patiently mail is delivered.
    pub delivery: DeliverySettings,
}

/// How patiently mail is delivered. Fields, so that a test can set them to milliseconds.
#[derive(Clone, Debug)]
pub struct DeliverySettings {
    /// Mails that go out at a time.
    pub at_once: usize,
    /// When one send ends, done or not.
    pub longest_send: Duration,
    /// For how long a mail that is being sent is nobody else's; longer than a send.
    pub lease: Duration,
    /// How often to look for mails that nobody has announced, such as those of a node that was killed.
    pub look_every: Duration,
    /// The shortest and the longest wait for a server that is away; each is twice the one before.
    pub server_away: (Duration, Duration),
    /// The same for a mail that was refused for now.
    pub refused_for_now: (Duration, Duration),
    /// How long a connection without work is kept.
    pub keep_idle: Duration,
}

/// An SMTP server that the form of the URL allows. Its password is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    /// A name or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// User and password, if the server wants them.
    pub credentials: Option<(String, String)>,
}

/// How a connection to an SMTP server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// Not at all: it does not leave this host.
    None,
    /// From the first byte (`smtps://`).
    Implicit,
    /// After `STARTTLS`, without which nothing is sent.
    StartTls,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            at_once: 16,
            longest_send: Duration::from_secs(20),
            lease: Duration::from_secs(40),
            look_every: Duration::from_secs(10),
            // Not the 30 that are allowed: the first mail after an outage is to be out within 30.
            server_away: (Duration::from_secs(1), Duration::from_secs(25)),
            refused_for_now: (Duration::from_mins(1), Duration::from_hours(1)),
            keep_idle: Duration::from_secs(30),
        }
    }
}

impl MailSettings {
    /// A sender without a name of its own carries the app's.
    pub(super) fn read(variables: &Variables, app_name: &str) -> Result<Self, InvalidSetting> {
        let smtp = match variables.get("VESTIBULE_SMTP_URL") {
            None => None,
            // What it held may be a password, so the message says only that it does not parse.
            Some(held) => Some(SmtpUrl::parse(held).ok_or_else(|| {
                InvalidSetting::new(
                    "VESTIBULE_SMTP_URL",
                    "not usable (its content is not shown)",
                    "smtps://user:pass@host:465, smtp://host:587?tls=required, or plain smtp:// to loopback",
                )
            })?),
        };
        Ok(Self {
            from: variables.parse(
                "VESTIBULE_MAIL_FROM",
                "no-reply@localhost",
                "a sender, such as Example <no-reply@example.org>",
                |text| parse_mailbox(text, app_name),
            )?,
            from_is_set: variables.has("VESTIBULE_MAIL_FROM"),
            smtp,
            delivery: DeliverySettings::default(),
        })
    }
}

impl SmtpUrl {
    /// Plain SMTP is for loopback only: anywhere else mail and password would cross the network in the clear.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        // The `url` crate keeps hosts of schemes that it doesn't know as text: read it again as an address.
        let host = url::Host::parse(url.host_str()?).ok()?;
        let host = match &host {
            url::Host::Domain(name) => url::Host::Domain(name.as_str()),
            url::Host::Ipv4(address) => url::Host::Ipv4(*address),
            url::Host::Ipv6(address) => url::Host::Ipv6(*address),
        };
        let (tls, default_port) = match (url.scheme(), url.query()) {
            ("smtps", None) => (SmtpTls::Implicit, 465),
            ("smtp", Some("tls=required")) => (SmtpTls::StartTls, 587),
            ("smtp", None) if is_loopback(&host) => (SmtpTls::None, 25),
            _ => return None,
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return None;
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned);
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => Some((decoded(user)?, decoded(password?)?)),
        };
        let host = match host {
            url::Host::Ipv6(address) => address.to_string(),
            host => host.to_string(),
        };
        Some(Self { host, port: url.port().unwrap_or(default_port), tls, credentials })
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls == SmtpTls::Implicit { "smtps" } else { "smtp" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

/// `Name <address>` or `address`; the address by our own grammar.
fn parse_mailbox(text: &str, app_name: &str) -> Option<Mailbox> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let (name, address) = match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (Some(name.trim().trim_matches('"').to_owned()), address),
        None => (None, text),
    };
    let address = EmailAddress::parse(address).ok()?;
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| app_name.to_owned());
    Some(Mailbox::new(Some(name), Address::new_dangerous(address.local_part(), address.domain())))
}
