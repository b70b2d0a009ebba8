//! The JWT of the session cookie (RFC 8725; ASVS 9). It uses HS256 and has exactly three header
//! names and seven required claims. The caller must also check that the session still exists, which
//! only the database knows.

use std::sync::Arc;

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use super::jwt::{self, Kind, LEEWAY_SECONDS};
use super::keys::Keys;
use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::values::{SessionId, UserId};

/// A constant algorithm, so that no token can choose another one (RFC 8725 §3.1).
const KIND: Kind = Kind {
    algorithm: Algorithm::HS256,
    name: "vestibule-session+jwt",
};
const AUDIENCE: &str = "vestibule";

/// The content of a token with a valid signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionClaims {
    pub user: UserId,
    pub session: SessionId,
    pub validity: Validity,
}

/// The time of a check, compared with the validity period of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Before `nbf`, because the clock was set back since. The token opens nothing. A login or
    /// logout still ends its session.
    NotYetValid,
    Valid,
    /// After `exp`. The token only explains why the session ended.
    Expired,
}

/// All claims are required, and each has one JSON type. A string in place of a number is an error,
/// not a missing claim (CVE-2026-25537).
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

/// Issuer and verifier of the session tokens of one site.
pub struct SessionTokens {
    keys: Arc<Keys>,
    issuer: String,
}

impl SessionTokens {
    pub fn new(keys: Arc<Keys>, issuer: &PublicUrl) -> Self {
        Self {
            keys,
            issuer: issuer.as_str().to_owned(),
        }
    }

    /// Issues the token of a session that starts `now` and ends at `expires_at` at the latest.
    pub fn issue(
        &self,
        user: &UserId,
        session: &SessionId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> String {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: user.0.clone(),
            jti: session.0.clone(),
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: expires_at.seconds(),
        };
        let newest = self.keys.newest();
        jwt::sign(&KIND, &newest.session_key_id, &claims, &newest.session)
    }

    /// Returns the claims of a session token of this site, even outside its validity period.
    /// Returns `None` for any other token.
    pub fn verify(&self, token: &str, now: Timestamp) -> Option<SessionClaims> {
        let find_key = |id: &str| self.keys.by_session_key_id(id).map(|set| &set.session);
        let claims: Claims = jwt::verify(&KIND, token, find_key)?;
        if claims.iss != self.issuer || claims.aud != AUDIENCE {
            return None;
        }
        let now = now.seconds();
        let validity = if claims.nbf > now.saturating_add(LEEWAY_SECONDS) {
            Validity::NotYetValid
        } else if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
            Validity::Expired
        } else {
            Validity::Valid
        };
        Some(SessionClaims {
            user: UserId(claims.sub),
            session: SessionId(claims.jti),
            validity,
        })
    }
}

#[cfg(test)]
#[path = "session_token_tests.rs"]
mod tests;
