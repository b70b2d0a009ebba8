//! The cryptography of the `jsonwebtoken` crate. Each thread caches the decoded Ed25519 key of
//! its last signature. By itself, the crate would decode the key and derive the public one for each
//! signature, which takes as long as the signature. Everything else is the crate's own.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use aws_lc_rs::signature::Ed25519KeyPair;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, aws_lc};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error as SignatureError, Signer};
use jsonwebtoken::{Algorithm, EncodingKey};

static PROVIDER: LazyLock<CryptoProvider> = LazyLock::new(|| CryptoProvider {
    signer_factory: |algorithm, key| signer(*algorithm, key),
    ..aws_lc::DEFAULT_PROVIDER.clone()
});

thread_local! {
    /// The key of the last signature, encoded and decoded.
    static LAST: RefCell<Option<(Vec<u8>, Rc<Ed25519KeyPair>)>> = const { RefCell::new(None) };
}

/// Makes `jsonwebtoken` use this provider. Must precede the first signature and the first
/// verification of the process, so every key calls it.
pub(super) fn install() {
    // An error means that it was installed before.
    PROVIDER.install_default().ok();
}

struct Ed25519Signer(Rc<Ed25519KeyPair>);

impl Signer<Vec<u8>> for Ed25519Signer {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, SignatureError> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for Ed25519Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

fn signer(algorithm: Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    // Each kind of token has one algorithm and keys for it.
    if algorithm != Algorithm::EdDSA {
        return (aws_lc::DEFAULT_PROVIDER.signer_factory)(&algorithm, key);
    }
    let pair = LAST.with_borrow_mut(|last| match last {
        Some((encoded, pair)) if encoded == key.as_bytes() => Ok(Rc::clone(pair)),
        _ => decode(key.as_bytes()).inspect(|pair| {
            *last = Some((key.as_bytes().to_owned(), Rc::clone(pair)));
        }),
    })?;
    Ok(Box::new(Ed25519Signer(pair)))
}

fn decode(encoded: &[u8]) -> Result<Rc<Ed25519KeyPair>> {
    let pair = Ed25519KeyPair::from_pkcs8(encoded);
    Ok(Rc::new(pair.map_err(|_| ErrorKind::InvalidEddsaKey)?))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::DecodingKey;
    use jsonwebtoken::crypto::{sign, verify};

    use super::*;
    use crate::security::tokens::new_token;

    #[test]
    fn each_key_signs_for_itself_whichever_signed_last() {
        install();
        let keys = [1, 2].map(|byte| {
            let pair = Ed25519KeyPair::from_seed_unchecked(&[byte; 32]).expect("a seed");
            let private = pair.to_pkcs8().expect("encoded");
            let public = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref();
            (
                EncodingKey::from_ed_der(private.as_ref()),
                DecodingKey::from_ed_der(public),
            )
        });
        for chosen in [0, 1, 1, 0] {
            let message = new_token().expose().to_owned();
            let signed = sign(message.as_bytes(), &keys[chosen].0, Algorithm::EdDSA);
            let signature = signed.expect("a signature");
            for (verifier, (_, key)) in keys.iter().enumerate() {
                let is_right = verify(&signature, message.as_bytes(), key, Algorithm::EdDSA);
                assert_eq!(is_right.expect("it is decoded"), verifier == chosen);
            }
        }
    }

    #[test]
    fn malformed_key_is_an_error() {
        let key = EncodingKey::from_ed_der(b"no key");
        assert!(signer(Algorithm::EdDSA, &key).is_err());
    }
}
