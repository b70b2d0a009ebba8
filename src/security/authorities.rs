//! The certificates of the authorities that this system trusts.

use rustls::pki_types::CertificateDer;
use thiserror::Error;

#[derive(Clone, Debug, Error)]
#[error("this system has no trusted certificates ({0})")]
pub struct NoAuthorities(String);

/// Loads the certificates from the system's store, or from `SSL_CERT_FILE` and `SSL_CERT_DIR`.
pub fn trusted() -> Result<Vec<CertificateDer<'static>>, NoAuthorities> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let error = found.errors.first().map(ToString::to_string);
        let reason = error.unwrap_or_else(|| "install ca-certificates".to_owned());
        return Err(NoAuthorities(reason));
    }
    Ok(found.certs)
}
