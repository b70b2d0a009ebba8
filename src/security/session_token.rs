//! The session cookie's JWT: HS256, exactly three header names, exactly seven claims that must all be there and right.
//! Whether the session still lives is not decided here: that is a row in the database (RFC 8725; ASVS 9).

use std::sync::Arc;

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use super::jwt::{self, Kind, LEEWAY_SECONDS};
use super::keys::Keys;
use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::values::{SessionId, UserId};

/// One algorithm, a constant: nothing in a token chooses another (RFC 8725 §3.1).
const KIND: Kind = Kind { algorithm: Algorithm::HS256, name: "vestibule-session+jwt" };
const AUDIENCE: &str = "vestibule";

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
        jwt::make(&KIND, &newest.session_id, &claims, &newest.session)
    }

    /// Reads a token. `None` for whatever is not a token of this kind, signed by us for this site.
    pub fn verify(&self, token: &str, now: Timestamp) -> Option<SessionClaims> {
        let find_key = |id: &str| self.keys.by_session_id(id).map(|set| &set.session);
        let claims: Claims = jwt::open(&KIND, token, find_key)?;
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

#[cfg(test)]
#[path = "session_token_tests.rs"]
mod tests;
