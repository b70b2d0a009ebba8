//! Assertions: JWTs that tell an app who the user is. They are signed with Ed25519 under the
//! published keys. An attacker who reaches the app past the proxy can send headers, but has no
//! signature.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::Algorithm;
use serde::Serialize;

use super::jwt::{self, Kind};
use super::keys::Keys;
use crate::clock::Timestamp;
use crate::config::PublicUrl;

/// Lifetime of an assertion. The proxy passes it on at once.
const LIFETIME: Duration = Duration::from_mins(2);

const KIND: Kind = Kind {
    algorithm: Algorithm::EdDSA,
    name: "vestibule-assertion+jwt",
};

/// The user of a request to an app.
#[derive(Clone, Debug)]
pub struct AssertedUser<'a> {
    /// The id of the account.
    pub id: &'a str,
    /// The public id of the session.
    pub session_handle: &'a str,
    pub email: &'a str,
    pub name: Option<&'a str>,
    pub groups: Vec<&'a str>,
    /// Time of the last login or reauthentication.
    pub proven_at: Timestamp,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    /// The origin of the app.
    aud: &'a str,
    sub: &'a str,
    sid: &'a str,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    groups: &'a [&'a str],
    auth_time: i64,
    iat: i64,
    exp: i64,
}

/// Issuer of assertions.
pub struct Assertions {
    keys: Arc<Keys>,
    issuer: String,
}

impl Assertions {
    pub fn new(keys: Arc<Keys>, issuer: &PublicUrl) -> Self {
        Self {
            keys,
            issuer: issuer.as_str().to_owned(),
        }
    }

    /// Issues an assertion for the app at an origin.
    pub fn issue(&self, user: &AssertedUser<'_>, origin: &str, now: Timestamp) -> String {
        let claims = Claims {
            iss: &self.issuer,
            aud: origin,
            sub: user.id,
            sid: user.session_handle,
            email: user.email,
            name: user.name,
            groups: &user.groups,
            auth_time: user.proven_at.seconds(),
            iat: now.seconds(),
            exp: (now + LIFETIME).seconds(),
        };
        let newest = self.keys.newest();
        jwt::sign(&KIND, &newest.id, &claims, &newest.access)
    }
}
