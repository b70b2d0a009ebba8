//! Makes and verifies every JWT with the `jsonwebtoken` crate (RFC 8725). The crate signs, and
//! verifies signatures. Header and claims are read here, because the crate accepts more than these
//! tokens may say, and takes the time from the system.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, crypto, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::jwt_provider;
use crate::clock::CLOCK_SKEW;

pub(super) const LEEWAY_SECONDS: i64 = CLOCK_SKEW.as_secs().cast_signed();
/// Longer tokens are rejected before they are decoded. Vestibule's own have about 500 bytes.
const MAX_BYTES: usize = 2048;

/// A kind of token. Algorithm and type are constants, so that no token chooses another algorithm
/// or passes for another kind (RFC 8725 §3.1, §3.11).
pub(super) struct Kind {
    pub(super) algorithm: Algorithm,
    pub(super) name: &'static str,
}

/// A key that signs and verifies.
pub(super) struct JwtKey {
    signing: EncodingKey,
    verifying: DecodingKey,
}

/// The whole header. Any further name is an error, so that `jwk`, `jku`, `x5c` and `crit` can't be
/// smuggled in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExactHeader<'a> {
    alg: Algorithm,
    kid: &'a str,
    typ: &'a str,
}

impl JwtKey {
    pub(super) fn hmac(secret: &[u8]) -> Self {
        jwt_provider::install();
        Self {
            signing: EncodingKey::from_secret(secret),
            verifying: DecodingKey::from_secret(secret),
        }
    }

    pub(super) fn ed25519(seed: &[u8; 32]) -> Self {
        jwt_provider::install();
        // Any 32 bytes are a seed (RFC 8032 §5.1.5), and its key can always be encoded.
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are a seed");
        let private = pair.to_pkcs8().expect("an Ed25519 key can be encoded");
        Self {
            signing: EncodingKey::from_ed_der(private.as_ref()),
            verifying: DecodingKey::from_ed_der(pair.public_key().as_ref()),
        }
    }

    /// Returns the bytes that verify: the public key for Ed25519, the secret for HMAC.
    pub(super) fn verifying_bytes(&self) -> &[u8] {
        // Only RSA keys do not consist of one value.
        self.verifying
            .try_get_as_bytes()
            .expect("a key of HMAC or Ed25519 is one value")
    }
}

pub(super) fn sign(kind: &Kind, key_id: &str, claims: &impl Serialize, key: &JwtKey) -> String {
    let header = Header {
        typ: Some(kind.name.to_owned()),
        kid: Some(key_id.to_owned()),
        ..Header::new(kind.algorithm)
    };
    // Strings and integers always become JSON, and each kind has one algorithm and keys for it.
    encode(&header, claims, &key.signing).expect("a token can be signed")
}

/// Returns the claims of a token of this kind. `find_key` finds the key by its id. The claims are
/// read only after the signature was verified (ASVS 9.1.1). The caller checks issuer, audience and
/// times.
pub(super) fn verify<'key, Claims: DeserializeOwned>(
    kind: &Kind,
    token: &str,
    find_key: impl FnOnce(&str) -> Option<&'key JwtKey>,
) -> Option<Claims> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    let header: ExactHeader<'_> = object(&header)?;
    if header.alg != kind.algorithm || header.typ != kind.name {
        return None;
    }
    let key = &find_key(header.kid)?.verifying;
    if !crypto::verify(signature, message.as_bytes(), key, kind.algorithm).ok()? {
        return None;
    }
    object(&URL_SAFE_NO_PAD.decode(claims).ok()?)
}

/// Reads one JSON object. serde alone would also read a struct from an array of its values.
fn object<'json, T: Deserialize<'json>>(json: &'json [u8]) -> Option<T> {
    if !json.starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
