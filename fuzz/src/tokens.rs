//! Session tokens and access tokens. The input is read in two ways: as a token as it is, which
//! only the site's own token survives, and as a header and claims, one on each line, which are
//! signed with the right keys. An empty header stands for the right one. A signed token is accepted
//! only if its header is exact and its claims are those of this site and of this moment.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use vestibule::accounts::sessions::bearer::BearerToken;
use vestibule::clock::Timestamp;
use vestibule::config::{PublicUrl, Secret};
use vestibule::security::access_token::{AccessTokens, AuthenticationClaims};
use vestibule::security::keys::Keys;
use vestibule::security::session_token::{SessionTokens, Validity};
use vestibule::values::{SessionId, UserId};

const SITE_URL: &str = "https://login.example.org";
const SECRET: [u8; 32] = [7; 32];
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const NOW_SECONDS: i64 = 1_800_000_000;
const LATER: Timestamp = Timestamp::from_millis(1_800_000_600_000);
/// Largest accepted difference between two clocks, in seconds.
const LEEWAY: i64 = 30;

struct Site {
    sessions: SessionTokens,
    access: AccessTokens,
    session_key: hmac::Key,
    access_key: Ed25519KeyPair,
    session_token: String,
    access_token: String,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let keys = Arc::new(Keys::derive(&[Secret::from_random(SECRET)]).expect("one secret"));
    let url = PublicUrl::parse(SITE_URL).expect("an origin");
    let sessions = SessionTokens::new(Arc::clone(&keys), &url);
    let access = AccessTokens::new(keys, &url);
    let user = UserId("user".to_owned());
    let session = SessionId("session".to_owned());
    let access_seed = derive(b"access-token-ed25519");
    let site = Site {
        session_token: sessions.issue(&user, &session, NOW, LATER),
        access_token: access.issue(&user, "session", AuthenticationClaims::default(), NOW),
        session_key: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"session-jwt-hs256")),
        access_key: Ed25519KeyPair::from_seed_unchecked(&access_seed).expect("32 bytes"),
        sessions,
        access,
    };
    site.assert_keys();
    site
});

impl Site {
    /// Both kinds of signature are deterministic, so the right keys make the same tokens again.
    fn assert_keys(&self) {
        let session = &self.session_token;
        assert_eq!(&self.sign_session(b"", &claims_of(session)), session);
        let access = &self.access_token;
        assert_eq!(&self.sign_access(b"", &claims_of(access)), access);
    }

    fn sign_session(&self, header: &[u8], claims: &[u8]) -> String {
        signed(header, claims, &self.session_token, |message| {
            hmac::sign(&self.session_key, message).as_ref().to_vec()
        })
    }

    fn sign_access(&self, header: &[u8], claims: &[u8]) -> String {
        signed(header, claims, &self.access_token, |message| {
            self.access_key.sign(message).as_ref().to_vec()
        })
    }
}

/// Derives a key as `security::keys` does.
fn derive(label: &[u8]) -> [u8; 32] {
    struct Length;
    impl KeyType for Length {
        fn len(&self) -> usize {
            32
        }
    }
    let mut key = [0; 32];
    Salt::new(HKDF_SHA256, b"vestibule/v1")
        .extract(&SECRET)
        .expand(&[label], Length)
        .and_then(|okm| okm.fill(&mut key))
        .expect("32 bytes are within HKDF's bound");
    key
}

pub fn check(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        check_unsigned(text);
    }
    let mut lines = input.splitn(2, |byte| *byte == b'\n');
    if let (Some(header), Some(claims)) = (lines.next(), lines.next()) {
        check_session(header, claims);
        check_access(header, claims);
    }
}

fn check_unsigned(text: &str) {
    let site = &*SITE;
    assert!(site.sessions.verify(text, NOW).is_none() || text == site.session_token);
    assert!(site.access.verify(text, NOW).is_none() || text == site.access_token);
    // The database decides about an API token. Its prefix only says what it is.
    let is_bearer = text == site.access_token || text.starts_with("vst_");
    assert!(BearerToken::read(&site.access, text, NOW).is_none() || is_bearer);
}

fn check_session(header: &[u8], claims: &[u8]) {
    let site = &*SITE;
    let token = site.sign_session(header, claims);
    let Some(accepted) = site.sessions.verify(&token, NOW) else {
        return;
    };
    assert_exact_header(header, &site.session_token);
    let claims: Value = serde_json::from_slice(claims).expect("one JSON object");
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&SITE_URL.into(), &"vestibule".into())
    );
    assert_eq!(claims["sub"], accepted.user.0);
    assert_eq!(claims["jti"], accepted.session.0);
    assert!(claims["iat"].is_i64());
    let validity = if seconds(&claims["nbf"]) > NOW_SECONDS + LEEWAY {
        Validity::NotYetValid
    } else if seconds(&claims["exp"]) <= NOW_SECONDS - LEEWAY {
        Validity::Expired
    } else {
        Validity::Valid
    };
    assert_eq!(accepted.validity, validity);
}

fn check_access(header: &[u8], claims: &[u8]) {
    let site = &*SITE;
    let token = site.sign_access(header, claims);
    let Some(accepted) = site.access.verify(&token, NOW) else {
        return;
    };
    assert_exact_header(header, &site.access_token);
    let claims: Value = serde_json::from_slice(claims).expect("one JSON object");
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&SITE_URL.into(), &SITE_URL.into())
    );
    assert_eq!(claims["client_id"], "vestibule");
    assert_eq!(claims["sub"], accepted.sub);
    assert_eq!(claims["sid"], accepted.sid);
    assert_eq!(claims["jti"], accepted.jti);
    assert!(seconds(&claims["iat"]) <= NOW_SECONDS + LEEWAY);
    assert!(seconds(&claims["exp"]) > NOW_SECONDS - LEEWAY);
}

/// Returns a token with a valid signature. `model` is a token with the right header.
fn signed(header: &[u8], claims: &[u8], model: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let header = if header.is_empty() {
        header_of(model).to_owned()
    } else {
        URL_SAFE_NO_PAD.encode(header)
    };
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn assert_exact_header(header: &[u8], model: &str) {
    if header.is_empty() {
        return;
    }
    let json = |header: &[u8]| serde_json::from_slice::<Value>(header).expect("one JSON object");
    let exact = URL_SAFE_NO_PAD.decode(header_of(model)).expect("base64url");
    assert_eq!(json(header), json(&exact));
}

fn header_of(token: &str) -> &str {
    token.split('.').next().unwrap_or_default()
}

fn claims_of(token: &str) -> Vec<u8> {
    let claims = token.split('.').nth(1).expect("three parts");
    URL_SAFE_NO_PAD.decode(claims).expect("base64url")
}

fn seconds(claim: &Value) -> i64 {
    claim.as_i64().expect("an integer")
}
