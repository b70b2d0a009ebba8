//! Access to the API from browsers. Pages of this site and of the configured origins may call it.
//! Other clients send no origin and are always accepted.
//!
//! The API ignores cookies, so a response to another origin never allows credentials (CORS in the
//! Fetch Standard).

use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderMap, HeaderValue, ORIGIN, VARY,
};

use super::same_origin::SEC_FETCH_SITE;
use crate::app::App;

/// Time in seconds for which a browser may cache a preflight response.
const REMEMBERED: &str = "600";

/// The source of an API request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A page of this site, or a client that is not a browser.
    Here,
    /// A page of a configured origin. The value is the `Origin` header as received.
    Named(HeaderValue),
    Foreign,
}

impl Source {
    /// Reads the source from the headers that the browser sets. Values are compared byte for byte.
    /// A header that occurs twice makes the request foreign.
    pub fn of(headers: &HeaderMap, app: &App) -> Self {
        let is_named = |origin: &[u8]| {
            app.settings
                .edge
                .api_origins
                .iter()
                .any(|named| named.as_str().as_bytes() == origin)
        };
        source_of(headers, app.public_url.as_str(), is_named)
    }
}

fn source_of(headers: &HeaderMap, own: &str, is_named: impl Fn(&[u8]) -> bool) -> Source {
    let mut sites = headers.get_all(SEC_FETCH_SITE);
    let mut origins = headers.get_all(ORIGIN);
    let (site, origin) = (sites.next(), origins.next());
    if sites.next().is_some() || origins.next().is_some() {
        return Source::Foreign;
    }
    let is_same_site_or_none =
        site.is_none_or(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    match origin {
        None if is_same_site_or_none => Source::Here,
        Some(origin) if is_same_site_or_none && origin.as_bytes() == own.as_bytes() => Source::Here,
        Some(origin) if is_named(origin.as_bytes()) => {
            let is_known =
                site.is_none_or(|site| matches!(site.as_bytes(), b"same-site" | b"cross-site"));
            if is_known {
                Source::Named(origin.clone())
            } else {
                Source::Foreign
            }
        }
        _ => Source::Foreign,
    }
}

/// Returns true for a CORS preflight request.
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Adds `Vary: Origin`, and the CORS headers that let a page of a configured origin read the
/// response.
pub fn add_headers(headers: &mut HeaderMap, source: &Source, is_preflight: bool) {
    headers.append(VARY, HeaderValue::from_static("Origin"));
    let Source::Named(origin) = source else {
        return;
    };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if is_preflight {
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Authorization, Content-Type"),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED));
    } else {
        let readable = HeaderValue::from_static("Retry-After, WWW-Authenticate, X-Request-Id");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, readable);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    const OWN: &str = "https://login.example.org";
    const NAMED: &str = "https://app.example.org";

    #[test]
    fn only_programs_this_site_and_named_origins_pass() {
        let (site, origin) = ("sec-fetch-site", "origin");
        let named = || Source::Named(HeaderValue::from_static(NAMED));
        for (pairs, expected) in [
            (&[][..], Source::Here),
            (&[(site, "same-origin")], Source::Here),
            (&[(site, "none")], Source::Here),
            (&[(origin, OWN)], Source::Here),
            (&[(site, "same-origin"), (origin, OWN)], Source::Here),
            (&[(origin, NAMED)], named()),
            (&[(site, "cross-site"), (origin, NAMED)], named()),
            (&[(site, "same-site"), (origin, NAMED)], named()),
            (&[(site, "cross-site")], Source::Foreign),
            (&[(site, "same-site")], Source::Foreign),
            (&[(site, "cross-site"), (origin, OWN)], Source::Foreign),
            (&[(site, "same-origin"), (origin, NAMED)], Source::Foreign),
            (
                &[(site, "same-origin"), (origin, "https://evil.example")],
                Source::Foreign,
            ),
            (&[(site, "other"), (origin, NAMED)], Source::Foreign),
            (&[(site, "Same-Origin")], Source::Foreign),
            (&[(origin, "https://evil.example")], Source::Foreign),
            (&[(origin, "null")], Source::Foreign),
            (&[(origin, "")], Source::Foreign),
            (&[(origin, "https://app.example.org/")], Source::Foreign),
            (&[(origin, "https://app.example.org:443")], Source::Foreign),
            (&[(origin, "http://app.example.org")], Source::Foreign),
            (
                &[(origin, "https://app.example.org.evil.example")],
                Source::Foreign,
            ),
            (&[(origin, NAMED), (origin, NAMED)], Source::Foreign),
            (
                &[(origin, NAMED), (origin, "https://evil.example")],
                Source::Foreign,
            ),
            (
                &[(site, "same-origin"), (site, "same-origin")],
                Source::Foreign,
            ),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                let value = HeaderValue::from_str(value).expect("a header");
                headers.append(HeaderName::from_static(name), value);
            }
            assert_eq!(
                source_of(&headers, OWN, |origin| origin == NAMED.as_bytes()),
                expected,
                "{pairs:?}"
            );
        }
    }

    /// Returns the headers that a response gets, in order of their names.
    fn added(source: &Source, is_preflight: bool) -> Vec<String> {
        let mut headers = HeaderMap::new();
        add_headers(&mut headers, source, is_preflight);
        let mut lines: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().expect("ASCII")))
            .collect();
        lines.sort();
        lines
    }

    #[test]
    fn named_origin_may_read_the_response() {
        let named = Source::Named(HeaderValue::from_static(NAMED));
        let response = [
            "access-control-allow-origin: https://app.example.org",
            "access-control-expose-headers: Retry-After, WWW-Authenticate, X-Request-Id",
            "vary: Origin",
        ];
        assert_eq!(added(&named, false), response);
        let preflight = [
            "access-control-allow-headers: Authorization, Content-Type",
            "access-control-allow-methods: GET, POST, PUT, PATCH, DELETE",
            "access-control-allow-origin: https://app.example.org",
            "access-control-max-age: 600",
            "vary: Origin",
        ];
        assert_eq!(added(&named, true), preflight);
    }

    #[test]
    fn other_sources_get_no_cors_header() {
        for source in [Source::Here, Source::Foreign] {
            for is_preflight in [false, true] {
                assert_eq!(added(&source, is_preflight), ["vary: Origin"]);
            }
        }
    }

    #[test]
    fn vary_of_the_response_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        add_headers(&mut headers, &Source::Here, false);
        let values: Vec<_> = headers.get_all(VARY).map(HeaderValue::as_bytes).collect();
        assert_eq!(values, [&b"Accept-Encoding"[..], b"Origin"]);
    }

    #[test]
    fn preflight_is_options_with_a_method() {
        let mut asks = HeaderMap::new();
        asks.insert(
            ACCESS_CONTROL_REQUEST_METHOD,
            HeaderValue::from_static("PATCH"),
        );
        assert!(is_preflight(&Method::OPTIONS, &asks));
        assert!(!is_preflight(&Method::OPTIONS, &HeaderMap::new()));
        assert!(!is_preflight(&Method::GET, &asks));
    }
}
