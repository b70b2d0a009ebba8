//! The JWT of the cookie at an app's host. Like the session cookie it is cheap to reject and opens
//! nothing by itself. Every check also reads the session, which only the database knows.

use std::sync::Arc;

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use super::jwt::{self, Kind, LEEWAY_SECONDS};
use super::keys::Keys;
use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::values::{Origin, UserId};

const KIND: Kind = Kind {
    algorithm: Algorithm::HS256,
    name: "vestibule-app+jwt",
};

/// The content of a valid token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppSessionClaims {
    pub user: UserId,
    /// The public id of the session.
    pub session_handle: String,
    /// Identifies this opening of the app, until the user removes the app.
    pub login_id: String,
}

/// All claims are required, and each has one JSON type (CVE-2026-25537).
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Issuer and verifier of the tokens for the hosts of apps.
pub struct AppSessionTokens {
    keys: Arc<Keys>,
    issuer: String,
}

impl AppSessionTokens {
    pub fn new(keys: Arc<Keys>, issuer: &PublicUrl) -> Self {
        Self {
            keys,
            issuer: issuer.as_str().to_owned(),
        }
    }

    /// Issues the token of a session for one origin. `end` is the latest end of the session.
    pub fn issue(
        &self,
        claims: &AppSessionClaims,
        origin: &Origin,
        now: Timestamp,
        end: Timestamp,
    ) -> String {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: origin.as_str().to_owned(),
            sub: claims.user.0.clone(),
            sid: claims.session_handle.clone(),
            jti: claims.login_id.clone(),
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: end.seconds(),
        };
        let newest = self.keys.newest();
        jwt::sign(&KIND, &newest.session_key_id, &claims, &newest.app_session)
    }

    /// Returns the content of a token that this site issued for this origin and that is valid now.
    pub fn verify(&self, token: &str, origin: &Origin, now: Timestamp) -> Option<AppSessionClaims> {
        let find_key = |id: &str| self.keys.by_session_key_id(id).map(|set| &set.app_session);
        let claims: Claims = jwt::verify(&KIND, token, find_key)?;
        let now = now.seconds();
        let is_ours = claims.iss == self.issuer && claims.aud == origin.as_str();
        let has_begun = claims.nbf <= now.saturating_add(LEEWAY_SECONDS);
        let has_ended = claims.exp.saturating_add(LEEWAY_SECONDS) <= now;
        (is_ours && has_begun && !has_ended).then_some(AppSessionClaims {
            user: UserId(claims.sub),
            session_handle: claims.sid,
            login_id: claims.jti,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::session_token::SessionTokens;
    use super::*;
    use crate::config::Secret;
    use crate::values::SessionId;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn keys(secrets: &[u8]) -> Arc<Keys> {
        let secrets: Vec<Secret> = secrets
            .iter()
            .map(|byte| Secret::from_random([*byte; 32]))
            .collect();
        Arc::new(Keys::derive(&secrets).expect("one at least"))
    }

    fn site() -> PublicUrl {
        PublicUrl::parse("https://login.example.org").expect("an origin")
    }

    fn tokens(secrets: &[u8]) -> AppSessionTokens {
        AppSessionTokens::new(keys(secrets), &site())
    }

    fn origin(host: &str) -> Origin {
        Origin::parse(&format!("https://{host}")).expect("an origin")
    }

    fn claims() -> AppSessionClaims {
        AppSessionClaims {
            user: UserId("user".to_owned()),
            session_handle: "handle".to_owned(),
            login_id: "login".to_owned(),
        }
    }

    fn good() -> String {
        let end = NOW + Duration::from_hours(1);
        tokens(&[1]).issue(&claims(), &origin("wiki.example.org"), NOW, end)
    }

    #[test]
    fn app_cookie_opens_no_other_app() {
        let wiki = origin("wiki.example.org");
        assert_eq!(tokens(&[1]).verify(&good(), &wiki, NOW), Some(claims()));
        for other in ["files.example.org", "wiki.example.org:8443", "example.org"] {
            assert_eq!(tokens(&[1]).verify(&good(), &origin(other), NOW), None);
        }
        assert_eq!(tokens(&[2]).verify(&good(), &wiki, NOW), None);
        assert!(tokens(&[2, 1]).verify(&good(), &wiki, NOW).is_some());
        let other = PublicUrl::parse("https://evil.example").expect("an origin");
        let other = AppSessionTokens::new(keys(&[1]), &other);
        assert_eq!(other.verify(&good(), &wiki, NOW), None);
    }

    #[test]
    fn token_ends_with_the_session() {
        let at = |offset: Duration| {
            tokens(&[1]).verify(&good(), &origin("wiki.example.org"), NOW + offset)
        };
        assert!(at(Duration::from_hours(1)).is_some());
        assert!(at(Duration::from_hours(1) + Duration::from_secs(29)).is_some());
        assert!(at(Duration::from_hours(1) + Duration::from_secs(30)).is_none());
        let early = NOW - Duration::from_secs(31);
        assert!(
            tokens(&[1])
                .verify(&good(), &origin("wiki.example.org"), early)
                .is_none()
        );
    }

    #[test]
    fn token_kinds_never_mix() {
        let sessions = SessionTokens::new(keys(&[1]), &site());
        let (user, session) = (UserId("user".to_owned()), SessionId("session".to_owned()));
        let session = sessions.issue(&user, &session, NOW, NOW + Duration::from_hours(1));
        let login = origin("login.example.org");
        assert_eq!(tokens(&[1]).verify(&session, &login, NOW), None);
        assert_eq!(sessions.verify(&good(), NOW), None);
    }
}
