//! Network settings: addresses, origins, timeouts and connection limits.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::{InvalidSetting, PublicUrl, TrustedProxies, Variables};

/// In seconds. Orchestrators kill a node that takes long to stop.
const LONGEST_DRAIN: u64 = 60;

/// Addresses, origins and limits. The limits are fields so that a test can set them to
/// milliseconds.
#[derive(Clone, Debug)]
pub struct EdgeSettings {
    /// `VESTIBULE_LISTEN`.
    pub listen: SocketAddr,
    /// `VESTIBULE_METRICS_LISTEN`: the address that serves `/metrics`, if set.
    pub metrics_listen: Option<SocketAddr>,
    /// `VESTIBULE_PUBLIC_URL`. `None` means `http://localhost:PORT` with the port that the server
    /// listens on.
    pub public_url: Option<PublicUrl>,
    /// `VESTIBULE_TRUSTED_PROXIES`.
    pub trusted_proxies: TrustedProxies,
    /// `VESTIBULE_API_ORIGINS`: origins whose pages may call the API.
    pub api_origins: Vec<PublicUrl>,
    /// Time limit for the head of the first request on a connection.
    pub head_timeout: Duration,
    /// Time limit for a request body.
    pub body_timeout: Duration,
    /// Time after which an idle connection is closed.
    pub keep_alive: Duration,
    /// Longest time in which a client may read nothing of a response body.
    pub stalled_timeout: Duration,
    /// Limit of concurrent connections per worker.
    pub connections_per_worker: usize,
    /// Number of threads that serve requests. `None` means one per core.
    pub workers: Option<usize>,
    /// `VESTIBULE_DRAIN`: time between the signal to stop and the end of new connections.
    pub drain: Duration,
    /// Time that requests in flight get during a shutdown. Must be whole seconds.
    pub stop_timeout: Duration,
}

impl EdgeSettings {
    pub(super) fn read(variables: &Variables) -> Result<Self, InvalidSetting> {
        Ok(Self {
            listen: variables.parse(
                "VESTIBULE_LISTEN",
                "127.0.0.1:8080",
                "an address and a port, such as 127.0.0.1:8080 or [::1]:8080",
                |text| text.parse().ok(),
            )?,
            metrics_listen: variables.parse_optional(
                "VESTIBULE_METRICS_LISTEN",
                "an address and a port, such as 127.0.0.1:9100",
                |text| text.parse().ok(),
            )?,
            public_url: variables.parse_optional(
                "VESTIBULE_PUBLIC_URL",
                "an origin without a path, such as https://login.example.org",
                PublicUrl::parse,
            )?,
            trusted_proxies: variables
                .parse_optional(
                    "VESTIBULE_TRUSTED_PROXIES",
                    "addresses or networks, comma-separated, such as 127.0.0.1 or 10.0.0.0/8",
                    TrustedProxies::parse,
                )?
                .unwrap_or_default(),
            api_origins: variables
                .parse_optional(
                    "VESTIBULE_API_ORIGINS",
                    "origins without a path, comma-separated, such as https://app.example.org",
                    |text| {
                        text.split(',')
                            .map(|origin| PublicUrl::parse(origin.trim()))
                            .collect()
                    },
                )?
                .unwrap_or_default(),
            drain: variables.parse(
                "VESTIBULE_DRAIN",
                "0",
                "a whole number of seconds from 0 to 60",
                |text| {
                    let seconds = text
                        .parse()
                        .ok()
                        .filter(|seconds| *seconds <= LONGEST_DRAIN);
                    seconds.map(Duration::from_secs)
                },
            )?,
            ..Self::default()
        })
    }
}

impl Default for EdgeSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            metrics_listen: None,
            public_url: None,
            trusted_proxies: TrustedProxies::default(),
            api_origins: Vec::new(),
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            keep_alive: Duration::from_mins(1),
            stalled_timeout: Duration::from_mins(1),
            connections_per_worker: 4096,
            workers: None,
            drain: Duration::ZERO,
            stop_timeout: Duration::from_secs(4),
        }
    }
}
