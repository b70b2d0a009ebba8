//! How mail is sent, and from whom.

use std::fmt;

use lettre::Address;
use lettre::message::Mailbox;
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
}

/// An SMTP server that the form of the URL allows. Its password is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(Url);

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
        })
    }
}

impl SmtpUrl {
    /// Plain SMTP is for loopback only: anywhere else mail and password would cross the network in the clear.
    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        // The `url` crate keeps hosts of schemes that it doesn't know as text: read it again as an address.
        let host = url::Host::parse(url.host_str()?).ok()?;
        let host = match &host {
            url::Host::Domain(name) => url::Host::Domain(name.as_str()),
            url::Host::Ipv4(address) => url::Host::Ipv4(*address),
            url::Host::Ipv6(address) => url::Host::Ipv6(*address),
        };
        let protected = match (url.scheme(), url.query()) {
            ("smtps", None) | ("smtp", Some("tls=required")) => true,
            ("smtp", None) => is_loopback(&host),
            _ => false,
        };
        let bare = matches!(url.path(), "" | "/") && url.fragment().is_none();
        (protected && bare).then_some(Self(url))
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        self.0.port().map_or(Ok(()), |port| write!(f, ":{port}"))
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
