//! The headers with which a proxy describes the original request. Each kind of proxy has its own.
//! Names are compared as they are, and only the names here are read: a client can send any others.

use actix_web::http::header::HeaderMap;

use crate::values::{AppRequest, Origin};

/// Longest value of a header, in bytes. `Cookie` may be as long as the head.
const LONGEST: usize = 4 * 1024;

/// A kind of proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Nginx,
    Caddy,
    Traefik,
}

/// An error for headers that are missing, doubled, too long or unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Reads the headers of a check.
pub fn read_request(dialect: Dialect, headers: &HeaderMap) -> Result<AppRequest, Malformed> {
    let (origin, target, method) = match dialect {
        Dialect::Nginx => {
            let url = required(headers, "x-original-url")?;
            let (origin, target) = Origin::split(url).ok_or(Malformed)?;
            (origin, target, required(headers, "x-original-method")?)
        }
        Dialect::Caddy | Dialect::Traefik => {
            let is_https = match required(headers, "x-forwarded-proto")? {
                "https" | "wss" => true,
                "http" | "ws" => false,
                _ => return Err(Malformed),
            };
            let host = required(headers, "x-forwarded-host")?;
            let origin = Origin::of_host(is_https, host).ok_or(Malformed)?;
            let target = required(headers, "x-forwarded-uri")?;
            (origin, target, required(headers, "x-forwarded-method")?)
        }
    };
    // Two cookie headers could mean one thing here and another one in the app.
    if headers.get_all("cookie").count() > 1 {
        return Err(Malformed);
    }
    let optional = |name| Ok(only(headers, name)?.map(str::to_owned));
    Ok(AppRequest {
        origin,
        target: if target.is_empty() { "/" } else { target }.to_owned(),
        method: method.to_owned(),
        accept: only(headers, "accept")?.unwrap_or_default().to_owned(),
        from: optional("origin")?,
        fetch_site: optional("sec-fetch-site")?,
        fetch_mode: optional("sec-fetch-mode")?,
        fetch_dest: optional("sec-fetch-dest")?,
        asks_for_method: only(headers, "access-control-request-method")?.is_some(),
    })
}

fn required<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Malformed> {
    only(headers, name)?
        .filter(|value| !value.is_empty())
        .ok_or(Malformed)
}

