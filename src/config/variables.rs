//! Reads single variables: the default, the parsing, and the one-line error message.

use std::collections::HashMap;
use std::env;

use thiserror::Error;

/// Text about the variables in the output of `--help`: name, meaning, default.
pub const HELP: &str = "\
Variables (all optional for a first try):
  DATABASE_URL           the database: sqlite://PATH or
                         postgres://USER:PASSWORD@HOST/DATABASE
                         [sqlite://data/vestibule.db]
  VESTIBULE_LISTEN       address and port to listen on; port 0 picks a free one
                         [127.0.0.1:8080]
  VESTIBULE_PUBLIC_URL   the origin in the browser and in every link
                         [http://localhost:PORT]
  VESTIBULE_SECRET       secrets of at least 32 bytes in base64url,
                         comma-separated, newest first
                         [created on first start beside the SQLite file, as
                         `secret`; required on PostgreSQL]
  VESTIBULE_SMTP_URL     smtps://user:pass@host:465 or
                         smtp://host:587?tls=required [none: the mailbox page]
  VESTIBULE_MAIL_FROM    the sender of emails [Vestibule <no-reply@localhost>]
  VESTIBULE_TRUSTED_PROXIES
                         IP addresses or networks of proxies whose
                         X-Forwarded-For is trusted, comma-separated [none]
  VESTIBULE_API_ORIGINS  origins whose pages may call the API, comma-separated,
                         such as https://app.example.org [none]
  VESTIBULE_BREACHED_PASSWORDS
                         a filter made by 'vestibule passwords build'
                         [breached-passwords beside the SQLite file, if it
                         exists]
  VESTIBULE_LIMITS       on, or off for load tests in development mode [on]
  VESTIBULE_BCRYPT_COST  log2 of bcrypt's rounds, 10 to 15 [12]
  VESTIBULE_APP_NAME     the name on pages and in emails [Vestibule]
  VESTIBULE_SUPPORT      where users get help: an email address or an https URL
                         [none]
  VESTIBULE_HOME_URL     the app behind the login, such as
                         https://app.example.org [none]
  VESTIBULE_AFTER_LOGIN  dashboard, or home to go to the app after a login
                         [dashboard]
  VESTIBULE_TERMS_URL    the terms, linked on pages and in emails [none]
  VESTIBULE_PRIVACY_URL  the privacy notice, linked like the terms [none]
  VESTIBULE_BRAND        a folder with colours, texts, logo and icons
                         [none: our own]
  VESTIBULE_METRICS_LISTEN
                         address and port of /metrics, for Prometheus
                         [none: no metrics]
  VESTIBULE_LOG          filter for the log, such as info or vestibule=debug
                         [info]

Development mode is on when the host of the public URL is loopback. It needs
no https, no SMTP and no secret, and shows emails at /dev/mailbox.";

/// A setting that does not parse. The message is one line with the variable, its value and the
/// allowed values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{variable} is {value}, must be {allowed}")]
pub struct InvalidSetting {
    variable: &'static str,
    value: String,
    allowed: String,
}

impl InvalidSetting {
    /// Creates the error. `value` is printed unchanged, so a description must replace a secret.
    pub fn new(
        variable: &'static str,
        value: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self {
            variable,
            value: value.into(),
            allowed: allowed.into(),
        }
    }
}

/// The environment, or a substitute for it in tests.
#[derive(Clone, Debug, Default)]
pub struct Variables(HashMap<String, String>);

impl Variables {
    /// Returns the variables of this process. Invalid UTF-8 is replaced with U+FFFD, which most
    /// settings reject.
    pub fn of_process() -> Self {
        Self(
            env::vars_os()
                .map(|(name, value)| {
                    (
                        name.to_string_lossy().into_owned(),
                        value.to_string_lossy().into_owned(),
                    )
                })
                .collect(),
        )
    }

    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, impl Into<String>)>) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    }

    pub fn has(&self, variable: &str) -> bool {
        self.0.contains_key(variable)
    }

    /// Returns the raw value. Use it for variables whose content must not appear in messages.
    pub fn get(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
    }

    /// Reads a variable with a default. `allowed` completes the sentence "must be …".
    pub fn parse<T>(
        &self,
        variable: &'static str,
        default: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, InvalidSetting> {
        let value = self.get(variable).unwrap_or(default);
        parse(value).ok_or_else(|| InvalidSetting::new(variable, format!("{value:?}"), allowed))
    }

    pub fn parse_optional<T>(
        &self,
        variable: &'static str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, InvalidSetting> {
        match self.get(variable) {
            None => Ok(None),
            Some(value) => self.parse(variable, value, allowed, parse).map(Some),
        }
    }
}
