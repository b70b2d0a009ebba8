//! The form of every signed token: header, claims and signature, strictly read (RFC 7515 §7.1, RFC 8725). What a token
//! must say is its own module's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Clocks of several nodes may differ by this much.
pub(super) const LEEWAY_SECONDS: i64 = 30;
/// Anything longer is refused before it is decoded; our own have some 500 bytes.
const MAX_BYTES: usize = 2048;

/// A kind of token: one algorithm, a constant, and a type that keeps it from being taken for another kind (RFC 8725 §3.1,
/// §3.11).
pub(super) struct Kind {
    pub(super) algorithm: &'static str,
    pub(super) name: &'static str,
}

/// The header, whole: one more name and the token is refused, so `jwk`, `jku`, `x5c` and `crit` can't be smuggled in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExactHeader<'a> {
    alg: &'a str,
    kid: &'a str,
    typ: &'a str,
}

/// Makes a token: `sign` gives the signature over what it is given.
pub(super) fn make(kind: &Kind, key_id: &str, claims: &impl Serialize, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let header = ExactHeader { alg: kind.algorithm, kid: key_id, typ: kind.name };
    let mut token = format!("{}.{}", encode(&header), encode(claims));
    let signature = sign(token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

/// Reads a token of this kind. `verify` is given the id of a key, what was signed, and the signature; nothing of the claims
/// is looked at before it has said yes (ASVS 9.1.1).
pub(super) fn open<Claims: DeserializeOwned>(
    kind: &Kind,
    token: &str,
    verify: impl FnOnce(&str, &[u8], &[u8]) -> bool,
) -> Option<Claims> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header = decode(header)?;
    let header: ExactHeader<'_> = object(&header)?;
    if header.alg != kind.algorithm || header.typ != kind.name {
        return None;
    }
    if !verify(header.kid, signed.as_bytes(), &decode(signature)?) {
        return None;
    }
    object(&decode(claims)?)
}

/// One JSON object and nothing else. serde would also take an array of the values for a struct.
fn object<'json, T: Deserialize<'json>>(json: &'json [u8]) -> Option<T> {
    if !json.starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(json).ok()
}

/// base64url without padding, stray bits or white space.
fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

fn encode(part: &impl Serialize) -> String {
    // Strings and integers always become JSON.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).expect("a header or claims can be encoded"))
}

#[cfg(test)]
#[path = "jws_tests.rs"]
mod tests;
