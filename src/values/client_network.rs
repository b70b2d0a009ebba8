//! The unit in which clients are counted for rate limits and share a queue.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// One IPv4 address or one IPv6 /64, the smallest network that a provider gives to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientNetwork {
    V4(Ipv4Addr),
    /// The first 64 bits, in segments of 16 bits.
    V6([u16; 4]),
}

impl From<IpAddr> for ClientNetwork {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

impl fmt::Display for ClientNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(address) => write!(f, "{address}"),
            Self::V6(prefix) => {
                prefix
                    .iter()
                    .try_for_each(|segment| write!(f, "{segment:x}:"))?;
                f.write_str(":/64")
            }
        }
    }
}
