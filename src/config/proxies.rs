//! `VESTIBULE_TRUSTED_PROXIES`: whose word on the client's address is believed.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses and networks of proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Addresses or networks, comma-separated; `None` if one is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let network = |part: &str| match part.parse::<IpAddr>() {
            Ok(address) => Some(IpNet::from(address.to_canonical())),
            // A network of IPv4 addresses written as IPv6 would never match: addresses are compared as what they are.
            Err(_) => part.parse::<IpNet>().ok().filter(|network| network.addr() == network.addr().to_canonical()),
        };
        text.split(',').map(|part| network(part.trim())).collect::<Option<_>>().map(Self)
    }

    /// Whether `address` is one of them. An IPv4 address that comes as an IPv6 one is the same address.
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address.to_canonical()))
    }

    /// Whether there is none.
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
