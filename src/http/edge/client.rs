//! The client of a request, derived from the connection and the trusted proxies.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, USER_AGENT};

use super::same_origin::is_safe;
use crate::app::App;
use crate::config::TrustedProxies;
use crate::values::{ClientInfo, ClientNetwork};

/// The only header of proxies that is evaluated, and only from a trusted proxy.
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// Longest stored `User-Agent`, in bytes. It is enough to tell browsers apart.
const USER_AGENT_BYTES: usize = 256;

/// Returns the client's IP address, network and `User-Agent`. The address is empty if the peer is
/// unknown. Warns if a proxy is not configured, or does not say who its client is.
pub fn client_of(request: &HttpRequest, app: &App) -> ClientInfo {
    let headers = request.headers();
    let proxies = &app.settings.edge.trusted_proxies;
    let address = request.peer_addr().map(|peer| {
        if !proxies.contain(peer.ip()) && is_forwarded(headers) {
            app.warn_of_unknown_proxy(peer.ip().to_canonical());
        }
        let address = client_address(peer.ip(), headers, proxies);
        // The address of a trusted proxy means that it named no client. Neither do its health
        // checks, which are safe requests.
        if proxies.contain(address) && !is_safe(request.method()) {
            app.warn_of_missing_client(address);
        }
        address
    });
    ClientInfo {
        address: address.map_or_else(String::new, |address| address.to_string()),
        network: address.and_then(|address| network_of(address, app)),
        user_agent: printable_user_agent(headers),
    }
}

/// Returns the first [`USER_AGENT_BYTES`] of the `User-Agent`. Every byte that is not printable
/// ASCII becomes `?`.
fn printable_user_agent(headers: &HeaderMap) -> String {
    let bytes = headers
        .get(USER_AGENT)
        .map_or(&b""[..], |value| value.as_bytes());
    let printable = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '?',
    };
    bytes.iter().take(USER_AGENT_BYTES).map(printable).collect()
}

/// Returns true if the peer of the connection is a trusted proxy.
pub fn is_trusted_proxy(peer: Option<SocketAddr>, app: &App) -> bool {
    peer.is_some_and(|peer| app.settings.edge.trusted_proxies.contain(peer.ip()))
}

/// Returns true if a proxy added a header to the request. A loopback peer may then stand for any
/// client. A proxy that adds none of these headers cannot be detected.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        let name = name.as_str();
        name.starts_with("x-forwarded-") || matches!(name, "forwarded" | "via" | "x-real-ip")
    })
}

/// Returns the rightmost address in `X-Forwarded-For` that is not a trusted proxy's. Each proxy
/// appends the address of its own peer.
///
/// An entry that cannot be parsed ends the search (CVE-2024-47070). The result is then the address
/// to its right, or the peer's.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let mut client = peer.to_canonical();
    let values: Vec<_> = headers.get_all(X_FORWARDED_FOR).collect();
    let mut hops = values
        .into_iter()
        .rev()
        .flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    while proxies.contain(client)
        && let Some(next) = hops.next().and_then(parse_hop)
    {
        client = next;
    }
    client
}

/// Returns the network that rate limits and queue shares count the request for. Returns `None` if
/// limits are off. Also returns `None` if the address is that of a proxy, or may be that of one
/// which is not configured. All its clients would count as one.
pub(super) fn client_network(request: &HttpRequest, app: &App) -> Option<ClientNetwork> {
    let address = client_address(
        request.peer_addr()?.ip(),
        request.headers(),
        &app.settings.edge.trusted_proxies,
    );
    network_of(address, app)
}

fn network_of(address: IpAddr, app: &App) -> Option<ClientNetwork> {
    let proxies = &app.settings.edge.trusted_proxies;
    let may_be_a_proxy = if proxies.is_empty() {
        !app.public_url.is_development() && is_private(address)
    } else {
        proxies.contain(address)
    };
    (app.settings.limits && !may_be_a_proxy).then(|| address.into())
}

/// Returns true for a loopback, private or link-local address. A proxy may have such an address.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

