//! The connection to a mail server, with or without TLS.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::security::authorities::{self, NoAuthorities};

/// Time limit for each of the host's addresses. An address that does not answer must not prevent an
/// attempt at the next.
const LONGEST_CONNECT: Duration = Duration::from_secs(5);

pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// An error in the TLS settings.
#[derive(Clone, Debug, Error)]
pub(super) enum TlsError {
    #[error(transparent)]
    Authorities(#[from] NoAuthorities),
    #[error(transparent)]
    Config(#[from] rustls::Error),
    #[error("the host of the mail server is neither a domain nor an IP address")]
    Host,
}

/// The name that the server's certificate must have, and the authorities that this system trusts.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Loads the certificates of the authorities that this system trusts.
    pub(super) fn new(host: &str) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(authorities::trusted()?);
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            name: ServerName::try_from(host.to_owned()).map_err(|_| TlsError::Host)?,
        })
    }

    /// Begins TLS and verifies the server's certificate.
    pub(super) async fn begin(&self, stream: Box<dyn Stream>) -> io::Result<Box<dyn Stream>> {
        let stream = self.connector.connect(self.name.clone(), stream).await?;
        Ok(Box::new(stream))
    }
}

/// Connects to the first of the host's addresses that answers.
pub(super) async fn connect(host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
    let mut last = io::Error::other("the host has no address");
    for address in lookup_host((host, port)).await? {
        match timeout(LONGEST_CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // The final dot is a small write of its own, which Nagle's algorithm would delay.
                stream.set_nodelay(true)?;
                return Ok(Box::new(stream));
            }
            Ok(Err(error)) => last = error,
            Err(elapsed) => last = elapsed.into(),
        }
    }
    Err(last)
}