/// Returns the value of a header that occurs at most once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Malformed> {
    let mut values = headers.get_all(name);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() || value.len() > LONGEST {
        return Err(Malformed);
    }
    value.to_str().map(Some).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    const NGINX: [(&str, &str); 2] = [
        ("x-original-url", "https://wiki.example.org/a?b"),
        ("x-original-method", "GET"),
    ];
    const CADDY: [(&str, &str); 4] = [
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "wiki.example.org"),
        ("x-forwarded-uri", "/a?b"),
        ("x-forwarded-method", "GET"),
    ];

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            (name, HeaderValue::from_str(value).expect("a value"))
        };
        pairs.iter().map(pair).collect()
    }

    fn read(dialect: Dialect, pairs: &[(&str, &str)]) -> Result<AppRequest, Malformed> {
        read_request(dialect, &headers(pairs))
    }

    #[test]
    fn dialects_describe_the_same_request() {
        let nginx = read(Dialect::Nginx, &NGINX).expect("a request");
        assert_eq!(nginx.target, "/a?b");
        assert_eq!(nginx.origin.as_str(), "https://wiki.example.org");
        assert_eq!(read(Dialect::Caddy, &CADDY), Ok(nginx.clone()));
        assert_eq!(read(Dialect::Traefik, &CADDY), Ok(nginx));
    }

    /// Traefik CVE-2026-39858 (GHSA-5m6w-wvh7-57vm) and CVE-2026-35051 (GHSA-6384-m2mw-rf54):
    /// aliases of a header reached the check.
    #[test]
    fn cve_2026_39858_forged_headers_never_change_check() {
        let others = [
            ("x-forwarded-prefix", "/admin"),
            ("x-forwarded-port", "1"),
            ("x_forwarded_uri", "/b"),
            ("x-forwarded_uri", "/b"),
            ("x-original-uri", "/b"),
            ("forwarded", "host=evil.example"),
            ("host", "evil.example"),
            ("x-rewrite-url", "/b"),
        ];
        let nginx = [&NGINX[..], &CADDY, &others].concat();
        assert_eq!(read(Dialect::Nginx, &nginx), read(Dialect::Nginx, &NGINX));
        let original = [
            ("x-original-url", "https://evil.example/"),
            ("x-original-method", "PUT"),
        ];
        let caddy = [&CADDY[..], &original, &others].concat();
        assert_eq!(read(Dialect::Caddy, &caddy), read(Dialect::Caddy, &CADDY));
    }

    #[test]
    fn doubled_header_is_rejected() {
        for name in [
            "x-original-url",
            "x-original-method",
            "cookie",
            "accept",
            "origin",
            "sec-fetch-site",
            "sec-fetch-mode",
            "sec-fetch-dest",
            "access-control-request-method",
        ] {
            let twice = [&NGINX[..], &[(name, "a"), (name, "a")]].concat();
            assert_eq!(read(Dialect::Nginx, &twice), Err(Malformed), "{name}");
        }
        let long = "a".repeat(LONGEST + 1);
        let long = [&NGINX[..], &[("accept", long.as_str())]].concat();
        assert_eq!(read(Dialect::Nginx, &long), Err(Malformed));
    }

    #[test]
    fn missing_header_is_rejected() {
        for left_out in 0..NGINX.len() {
            let mut pairs = NGINX.to_vec();
            pairs.remove(left_out);
            assert_eq!(read(Dialect::Nginx, &pairs), Err(Malformed));
        }
        for left_out in 0..CADDY.len() {
            let mut pairs = CADDY.to_vec();
            pairs.remove(left_out);
            assert_eq!(read(Dialect::Caddy, &pairs), Err(Malformed));
        }
    }

    fn request(method: &str, pairs: &[(&str, &str)]) -> AppRequest {
        let first = [NGINX[0], ("x-original-method", method)];
        read(Dialect::Nginx, &[&first[..], pairs].concat()).expect("a request")
    }

    #[test]
    fn document_is_told_from_other_requests() {
        let (site, mode, dest) = ("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest");
        for (pairs, is_document) in [
            (&[(mode, "navigate"), (dest, "document")][..], true),
            (&[("accept", "text/html,*/*")], true),
            (&[(mode, "navigate"), (dest, "iframe")], false),
            (
                &[(mode, "cors"), (dest, "empty"), ("accept", "text/html")],
                false,
            ),
            (&[(site, "same-origin"), ("accept", "text/html")], false),
            (&[("accept", "*/*")], false),
            (&[], false),
        ] {
            assert_eq!(
                request("GET", pairs).can_be_redirected(),
                is_document,
                "{pairs:?}"
            );
            assert!(!request("POST", pairs).can_be_redirected());
        }
    }

    #[test]
    fn browser_headers_identify_a_foreign_request() {
        let (site, origin) = ("sec-fetch-site", "origin");
        let own = "https://wiki.example.org";
        let named = "https://a.example https://b.example";
        for (method, pairs, is_foreign) in [
            ("GET", &[][..], false),
            ("GET", &[(site, "cross-site")], false),
            ("GET", &[(origin, own)], false),
            ("GET", &[(origin, "https://files.example.org")], true),
            (
                "GET",
                &[(origin, "https://b.example"), (site, "cross-site")],
                false,
            ),
            ("GET", &[(origin, "null")], true),
            (
                "GET",
                &[(origin, "https://a.example https://b.example")],
                true,
            ),
            ("POST", &[], true),
            ("POST", &[(site, "same-origin")], false),
            ("POST", &[(site, "none")], false),
            ("POST", &[(site, "same-site")], true),
            ("POST", &[(site, "same-site"), (origin, own)], false),
            ("POST", &[(origin, own)], false),
        ] {
            let request = request(method, pairs);
            assert_eq!(request.is_foreign(named), is_foreign, "{method} {pairs:?}");
        }
    }

    proptest! {
        /// A proxy passes on what a client sent in these.
        #[test]
        fn any_headers_are_read_without_panic(
            url in "\\PC{0,30}|https://[a-z.:@/?#\\\\%]{0,30}",
            method in "[!-~]{0,8}",
            other in "[ -~]{0,30}",
        ) {
            let mut map = HeaderMap::new();
            for (name, value) in [
                ("x-original-url", &url), ("x-original-method", &method), ("origin", &other),
                ("x-forwarded-host", &other), ("x-forwarded-uri", &url),
            ] {
                if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                    map.insert(HeaderName::from_static(name), value);
                }
            }
            map.insert(
                HeaderName::from_static("x-forwarded-proto"),
                HeaderValue::from_static("https"),
            );
            for dialect in [Dialect::Nginx, Dialect::Caddy, Dialect::Traefik] {
                if let Ok(read) = read_request(dialect, &map) {
                    prop_assert!(!read.target.is_empty());
                    read.is_foreign("");
                    read.wants_document();
                }
            }
        }
    }
}
