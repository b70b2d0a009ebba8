//! Origins of apps.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use url::{Host, Url};

use super::text_column;

const HTTPS: &str = "https://";
const HTTP: &str = "http://";
/// Longest origin: a host name has at most 253 characters.
const MAX_BYTES: usize = 270;

/// The origin of an app, in the form of a browser's `Origin` header (RFC 6454 §6.2). It has scheme,
/// host name and port, in lower case. A default port is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Origin(pub String);

text_column!(Origin);

/// Reasons to reject an origin. `texts::apps` has the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginError {
    /// The text is not `https://HOST`, with a port or without.
    Malformed,
    /// The host is an IP address or `localhost`. Cookies do not tell the ports of a host apart, so
    /// an app needs a host name of its own.
    NoHostName,
    /// The scheme is http, and the host is not below `localhost`.
    NotHttps,
}

impl Origin {
    /// Parses the origin of an app, which the operator typed. In development mode a host below
    /// `localhost` may have the scheme http.
    pub fn parse(typed: &str) -> Result<Self, OriginError> {
        let origin = Self::parse_web(typed)?;
        let name = origin.host_name();
        let is_address = name
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        if name.ends_with('.') {
            return Err(OriginError::Malformed);
        }
        if name == "localhost" || is_address {
            return Err(OriginError::NoHostName);
        }
        if !origin.is_https() && !name.ends_with(".localhost") {
            return Err(OriginError::NotHttps);
        }
        Ok(origin)
    }

    /// Parses any origin of a web page that the operator typed.
    pub fn parse_web(typed: &str) -> Result<Self, OriginError> {
        let url = Url::parse(typed.trim()).map_err(|_| OriginError::Malformed)?;
        let is_bare = matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if matches!(url.host(), Some(Host::Ipv6(_))) {
            return Err(OriginError::NoHostName);
        }
        let origin = Self::exact(&url.origin().ascii_serialization());
        origin.filter(|_| is_bare).ok_or(OriginError::Malformed)
    }

    /// Returns the origin at the beginning of an absolute URL, and the rest of the URL. The rest
    /// begins with `/`, or is empty.
    pub fn split(url: &str) -> Option<(Self, &str)> {
        let scheme = if has_prefix(url, HTTPS) { HTTPS } else { HTTP };
        let after = url.get(scheme.len()..)?;
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (_, rest) = after.split_at(end);
        let origin = Self::exact(url.get(..scheme.len() + end)?)?;
        (rest.is_empty() || rest.starts_with('/')).then_some((origin, rest))
    }

    /// Returns the origin of a scheme and a host, as in a `Host` header.
    pub fn of_host(is_https: bool, host: &str) -> Option<Self> {
        let scheme = if is_https { HTTPS } else { HTTP };
        Self::exact(&format!("{scheme}{host}"))
    }

    /// Reads an origin that a proxy or a browser sent. It has no path, no user and nothing to
    /// decode.
    fn exact(text: &str) -> Option<Self> {
        let (scheme, default_port) = if has_prefix(text, HTTPS) {
            (HTTPS, "443")
        } else if has_prefix(text, HTTP) {
            (HTTP, "80")
        } else {
            return None;
        };
        let authority = text.get(scheme.len()..)?.to_ascii_lowercase();
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority.as_str(), None),
        };
        let is_host_byte = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
        };
        let is_host = !host.is_empty() && host.bytes().all(is_host_byte);
        let is_port = port.is_none_or(|port| {
            port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit())
        });
        let port = port.filter(|port| *port != default_port);
        let written = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        (is_host && is_port && text.len() <= MAX_BYTES).then(|| Self(format!("{scheme}{written}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with(HTTPS)
    }

    /// Returns the host, with the port if it is not the default one.
    pub fn host(&self) -> &str {
        self.0.split_once("//").map_or("", |(_, host)| host)
    }

    /// Returns origins as one text, separated by spaces.
    pub fn join(origins: &[Self]) -> String {
        let origins: Vec<&str> = origins.iter().map(Self::as_str).collect();
        origins.join(" ")
    }

    /// Returns the host without the port.
    pub fn host_name(&self) -> &str {
        let host = self.host();
        host.split_once(':').map_or(host, |(name, _)| name)
    }
}

/// Compares the beginning of a text without regard to the case of letters.
fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typed_origin_is_normalised() {
        for (typed, origin) in [
            ("https://wiki.example.org", "https://wiki.example.org"),
            (" https://WIKI.example.org/ ", "https://wiki.example.org"),
            ("https://wiki.example.org:443", "https://wiki.example.org"),
            (
                "https://wiki.example.org:8443",
                "https://wiki.example.org:8443",
            ),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://wiki.localhost:8081", "http://wiki.localhost:8081"),
        ] {
            assert_eq!(
                Origin::parse(typed),
                Ok(Origin(origin.to_owned())),
                "{typed}"
            );
        }
    }

    #[test]
    fn other_texts_are_no_origins() {
        for (typed, error) in [
            ("", OriginError::Malformed),
            ("wiki.example.org", OriginError::Malformed),
            ("ftp://wiki.example.org", OriginError::Malformed),
            ("https://wiki.example.org/path", OriginError::Malformed),
            ("https://wiki.example.org/?a", OriginError::Malformed),
            ("https://wiki.example.org#a", OriginError::Malformed),
            ("https://user@wiki.example.org", OriginError::Malformed),
            ("https://*.example.org", OriginError::Malformed),
            ("https://wiki.example.org.", OriginError::Malformed),
            ("https://localhost.", OriginError::Malformed),
            ("https://192.0.2.1", OriginError::NoHostName),
            ("https://[::1]", OriginError::NoHostName),
            ("http://localhost:3000", OriginError::NoHostName),
            ("http://wiki.example.org", OriginError::NotHttps),
        ] {
            assert_eq!(Origin::parse(typed), Err(error), "{typed}");
        }
    }

    #[test]
    fn absolute_url_is_split_at_its_path() {
        let split = |url| Origin::split(url).map(|(origin, rest)| (origin.0, rest));
        let wiki = || "https://wiki.example.org".to_owned();
        assert_eq!(
            split("https://wiki.example.org/a?b"),
            Some((wiki(), "/a?b"))
        );
        assert_eq!(split("HTTPS://Wiki.Example.org:443/"), Some((wiki(), "/")));
        assert_eq!(split("https://wiki.example.org"), Some((wiki(), "")));
        for url in [
            "https://wiki.example.org?a",
            "https://wiki.example.org#a",
            "https:///a",
            "https://a@wiki.example.org/",
            "https://wiki.example.org:/",
            "https://wiki.example.org:+1/",
            "https://wiki.example.org:443:443/",
            "https://wiki.example.org:8443:443/",
            "https://wiki.example.org:99999/",
            "https://wiki.example.org\\a",
            "https://wiki example.org/",
            "https://bücher.example/",
            "wiki.example.org/",
            "/a",
            "",
        ] {
            assert_eq!(split(url), None, "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_split_without_panic(url in "(https?://)?\\PC{0,40}") {
            if let Some((origin, rest)) = Origin::split(&url) {
                prop_assert!(url.to_ascii_lowercase().starts_with("http"));
                prop_assert!(url.ends_with(rest));
                prop_assert_eq!(Origin::exact(origin.as_str()), Some(origin.clone()));
            }
        }
    }
}
