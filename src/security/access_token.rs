//! Access tokens: what programs carry, and what other services can check by themselves with the public keys. Ed25519, the
//! form of RFC 9068. Whether the session still lives is not decided here: that is a row in the database.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use super::jwt::{self, Kind, LEEWAY_SECONDS};
use super::keys::{KeySet, Keys};
use super::tokens;
use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::values::UserId;

/// How long one is good: who checks by the public keys alone learns of a revocation this late.
pub const LIFETIME: Duration = Duration::from_mins(15);

/// RFC 9068 §2.1. The libraries of others know Ed25519 by this older name; RFC 9864's is not yet in them.
const KIND: Kind = Kind { algorithm: Algorithm::EdDSA, name: "at+jwt" };
/// RFC 9068 §2.2 wants one; who asks with a password is Vestibule's own client.
const CLIENT: &str = "vestibule";

/// What a token says, as it stands in it. All required, each of one JSON type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The public URL.
    pub iss: String,
    /// For whom: every service of this site.
    pub aud: String,
    /// The user's id.
    pub sub: String,
    /// Who asked for it (RFC 9068 §2.2).
    pub client_id: String,
    /// The session, by the name that pages and the API call it; opens nothing.
    pub sid: String,
    /// Of this token alone.
    pub jti: String,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
}

/// Makes and reads the access tokens of one site.
pub struct AccessTokens {
    keys: Arc<Keys>,
    issuer: String,
}

/// A public key as others take it (RFC 8037 §2).
#[derive(Debug, Serialize)]
pub struct PublicKey {
    kty: &'static str,
    crv: &'static str,
    x: String,
    kid: String,
    #[serde(rename = "use")]
    purpose: &'static str,
    alg: &'static str,
}

impl AccessTokens {
    /// For the site at `issuer`.
    pub fn new(keys: Arc<Keys>, issuer: &PublicUrl) -> Self {
        Self { keys, issuer: issuer.as_str().to_owned() }
    }

    /// Makes a token for the session of a user that pages call `session`.
    pub fn issue(&self, user: &UserId, session: &str, now: Timestamp) -> String {
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: user.0.clone(),
            client_id: CLIENT.to_owned(),
            sid: session.to_owned(),
            jti: tokens::random_id(),
            iat: now.seconds(),
            exp: (now + LIFETIME).seconds(),
        };
        let newest = self.keys.newest();
        jwt::make(&KIND, &newest.id, &claims, &newest.access)
    }

    /// Reads a token. `None` for whatever is not a token of this kind, signed by us for this site and not past its end.
    pub fn verify(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        let find_key = |id: &str| self.keys.by_id(id).map(|set| &set.access);
        let claims: AccessClaims = jwt::open(&KIND, token, find_key)?;
        let is_ours = claims.iss == self.issuer && claims.aud == self.issuer && claims.client_id == CLIENT;
        let has_begun = claims.iat <= now.seconds().saturating_add(LEEWAY_SECONDS);
        let has_ended = claims.exp.saturating_add(LEEWAY_SECONDS) <= now.seconds();
        (is_ours && has_begun && !has_ended).then_some(claims)
    }

    /// The keys that verify, newest first: those of older secrets too, so that no token is refused after a rotation.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.all().map(PublicKey::of).collect()
    }
}

impl PublicKey {
    fn of(set: &KeySet) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            x: URL_SAFE_NO_PAD.encode(set.access.verifying_bytes()),
            kid: set.id.clone(),
            purpose: "sig",
            alg: "EdDSA",
        }
    }
}

#[cfg(test)]
#[path = "access_token_tests.rs"]
mod tests;
