//! The `Cookie` header, one or two of them: what is found as ours stands there under exactly our
//! name, once.

#![no_main]

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use vestibule::config::PublicUrl;
use vestibule::http::pages::cookies;

fuzz_target!(|sent: (&[u8], &[u8])| {
    let values = [sent.0, sent.1].map(HeaderValue::from_bytes);
    let mut headers = HeaderMap::new();
    for value in values.into_iter().flatten() {
        headers.append(COOKIE, value);
    }
    for (origin, name) in [
        ("http://localhost", "session"),
        ("https://login.example.org", "__Host-session"),
    ] {
        let origin = PublicUrl::parse(origin).expect("an origin");
        let Some(value) = cookies::read(&headers, &origin, cookies::SESSION) else {
            continue;
        };
        assert!(value.is_ascii() && !value.contains(';'));
        let is_ours = |pair: &&[u8]| {
            let (found, _) = std::str::from_utf8(pair).ok()?.split_once('=')?;
            Some(found.trim_matches([' ', '\t']) == name)
        };
        let ours = |header: &HeaderValue| {
            header
                .as_bytes()
                .split(|byte| *byte == b';')
                .filter(|pair| is_ours(pair) == Some(true))
                .count()
        };
        assert_eq!(headers.get_all(COOKIE).map(ours).sum::<usize>(), 1);
    }
});
