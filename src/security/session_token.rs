//! The session cookie's JWT: HS256, exactly three header names, exactly seven claims that must all be there and right.
//! Whether the session still lives is not decided here: that is a row in the database (RFC 8725; ASVS 9).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keys::Keys;
use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::values::{SessionId, UserId};

/// Keeps tokens of one kind from being taken for another (RFC 8725 §3.11).
const TYPE: &str = "vestibule-session+jwt";
/// One algorithm, a constant: nothing in a token chooses another (RFC 8725 §3.1).
const ALGORITHM: Algorithm = Algorithm::HS256;
const ALGORITHM_NAME: &str = "HS256";
const AUDIENCE: &str = "vestibule";
/// Clocks of several nodes may differ by this much.
const LEEWAY_SECONDS: i64 = 30;
/// Anything longer is refused before it is decoded; our own have some 450 bytes.
const MAX_BYTES: usize = 2048;

/// What a good token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionClaims {
    /// The user's id.
    pub user: UserId,
    /// The session's id.
    pub session: SessionId,
    /// Whether `exp` has passed: signed by us, but only good for telling why it ended.
    pub expired: bool,
}

/// The header, whole: one more name and the token is refused, so `jwk`, `jku`, `x5c` and `crit` can't be smuggled in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExactHeader {
    alg: String,
    kid: String,
    typ: String,
}

/// All required, each of one JSON type: a string for a number is a refusal, not an absence (CVE-2026-25537).
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Makes and reads the tokens of one site.
pub struct SessionTokens {
    keys: Arc<Keys>,
    issuer: String,
}

impl SessionTokens {
    /// For the site at `issuer`.
    pub fn new(keys: Arc<Keys>, issuer: &PublicUrl) -> Self {
        Self { keys, issuer: issuer.as_str().to_owned() }
    }

    /// Makes the token of a session that begins `now` and ends at `expires_at` at the latest.
    pub fn issue(&self, user: &UserId, session: &SessionId, now: Timestamp, expires_at: Timestamp) -> String {
        let newest = self.keys.newest();
        let header = Header { kid: Some(newest.id.clone()), typ: Some(TYPE.to_owned()), ..Header::new(ALGORITHM) };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: user.0.clone(),
            jti: session.0.clone(),
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: expires_at.seconds(),
        };
        jsonwebtoken::encode(&header, &claims, &newest.session_encoding)
            // Strings and integers always become JSON, and HMAC takes any key.
            .expect("claims of strings and integers can be encoded")
    }

    /// Reads a token. `None` for whatever is not a token of this kind, signed by us for this site.
    pub fn verify(&self, token: &str, now: Timestamp) -> Option<SessionClaims> {
        if token.len() > MAX_BYTES {
            return None;
        }
        // The library checks the signature; the rest is read here, once, into structs that take nothing but what must be.
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: ExactHeader = parse(header)?;
        if header.alg != ALGORITHM_NAME || header.typ != TYPE {
            return None;
        }
        let key = &self.keys.by_id(&header.kid)?.session_decoding;
        if !jsonwebtoken::crypto::verify(signature, signed.as_bytes(), key, ALGORITHM).ok()? {
            return None;
        }
        let claims: Claims = parse(claims)?;
        if claims.iss != self.issuer || claims.aud != AUDIENCE {
            return None;
        }
        if claims.nbf > now.seconds().saturating_add(LEEWAY_SECONDS) {
            return None;
        }
        let expired = claims.exp.saturating_add(LEEWAY_SECONDS) <= now.seconds();
        Some(SessionClaims { user: UserId(claims.sub), session: SessionId(claims.jti), expired })
    }
}

/// A part of a token: base64url without padding, stray bits or white space, then JSON without duplicate names.
fn parse<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
#[path = "session_token_tests.rs"]
mod tests;
