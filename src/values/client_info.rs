//! The client of a request, for display, logs and rate limits.

use super::ClientNetwork;

/// The client of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// The IP address as text. Empty if it is unknown.
    pub address: String,
    /// The User-Agent header, cut to a maximum length. Contains only printable ASCII.
    pub user_agent: String,
    /// The network by which rate limits count requests. `None` if limits are off. Also `None` if
    /// the address is that of a proxy, configured or not. All its clients would count as one.
    pub network: Option<ClientNetwork>,
}

impl ClientInfo {
    /// Returns an empty client, for background work and for changes by an administrator. The owner
    /// of an account can read its events, and must not learn an administrator's network address.
    pub const fn hidden() -> Self {
        Self {
            address: String::new(),
            user_agent: String::new(),
            network: None,
        }
    }
}
