//! `VESTIBULE_TRUSTED_PROXIES`: the proxies that may state the IP address of a client.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// IP addresses and networks of proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Parses comma-separated IP addresses and networks. Returns `None` if one is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let network = |part: &str| match part.parse::<IpAddr>() {
            Ok(address) => Some(IpNet::from(address.to_canonical())),
            // An IPv4 network in IPv6 notation is rejected. It would never match, because such
            // addresses are converted to IPv4 first.
            Err(_) => part
                .parse::<IpNet>()
                .ok()
                .filter(|network| network.addr() == network.addr().to_canonical()),
        };
        text.split(',')
            .map(|part| network(part.trim()))
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Returns true if `address` is a trusted proxy. An IPv4-mapped IPv6 address counts as its IPv4
    /// address.
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0
            .iter()
            .any(|network| network.contains(&address.to_canonical()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&networks.join(", "))
    }
}
