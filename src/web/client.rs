//! Who sent a request, as far as the connection and the proxies that the operator trusts tell.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, USER_AGENT};

use crate::accounts::audit::ClientInfo;
use crate::app::App;
use crate::config::TrustedProxies;
use crate::values::ClientNetwork;

/// Headers that a proxy adds: behind one, a loopback peer may be anybody.
pub(super) const FORWARDING: [&str; 6] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/// The one of them that is believed, from those who are.
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// Longest `User-Agent` that is kept: enough to tell browsers apart.
const USER_AGENT_CHARS: usize = 256;

/// The client's address and the browser's name for itself, bounded and printable.
pub fn client_of(request: &HttpRequest, app: &App) -> ClientInfo {
    let headers = request.headers();
    let proxies = &app.settings.edge.trusted_proxies;
    let address = request.peer_addr().map(|peer| {
        if !proxies.contain(peer.ip()) && FORWARDING.iter().any(|name| headers.contains_key(*name)) {
            app.warn_of_unknown_proxy(peer.ip().to_canonical());
        }
        client_address(peer.ip(), headers, proxies)
    });
    let user_agent = headers.get(USER_AGENT).map_or(&b""[..], |value| value.as_bytes());
    ClientInfo {
        address: address.map_or_else(String::new, |address| address.to_string()),
        network: address.and_then(|address| network_of(address, app)),
        user_agent: user_agent
            .iter()
            .take(USER_AGENT_CHARS)
            .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '?' })
            .collect(),
    }
}

/// The rightmost address that is not a trusted proxy's: each proxy adds, at the right, whom it was asked by. What can't
/// be read ends the search (CVE-2024-47070): the client is then the last one that was vouched for.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let mut client = peer.to_canonical();
    let values: Vec<_> = headers.get_all(X_FORWARDED_FOR).collect();
    let mut hops = values.into_iter().rev().flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    while proxies.contain(client)
        && let Some(next) = hops.next().and_then(parse_hop)
    {
        client = next;
    }
    client
}

/// Returns the network that a request counts for and whose share of the queues it uses. `None` where that could be
/// every client behind a proxy that the operator has not named, and where limits are off.
pub(super) fn client_network(request: &HttpRequest, app: &App) -> Option<ClientNetwork> {
    let address = client_address(request.peer_addr()?.ip(), request.headers(), &app.settings.edge.trusted_proxies);
    network_of(address, app)
}

fn network_of(address: IpAddr, app: &App) -> Option<ClientNetwork> {
    let may_be_a_proxy = app.settings.edge.trusted_proxies.is_empty() && !app.public_url.is_development();
    let is_counted = app.settings.limits && !(may_be_a_proxy && is_private(address));
    is_counted.then(|| address.into())
}

/// Whether an address is this machine's or of a network that the internet does not reach: where a proxy may be.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// An address, with or without a port.
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(hop).ok()?.trim_matches([' ', '\t']);
    let without_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    text.parse::<IpAddr>().ok().or_else(without_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn client(peer: &str, forwarded: &[&[u8]], proxies: &str) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let value = HeaderValue::from_bytes(value).expect("a header value");
            headers.append(HeaderName::from_static(X_FORWARDED_FOR), value);
        }
        let proxies = if proxies.is_empty() {
            TrustedProxies::default()
        } else {
            TrustedProxies::parse(proxies).expect("parses")
        };
        client_address(peer.parse().expect("an address"), &headers, &proxies).to_string()
    }

    #[test]
    fn the_client_is_the_rightmost_address_that_is_not_a_trusted_proxy() {
        let proxies = "127.0.0.1, 10.0.0.0/8, 2001:db8::/32";
        for (peer, forwarded, expected) in [
            ("127.0.0.1", &[&b"203.0.113.7"[..]][..], "203.0.113.7"),
            ("127.0.0.1", &[b"198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &[b"198.51.100.1, 203.0.113.7, 10.1.2.3"], "203.0.113.7"),
            ("127.0.0.1", &[b"198.51.100.1", b"203.0.113.7,10.1.2.3"], "203.0.113.7"),
            ("127.0.0.1", &[b"203.0.113.7:51234"], "203.0.113.7"),
            ("127.0.0.1", &[b"[2001:db9::7]:443"], "2001:db9::7"),
            ("127.0.0.1", &[b"2001:db9::7, 2001:db8::1"], "2001:db9::7"),
            ("::ffff:127.0.0.1", &[b"::ffff:203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &[b"10.0.0.9, 10.0.0.8"], "10.0.0.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
        ] {
            assert_eq!(client(peer, forwarded, proxies), expected, "{forwarded:?}");
        }
    }

    #[test]
    fn a_peer_that_is_not_trusted_is_the_client_whatever_it_says() {
        assert_eq!(client("203.0.113.9", &[b"198.51.100.1"], "127.0.0.1"), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &[b"198.51.100.1"], ""), "127.0.0.1");
    }

    #[test]
    fn cve_2024_47070_what_cannot_be_read_ends_the_search() {
        for junk in [&b"unknown"[..], b"_hidden", b"", b"203.0.113.7.9", b"\xff\xfe", b"203.0.113.7;", b"203.0.113.7 x"]
        {
            let value = [junk, b", 10.0.0.8"].concat();
            assert_eq!(client("127.0.0.1", &[&value], "127.0.0.1,10.0.0.0/8"), "10.0.0.8", "{junk:?}");
            let value = [b"203.0.113.7, ", junk].concat();
            assert_eq!(client("127.0.0.1", &[&value], "127.0.0.1,10.0.0.0/8"), "127.0.0.1", "{junk:?}");
        }
    }

    proptest! {
        /// Whatever a client sends, the address that the trusted proxy added wins.
        #[test]
        fn no_header_of_a_client_moves_its_address(junk in "[ -~]{0,60}") {
            let value = format!("{junk}, 203.0.113.7");
            prop_assert_eq!(client("127.0.0.1", &[value.as_bytes()], "127.0.0.1"), "203.0.113.7");
        }
    }
}
