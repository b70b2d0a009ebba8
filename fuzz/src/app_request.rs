//! The headers of a check by a proxy, one on each line of the input: `name: value`. A request that
//! is read has an origin in its normal form. No path that could be read in two ways is public. The
//! app gets no cookie of Vestibule, and loses none of its own.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use vestibule::http::edge::original_request::{Dialect, read_request};
use vestibule::http::pages::cookies::without_own;
use vestibule::values::{Origin, PublicPaths};

pub fn check(input: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        let pair = HeaderName::from_bytes(name)
            .ok()
            .zip(HeaderValue::from_bytes(value).ok());
        if let Some((name, value)) = pair {
            headers.append(name, value);
        }
    }
    let public = PublicPaths::parse("/assets/ /health").expect("paths");
    for dialect in [Dialect::Nginx, Dialect::Caddy, Dialect::Traefik] {
        let Ok(request) = read_request(dialect, &headers) else {
            continue;
        };
        let origin = request.origin.as_str();
        let again = Origin::split(origin).expect("an origin");
        assert_eq!((again.0.as_str(), again.1), (origin, ""));
        if public.contain(&request.target) {
            let end = request
                .target
                .find(['?', '#'])
                .unwrap_or(request.target.len());
            let path = &request.target[..end];
            assert!(path == "/health" || path.starts_with("/assets/"), "{path}");
            assert!(
                !path.contains(['%', '\\', ';']) && !path.contains("/."),
                "{path}"
            );
        }
        if request.can_be_redirected() {
            assert!(request.wants_document());
        }
        check_cookies(&headers, &request.origin);
    }
}

fn check_cookies(headers: &HeaderMap, origin: &Origin) {
    let Some(cookies) = headers.get("cookie") else {
        return;
    };
    let kept = without_own(cookies.as_bytes(), origin);
    assert_eq!(without_own(&kept, origin), kept);
    let prefix = if origin.is_https() { "__Host-" } else { "" };
    for name in ["vestibule", "vestibule-way"] {
        let own = format!("{prefix}{name}");
        let is_own = |pair: &[u8]| {
            let name = pair.split(|byte| *byte == b'=').next().unwrap_or(pair);
            name.trim_ascii() == own.as_bytes()
        };
        assert!(!kept.split(|byte| *byte == b';').any(is_own));
    }
    let all = cookies.as_bytes().split(|byte| *byte == b';').count();
    assert!(kept.split(|byte| *byte == b';').count() <= all);
}
