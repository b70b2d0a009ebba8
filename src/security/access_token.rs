//! Access tokens (RFC 9068): JWTs that are signed with Ed25519. Other services verify them with the
//! public keys. The caller must also check that the session still exists, which only the database
//! knows.

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

/// Lifetime of an access token. A service that checks only the signature learns of a revocation up
/// to this much later.
pub const LIFETIME: Duration = Duration::from_mins(15);

/// Token type of RFC 9068 §2.1. JWT libraries know Ed25519 as `EdDSA`. They do not support the
/// newer name of RFC 9864 yet.
const KIND: Kind = Kind {
    algorithm: Algorithm::EdDSA,
    name: "at+jwt",
};
/// The `client_id`, which RFC 9068 §2.2 requires. Logins with a password have no OAuth client, so
/// Vestibule names itself.
const CLIENT: &str = "vestibule";

/// The claims of a token. All but those of the authentication are required, and each has one JSON
/// type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The public URL.
    pub iss: String,
    /// The public URL. The audience is every service of this site.
    pub aud: String,
    /// The user id.
    pub sub: String,
    /// Always `vestibule` (RFC 9068 §2.2).
    pub client_id: String,
    /// The public id of the session, shown on pages and in the API. It does not authenticate.
    pub sid: String,
    /// A random id of this token.
    pub jti: String,
    /// Time of issue, in seconds since 1970.
    pub iat: i64,
    /// End of validity, in seconds since 1970.
    pub exp: i64,
    #[serde(flatten)]
    pub authentication: AuthenticationClaims,
}

/// The kind and the time of the login (RFC 9068 §2.2.1, RFC 9470). Tokens that a node
/// of the version before issued do not have these claims.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticationClaims {
    /// Time of the login, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// `aal1`, or `aal2` for a login with a second step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The methods of the login (RFC 8176).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
}

/// Issuer and verifier of the access tokens of one site.
pub struct AccessTokens {
    keys: Arc<Keys>,
    issuer: String,
}

/// A public key as a JWK (RFC 8037 §2).
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
    pub fn new(keys: Arc<Keys>, issuer: &PublicUrl) -> Self {
        Self {
            keys,
            issuer: issuer.as_str().to_owned(),
        }
    }

    /// Issues a token for a session. `session` is the public id of the session.
    pub fn issue(
        &self,
        user: &UserId,
        session: &str,
        authentication: AuthenticationClaims,
        now: Timestamp,
    ) -> String {
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: user.0.clone(),
            client_id: CLIENT.to_owned(),
            sid: session.to_owned(),
            jti: tokens::random_id(),
            iat: now.seconds(),
            exp: (now + LIFETIME).seconds(),
            authentication,
        };
        let newest = self.keys.newest();
        jwt::sign(&KIND, &newest.id, &claims, &newest.access)
    }

    /// Returns the claims of a valid access token of this site. Returns `None` for any other token
    /// and after the end of validity.
    pub fn verify(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        let find_key = |id: &str| self.keys.by_id(id).map(|set| &set.access);
        let claims: AccessClaims = jwt::verify(&KIND, token, find_key)?;
        let is_ours =
            claims.iss == self.issuer && claims.aud == self.issuer && claims.client_id == CLIENT;
        let has_begun = claims.iat <= now.seconds().saturating_add(LEEWAY_SECONDS);
        let has_ended = claims.exp.saturating_add(LEEWAY_SECONDS) <= now.seconds();
        (is_ours && has_begun && !has_ended).then_some(claims)
    }

    /// Returns the public keys, newest first. Keys of older secrets are included, so that tokens
    /// from before a rotation stay valid.
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
