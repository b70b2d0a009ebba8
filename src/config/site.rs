//! Settings of the site around the login: help, terms, privacy, and the app behind it.

use std::fmt;

use url::Url;

use super::mode::is_loopback;
use super::{InvalidSetting, SignUpPolicy, Variables};
use crate::values::EmailAddress;

/// Settings of the operator's site, shown on pages and in emails.
#[derive(Clone, Debug, Default)]
pub struct SiteSettings {
    /// `VESTIBULE_SUPPORT`.
    pub support: Option<Support>,
    /// `VESTIBULE_TERMS_URL`.
    pub terms: Option<WebUrl>,
    /// `VESTIBULE_PRIVACY_URL`.
    pub privacy: Option<WebUrl>,
    /// `VESTIBULE_HOME_URL`: the app behind the login.
    pub home: Option<WebUrl>,
    /// `VESTIBULE_AFTER_LOGIN`.
    pub after_login: AfterLogin,
    pub sign_up: SignUpPolicy,
}

/// The place where users get help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Support {
    /// Also the `Reply-To` of emails.
    Email(EmailAddress),
    Url(WebUrl),
}

/// The URL of a page outside Vestibule. It is https, or http on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUrl(Url);

/// The page to which a login without another target leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterLogin {
    #[default]
    Dashboard,
    /// The app at `VESTIBULE_HOME_URL`.
    Home,
}

impl SiteSettings {
    pub(super) fn read(variables: &Variables) -> Result<Self, InvalidSetting> {
        let page = |variable, allowed| variables.parse_optional(variable, allowed, WebUrl::parse);
        let home = page(
            "VESTIBULE_HOME_URL",
            "the https URL of the app, such as https://app.example.org; http only on this machine",
        )?;
        Ok(Self {
            support: variables.parse_optional(
                "VESTIBULE_SUPPORT",
                "an email address or an https URL",
                Support::parse,
            )?,
            terms: page(
                "VESTIBULE_TERMS_URL",
                "an https URL, such as https://example.org/terms",
            )?,
            privacy: page(
                "VESTIBULE_PRIVACY_URL",
                "an https URL, such as https://example.org/privacy",
            )?,
            after_login: variables.parse(
                "VESTIBULE_AFTER_LOGIN",
                "dashboard",
                "dashboard, or home if VESTIBULE_HOME_URL is set",
                |text| match text {
                    "dashboard" => Some(AfterLogin::Dashboard),
                    "home" if home.is_some() => Some(AfterLogin::Home),
                    _ => None,
                },
            )?,
            home,
            sign_up: SignUpPolicy::read(variables)?,
        })
    }
}

impl Support {
    pub fn parse(text: &str) -> Option<Self> {
        let email = EmailAddress::parse(text).ok().map(Self::Email);
        let url = || WebUrl::parse(text).filter(WebUrl::is_https);
        email.or_else(|| url().map(Self::Url))
    }

    pub fn email(&self) -> Option<&str> {
        match self {
            Self::Email(email) => Some(email.as_str()),
            Self::Url(_) => None,
        }
    }

    pub fn url(&self) -> Option<&WebUrl> {
        match self {
            Self::Email(_) => None,
            Self::Url(url) => Some(url),
        }
    }
}

impl fmt::Display for Support {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(email) => f.write_str(email.as_str()),
            Self::Url(url) => url.fmt(f),
        }
    }
}

impl WebUrl {
    /// Returns `None` unless `text` is an https URL, or an http URL on this machine. A URL with a
    /// user or a password is rejected, because it can look like that of another site.
    pub fn parse(text: &str) -> Option<Self> {
        // The `url` crate drops such characters silently.
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let is_allowed = match url.scheme() {
            "https" => true,
            "http" => url.host().is_some_and(|host| is_loopback(&host)),
            _ => false,
        };
        let is_bare = url.username().is_empty() && url.password().is_none();
        (is_allowed && is_bare).then_some(Self(url))
    }

    fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}
