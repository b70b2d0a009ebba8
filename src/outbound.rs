//! Requests to other servers. The operator sends them by a command, and only to origins that the
//! operator configured (OWASP ASVS 1.3.6).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use thiserror::Error;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::{HeaderMap, Uri, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::security::authorities::{self, NoAuthorities};
use crate::values::{Origin, one_line};

/// Time limit for a request, from the look-up of the host to the end of the response's head.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest head of a response, in bytes.
const LARGEST_HEAD: usize = 64 * 1024;

/// An HTTP client. It follows no redirect, reads no body, keeps no cookie, and uses no proxy that
/// an environment variable names.
pub struct OutboundClient {
    agent: Agent,
    /// The error for requests with TLS, if this system trusts no authority.
    authorities: Result<(), NoAuthorities>,
}

/// The head of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    pub status: u16,
    /// The target of a redirect.
    pub location: Option<String>,
    /// The values of `Set-Cookie`.
    pub cookies: Vec<String>,
}

#[derive(Debug, Error)]
pub enum OutboundError {
    #[error(transparent)]
    Authorities(#[from] NoAuthorities),
    #[error("no response within {} seconds", TIMEOUT.as_secs())]
    TimedOut,
    #[error("{}", one_line(&.0.to_string()))]
    Connection(io::Error),
    #[error("{}", one_line(&.0.to_string()))]
    Other(ureq::Error),
}

impl OutboundClient {
    /// Loads the certificates that the system trusts.
    pub fn load() -> Self {
        let (authorities, certificates) = match authorities::trusted() {
            Ok(certificates) => (Ok(()), certificates),
            Err(error) => (Err(error), Vec::new()),
        };
        let roots = certificates
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::from(roots))
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(TIMEOUT))
            .max_response_header_size(LARGEST_HEAD)
            // A server may close an idle connection at any time.
            .max_idle_connections(0)
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("vestibule")
            .build();
        Self {
            agent: Agent::with_parts(
                config,
                DefaultConnector::default(),
                LocalResolver::default(),
            ),
            authorities,
        }
    }

    /// Sends a GET request. `Origin::parse` allows http only below `localhost`.
    pub async fn get(
        &self,
        origin: &Origin,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<ResponseHead, OutboundError> {
        if origin.is_https() {
            self.authorities.clone()?;
        }
        let mut request = self.agent.get(format!("{origin}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = tokio::task::spawn_blocking(move || request.call()).await;
        let response = response.map_err(|error| ureq::Error::Other(error.into()));
        match response.flatten() {
            Ok(response) => Ok(ResponseHead::new(
                response.status().as_u16(),
                response.headers(),
            )),
            Err(ureq::Error::Timeout(_)) => Err(OutboundError::TimedOut),
            Err(ureq::Error::Io(error)) => Err(OutboundError::Connection(error)),
            Err(error) => Err(OutboundError::Other(error)),
        }
    }
}

impl ResponseHead {
    fn new(status: u16, headers: &HeaderMap) -> Self {
        let text = |value: &ureq::http::HeaderValue| {
            let value = String::from_utf8_lossy(value.as_bytes());
            // A control character could change what the operator's terminal shows.
            value
                .chars()
                .filter(|c| !c.is_control())
                .collect::<String>()
        };
        Self {
            status,
            location: headers.get(header::LOCATION).map(text),
            cookies: headers
                .get_all(header::SET_COOKIE)
                .iter()
                .map(text)
                .collect(),
        }
    }
}

/// A resolver that takes names below `localhost` for this machine (RFC 6761 §6.3), as browsers do.
/// Many systems do not know these names.
#[derive(Debug, Default)]
struct LocalResolver(DefaultResolver);

impl Resolver for LocalResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        if !uri.host().is_some_and(|host| host.ends_with(".localhost")) {
            return self.0.resolve(uri, config, timeout);
        }
        let is_https = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        addresses.push(SocketAddr::from((Ipv6Addr::LOCALHOST, port)));
        Ok(addresses)
    }
}
