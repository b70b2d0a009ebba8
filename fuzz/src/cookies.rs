//! `Cookie` headers, one on each line of the input. A session cookie that is found stands exactly
//! once in all headers, under exactly its name.

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use vestibule::config::PublicUrl;
use vestibule::http::pages::cookies;

pub fn check(input: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(COOKIE, value);
        }
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
        let has_name = |pair: &[u8]| {
            let (found, _) = std::str::from_utf8(pair).ok()?.split_once('=')?;
            Some(found.trim_matches([' ', '\t']) == name)
        };
        let count = |header: &HeaderValue| {
            let pairs = header.as_bytes().split(|byte| *byte == b';');
            pairs.filter(|pair| has_name(pair) == Some(true)).count()
        };
        assert_eq!(headers.get_all(COOKIE).map(count).sum::<usize>(), 1);
    }
}
