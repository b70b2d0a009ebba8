//! `X-Forwarded-For`. The header of a client that is not a trusted proxy has no effect. Behind a
//! proxy, the client is the address that the proxy added, whatever the client sent before it.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use vestibule::config::TrustedProxies;
use vestibule::http::edge::client::client_address;

const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

pub fn check(sent: &[u8]) {
    let trusted = TrustedProxies::parse("10.0.0.0/8").expect("a network");
    let client_behind = |peer, value: &[u8]| {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static("x-forwarded-for"), value);
        }
        client_address(peer, &headers, &trusted)
    };
    assert_eq!(client_behind(CLIENT, sent), CLIENT);
    if HeaderValue::from_bytes(sent).is_ok() {
        for added in [", 203.0.113.7", ", 203.0.113.7, 10.9.9.9"] {
            let value = [sent, added.as_bytes()].concat();
            assert_eq!(client_behind(PROXY, &value), CLIENT);
        }
    }
    // If only trusted proxies are in the header, there still is an address.
    let _ = client_behind(PROXY, sent);
}
