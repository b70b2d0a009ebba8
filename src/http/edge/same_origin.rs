//! The rule against cross-site requests (`docs/security.md`, 7). It relies on what the browser says
//! about the source of a request. Forms carry no token, so no form goes stale.

use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, ORIGIN};

use crate::config::PublicUrl;

pub(super) const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Returns true for a method that changes nothing on this server.
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Returns true if a request comes from this site. `Sec-Fetch-Site` must be `same-origin` or
/// `none`. If it is absent, `Origin` must be the configured origin.
///
/// Values are compared byte for byte. A request with neither header, or with one of them twice, is
/// rejected.
pub fn is_from_here(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let only = |name: &str| {
        let mut values = headers.get_all(name);
        (values.next(), values.next().is_some())
    };
    match (only(SEC_FETCH_SITE), only(ORIGIN.as_str())) {
        ((Some(site), false), (_, false)) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        ((None, _), (Some(origin), false)) => origin.as_bytes() == public_url.as_str().as_bytes(),
        _ => false,
    }
}

/// Returns true if the browser does not say where a request comes from. `Origin: null` says as
/// little as no header.
pub(super) fn hides_origin(headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(ORIGIN);
    !headers.contains_key(SEC_FETCH_SITE) && origins.all(|origin| origin.as_bytes() == b"null")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn taken(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).expect("a header"),
            );
        }
        is_from_here(
            &headers,
            &PublicUrl::parse("https://login.example.org").expect("an origin"),
        )
    }

    #[test]
    fn only_requests_from_this_site_pass() {
        let (site, origin) = ("sec-fetch-site", "origin");
        for (headers, answer) in [
            (&[(site, "same-origin")][..], true),
            (&[(site, "none")], true),
            (&[(site, "same-origin"), (origin, "null")], true),
            (&[(origin, "https://login.example.org")], true),
            (&[], false),
            (&[(site, "same-site")], false),
            (&[(site, "cross-site")], false),
            (
                &[(site, "cross-site"), (origin, "https://login.example.org")],
                false,
            ),
            (&[(site, "Same-Origin")], false),
            (&[(site, "same-origin ")], false),
            (&[(site, "same-origin, none")], false),
            (&[(site, "")], false),
            (&[(site, "same-origin"), (site, "same-origin")], false),
            (
                &[
                    (site, "same-origin"),
                    (origin, "https://login.example.org"),
                    (origin, "https://evil.example"),
                ],
                false,
            ),
            (
                &[
                    (origin, "https://login.example.org"),
                    (origin, "https://login.example.org"),
                ],
                false,
            ),
            (&[(origin, "http://login.example.org")], false),
            (&[(origin, "https://login.example.org:443")], false),
            (&[(origin, "https://login.example.org/")], false),
            (&[(origin, "https://LOGIN.example.org")], false),
            (&[(origin, "https://login.example.org.evil.example")], false),
            (&[(origin, "https://evil.example")], false),
            (&[(origin, "null")], false),
            (&[(origin, "")], false),
        ] {
            assert_eq!(taken(headers), answer, "{headers:?}");
        }
    }
}
