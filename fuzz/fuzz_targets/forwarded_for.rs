//! `X-Forwarded-For`: a client that is not a trusted proxy is who it is, whatever it sends; behind
//! one, it is the address that the proxy added, whatever the client sent before it.

#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use vestibule::config::TrustedProxies;
use vestibule::http::edge::client::client_address;

const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

fuzz_target!(|sent: &[u8]| {
    let trusted = TrustedProxies::parse("10.0.0.0/8").expect("a network");
    let ask = |peer, value: &[u8]| {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static("x-forwarded-for"), value);
        }
        client_address(peer, &headers, &trusted)
    };
    assert_eq!(ask(CLIENT, sent), CLIENT);
    if HeaderValue::from_bytes(sent).is_ok() {
        assert_eq!(ask(PROXY, &[sent, b", 203.0.113.7"].concat()), CLIENT);
        assert_eq!(
            ask(PROXY, &[sent, b", 203.0.113.7, 10.9.9.9"].concat()),
            CLIENT
        );
    }
    // Through trusted proxies alone it is whatever they vouched for, or the last of them; never
    // nothing.
    let _ = ask(PROXY, sent);
});