/// Parses an address, with or without a port. An IPv6 address may be in brackets (RFC 3986 §3.2.2).
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(hop).ok()?.trim_matches([' ', '\t']);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
    };
    text.parse::<IpAddr>()
        .ok()
        .or_else(with_port)
        .or_else(in_brackets)
        .map(|address| address.to_canonical())
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
    fn client_is_the_rightmost_untrusted_address() {
        let proxies = "127.0.0.1, 10.0.0.0/8, 2001:db8::/32";
        for (peer, forwarded, expected) in [
            ("127.0.0.1", &[&b"203.0.113.7"[..]][..], "203.0.113.7"),
            ("127.0.0.1", &[b"198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (
                "127.0.0.1",
                &[b"198.51.100.1, 203.0.113.7, 10.1.2.3"],
                "203.0.113.7",
            ),
            (
                "127.0.0.1",
                &[b"198.51.100.1", b"203.0.113.7,10.1.2.3"],
                "203.0.113.7",
            ),
            ("127.0.0.1", &[b"203.0.113.7:51234"], "203.0.113.7"),
            ("127.0.0.1", &[b"[2001:db9::7]:443"], "2001:db9::7"),
            ("127.0.0.1", &[b"[2001:db9::7]"], "2001:db9::7"),
            (
                "127.0.0.1",
                &[b"[2001:DB9::7] , [2001:db8::1]:4711"],
                "2001:db9::7",
            ),
            ("127.0.0.1", &[b"[::ffff:203.0.113.7]"], "203.0.113.7"),
            ("127.0.0.1", &[b"2001:db9::7, 2001:db8::1"], "2001:db9::7"),
            ("::ffff:127.0.0.1", &[b"::ffff:203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &[b"10.0.0.9, 10.0.0.8"], "10.0.0.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
        ] {
            assert_eq!(client(peer, forwarded, proxies), expected, "{forwarded:?}");
        }
    }

    #[test]
    fn untrusted_peer_is_the_client_despite_headers() {
        assert_eq!(
            client("203.0.113.9", &[b"198.51.100.1"], "127.0.0.1"),
            "203.0.113.9"
        );
        assert_eq!(client("127.0.0.1", &[b"198.51.100.1"], ""), "127.0.0.1");
    }

    #[test]
    fn cve_2024_47070_unreadable_address_ends_the_search() {
        for junk in [
            &b"unknown"[..],
            b"_hidden",
            b"",
            b"203.0.113.7.9",
            b"\xff\xfe",
            b"203.0.113.7;",
            b"203.0.113.7 x",
            b"203.0.113.7:",
            b"203.0.113.7:65536",
            b"[203.0.113.7]",
            b"[2001:db9::7",
            b"2001:db9::7]",
            b"[[2001:db9::7]]",
            b"[]",
        ] {
            let value = [junk, b", 10.0.0.8"].concat();
            assert_eq!(
                client("127.0.0.1", &[&value], "127.0.0.1,10.0.0.0/8"),
                "10.0.0.8",
                "{junk:?}"
            );
            let value = [b"203.0.113.7, ", junk].concat();
            assert_eq!(
                client("127.0.0.1", &[&value], "127.0.0.1,10.0.0.0/8"),
                "127.0.0.1",
                "{junk:?}"
            );
        }
    }

    #[test]
    fn private_ranges_end_where_their_rfcs_say() {
        for [before, first, last, after] in [
            ["9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"],
            [
                "126.255.255.255",
                "127.0.0.0",
                "127.255.255.255",
                "128.0.0.0",
            ],
            [
                "169.253.255.255",
                "169.254.0.0",
                "169.254.255.255",
                "169.255.0.0",
            ],
            [
                "172.15.255.255",
                "172.16.0.0",
                "172.31.255.255",
                "172.32.0.0",
            ],
            [
                "192.167.255.255",
                "192.168.0.0",
                "192.168.255.255",
                "192.169.0.0",
            ],
            ["::", "::1", "::1", "::2"],
            [
                "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "fc00::",
                "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "fe00::",
            ],
            [
                "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "fe80::",
                "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "fec0::",
            ],
        ] {
            let found = [before, first, last, after]
                .map(|address| is_private(address.parse().expect("an address")));
            assert_eq!(found, [false, true, true, false], "{first}");
        }
    }

    proptest! {
        /// The address that the trusted proxy appended wins over anything that a client sends.
        #[test]
        fn no_header_of_a_client_moves_its_address(junk in "[ -~]{0,60}") {
            let value = format!("{junk}, 203.0.113.7");
            prop_assert_eq!(client("127.0.0.1", &[value.as_bytes()], "127.0.0.1"), "203.0.113.7");
        }
    }
}
