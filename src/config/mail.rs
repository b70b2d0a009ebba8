//! Settings for sending email.

use std::fmt;
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::Url;

use super::mode::is_loopback;
use super::variables::HIDDEN;
use super::{InvalidSetting, Variables};
use crate::values::EmailAddress;

#[derive(Clone, Debug)]
pub struct MailSettings {
    /// `VESTIBULE_MAIL_FROM`.
    pub from: Mailbox,
    /// False if the sender is the default of development mode.
    pub from_is_set: bool,
    /// `VESTIBULE_SMTP_URL`. Without it, the mailbox page shows the emails.
    pub smtp: Option<SmtpUrl>,
    pub delivery: DeliverySettings,
}

/// Timeouts and waits of mail delivery. They are fields so that a test can set them to
/// milliseconds.
#[derive(Clone, Debug)]
pub struct DeliverySettings {
    /// Limit of concurrent deliveries.
    pub at_once: usize,
    /// Time limit for one delivery.
    pub longest_send: Duration,
    /// Time that a claimed email is reserved for one node. Must be longer than `longest_send`.
    pub lease: Duration,
    /// Interval of looking for emails that were not announced, such as those of a killed node.
    pub look_every: Duration,
    /// Shortest and longest wait while the mail server is away. Each wait is twice as long as the
    /// previous one.
    pub server_away: (Duration, Duration),
    /// Shortest and longest wait after the mail server rejected an email temporarily, or its
    /// sender.
    pub rejected_temporarily: (Duration, Duration),
    /// Wait after an attempt with an unknown outcome.
    pub outcome_unknown: Duration,
    /// Time after which an idle connection is closed.
    pub keep_idle: Duration,
}

/// An SMTP server. Its password is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    /// A host name or an IP address.
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    /// Username and password, if the server requires them.
    pub credentials: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// No TLS. The connection does not leave this host.
    None,
    /// TLS from the first byte (`smtps://`).
    Implicit,
    /// TLS after `STARTTLS`. Without it, nothing is sent.
    StartTls,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            at_once: 16,
            longest_send: Duration::from_secs(20),
            lease: Duration::from_secs(40),
            look_every: Duration::from_secs(10),
            // Below 30 seconds, because the first email must go out within 30 seconds after an
            // outage.
            server_away: (Duration::from_secs(1), Duration::from_secs(25)),
            rejected_temporarily: (Duration::from_mins(1), Duration::from_hours(1)),
            outcome_unknown: Duration::from_mins(10),
            keep_idle: Duration::from_secs(30),
        }
    }
}

impl MailSettings {
    /// Reads the settings. A sender without a name gets the name of the app.
    pub(super) fn read(variables: &Variables, app_name: &str) -> Result<Self, InvalidSetting> {
        let smtp = match variables.get("VESTIBULE_SMTP_URL") {
            None => None,
            // The value may contain a password, so the message does not repeat it.
            Some(value) => Some(SmtpUrl::parse(value).ok_or_else(|| {
                InvalidSetting::new(
                    "VESTIBULE_SMTP_URL",
                    HIDDEN,
                    "smtps://user:pass@host:465, smtp://host:587?tls=required, or plain smtp:// to \
                     loopback, with / ? # @ : and % in user and password percent-encoded (/ is \
                     %2F)",
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
    /// Parses an SMTP URL. Plain SMTP is allowed for loopback only. Elsewhere, emails and password
    /// would cross the network unencrypted.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        // The `url` crate does not recognise IP addresses in URLs of unknown schemes, so the host
        // is parsed again.
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
        let decoded = |text: &str| {
            percent_decode_str(text)
                .decode_utf8()
                .ok()
                .map(std::borrow::Cow::into_owned)
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => Some((decoded(user)?, decoded(password?)?)),
        };
        let host = match host {
            url::Host::Ipv6(address) => address.to_string(),
            host => host.to_string(),
        };
        Some(Self {
            host,
            port: url.port().unwrap_or(default_port),
            tls,
            credentials,
        })
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls == SmtpTls::Implicit {
            "smtps"
        } else {
            "smtp"
        };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

/// Parses `Name <address>` or `address`. The email address must follow Vestibule's own grammar.
fn parse_mailbox(text: &str, app_name: &str) -> Option<Mailbox> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let (name, address) = match text
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'))
    {
        Some((name, address)) => (Some(name.trim().trim_matches('"').to_owned()), address),
        None => (None, text),
    };
    let address = EmailAddress::parse(address).ok()?;
    let name = name
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| app_name.to_owned());
    Some(Mailbox::new(
        Some(name),
        Address::new_dangerous(address.local_part(), address.ascii_domain()),
    ))
}
