//! Makes and verifies every JWT with the `jsonwebtoken` crate, and adds what the crate does not check: the exact header, one
//! JSON object, a bounded size. The claims themselves belong to the modules of the two kinds of token (RFC 8725).

use std::fmt;
use std::marker::PhantomData;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Largest accepted difference between the clocks of two nodes.
pub(super) const LEEWAY_SECONDS: i64 = 30;
/// Longer tokens are rejected before they are decoded. Our own have about 500 bytes.
const MAX_BYTES: usize = 2048;

/// A kind of token. Algorithm and type are constants, so that no token chooses another algorithm or passes for another kind
/// (RFC 8725 §3.1, §3.11).
pub(super) struct Kind {
    pub(super) algorithm: Algorithm,
    pub(super) name: &'static str,
}

/// The issuer and audience that a token must have.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
}

/// A key that signs and verifies.
pub(super) struct JwtKey {
    signing: EncodingKey,
    verifying: DecodingKey,
}

/// Claims that are one JSON object. A struct alone would also be read from an array of its values.
struct Object<T>(T);

impl JwtKey {
    /// Returns an HMAC key.
    pub(super) fn hmac(secret: &[u8]) -> Self {
        Self { signing: EncodingKey::from_secret(secret), verifying: DecodingKey::from_secret(secret) }
    }

    /// Returns an Ed25519 key.
    pub(super) fn ed25519(seed: &[u8; 32]) -> Self {
        // Any 32 bytes are a seed (RFC 8032 §5.1.5), and its key can always be encoded.
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are a seed");
        let private = pair.to_pkcs8().expect("an Ed25519 key can be encoded");
        Self {
            signing: EncodingKey::from_ed_der(private.as_ref()),
            verifying: DecodingKey::from_ed_der(pair.public_key().as_ref()),
        }
    }

    /// Returns the bytes that verify: the public key of Ed25519, the secret of HMAC.
    pub(super) fn verifying_bytes(&self) -> &[u8] {
        // Only RSA keys have no single value.
        self.verifying.try_get_as_bytes().expect("a key of HMAC or Ed25519 is one value")
    }
}

impl Kind {
    fn header(&self, key_id: &str) -> Header {
        Header { typ: Some(self.name.to_owned()), kid: Some(key_id.to_owned()), ..Header::new(self.algorithm) }
    }
}

/// Makes a token.
pub(super) fn make(kind: &Kind, key_id: &str, claims: &impl Serialize, key: &JwtKey) -> String {
    // Strings and integers always become JSON, and each kind has one algorithm and keys for it.
    encode(&kind.header(key_id), claims, &key.signing).expect("a token can be signed")
}

/// Returns the claims of a token of this kind. The key is found by its id. The claims are read only after the signature was
/// verified (ASVS 9.1.1). The caller checks the times by its own clock.
pub(super) fn open<'key, Claims: DeserializeOwned>(
    kind: &Kind,
    token: &str,
    expected: &Expected<'_>,
    find_key: impl FnOnce(&str) -> Option<&'key JwtKey>,
) -> Option<Claims> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let header = decode_header(token).ok()?;
    let key_id = header.kid.as_deref()?;
    // No other name, so that `jwk`, `jku`, `x5c` and `crit` can't be smuggled in.
    if header != kind.header(key_id) {
        return None;
    }
    let mut validation = Validation::new(kind.algorithm);
    // The crate would take the time from the system. The required claims are the fields of `Claims`.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.audience]);
    let Object(claims) = decode(token, &find_key(key_id)?.verifying, &validation).ok()?.claims;
    Some(claims)
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
