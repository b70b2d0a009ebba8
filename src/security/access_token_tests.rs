//! Tests with forged tokens. Each is signed with the right key and has one wrong detail.

use aws_lc_rs::signature::Ed25519KeyPair;
use serde_json::{Value, json};

use super::super::keys::expand;
use super::*;
use crate::config::Secret;
use crate::security::session_token::SessionTokens;
use crate::values::SessionId;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const SITE: &str = "https://login.example.org";

fn keys(secrets: &[u8]) -> Arc<Keys> {
    let secrets: Vec<Secret> = secrets
        .iter()
        .map(|byte| Secret::from_random([*byte; 32]))
        .collect();
    Arc::new(Keys::derive(&secrets).expect("one at least"))
}

fn tokens(secrets: &[u8]) -> AccessTokens {
    AccessTokens::new(keys(secrets), &PublicUrl::parse(SITE).expect("an origin"))
}

fn user() -> UserId {
    UserId("user".to_owned())
}

fn by_password() -> AuthenticationClaims {
    AuthenticationClaims {
        auth_time: Some(NOW.seconds() - 60),
        acr: Some("aal1".to_owned()),
        amr: Some(vec!["pwd".to_owned()]),
    }
}

fn good_claims() -> Value {
    let now = NOW.seconds();
    json!({
        "iss": SITE, "aud": SITE, "sub": "user", "client_id": "vestibule", "sid": "session",
        "jti": "token", "iat": now, "exp": now + 900,
    })
}

fn header(name: &str, value: Value) -> Value {
    let mut header = json!({"alg": "EdDSA", "kid": keys(&[7]).newest().id, "typ": "at+jwt"});
    header[name] = value;
    header
}

/// Returns a token with a valid signature over any header and claims.
fn signed(header: &Value, claims: &Value) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let content = format!("{}.{}", part(header), part(claims));
    let seed: [u8; 32] = expand(&[7; 32], &[b"access-token-ed25519"]);
    let signature = Ed25519KeyPair::from_seed_unchecked(&seed)
        .expect("a seed")
        .sign(content.as_bytes());
    format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn is_taken(token: &str) -> bool {
    tokens(&[7]).verify(token, NOW).is_some()
}

#[test]
fn token_names_user_and_session_for_15_minutes() {
    let token = tokens(&[7]).issue(&user(), "session", by_password(), NOW);
    let claims = tokens(&[7]).verify(&token, NOW).expect("our own");
    assert_eq!(
        (claims.sub.as_str(), claims.sid.as_str()),
        ("user", "session")
    );
    assert_eq!(claims.authentication, by_password());
    assert_eq!(
        (
            claims.iss.as_str(),
            claims.aud.as_str(),
            claims.exp - claims.iat
        ),
        (SITE, SITE, 900)
    );
    let after = |seconds| {
        tokens(&[7])
            .verify(&token, NOW + Duration::from_secs(seconds))
            .is_some()
    };
    assert!(after(900) && after(929) && !after(930));
    let header = URL_SAFE_NO_PAD
        .decode(token.split('.').next().expect("a header"))
        .expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    assert_eq!(
        header,
        json!({"alg": "EdDSA", "kid": keys(&[7]).newest().id, "typ": "at+jwt"})
    );
}

#[test]
fn earlier_tokens_verify_until_their_secret_goes() {
    let before = tokens(&[7]).issue(&user(), "session", by_password(), NOW);
    assert!(tokens(&[8, 7]).verify(&before, NOW).is_some());
    assert!(tokens(&[8]).verify(&before, NOW).is_none());
    let listed = |secrets| serde_json::to_value(tokens(secrets).public_keys()).expect("JSON");
    assert_eq!(listed(&[8, 7])[1], listed(&[7])[0]);
    assert_eq!(listed(&[8, 7])[0]["kid"], json!(keys(&[8]).newest().id));
}

/// Fixed values, so that a refactoring cannot invalidate all issued tokens. Computed independently,
/// in Python.
#[test]
fn public_key_of_a_secret_never_changes() {
    let keys = serde_json::to_value(tokens(&[7]).public_keys()).expect("JSON");
    assert_eq!(
        keys,
        json!([{
            "kty": "OKP", "crv": "Ed25519", "x": FIXED_KEY, "kid": FIXED_ID, "use": "sig",
            "alg": "EdDSA",
        }])
    );
}

const FIXED_KEY: &str = "aEvviMmSiFqLVJFQcgSzspZ3yXH37cL8AcAi0t1XRvI";
const FIXED_ID: &str = "zRkJYLeU";

#[test]
fn signed_header_with_other_fields_is_rejected() {
    assert!(is_taken(&signed(
        &header("typ", json!("at+jwt")),
        &good_claims()
    )));
    for (name, value) in [
        ("alg", json!("HS256")),
        ("alg", json!("none")),
        ("alg", json!("Ed25519")),
        ("typ", json!("JWT")),
        ("typ", json!("vestibule-session+jwt")),
        ("typ", json!("application/at+jwt")),
        ("kid", json!("other")),
        ("kid", json!(1)),
        ("jku", json!("https://evil.example/keys")),
        ("jwk", json!({})),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
    ] {
        assert!(
            !is_taken(&signed(&header(name, value.clone()), &good_claims())),
            "{name} {value}"
        );
    }
}

#[test]
fn missing_wrong_or_mistyped_claim_is_rejected() {
    let names: Vec<String> = good_claims()
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    let good = header("typ", json!("at+jwt"));
    for name in &names {
        let mut claims = good_claims();
        claims.as_object_mut().expect("an object").remove(name);
        assert!(!is_taken(&signed(&good, &claims)), "without {name}");
    }
    let now = NOW.seconds();
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("https://evil.example")),
        ("aud", json!([SITE])),
        ("client_id", json!("other")),
        ("exp", json!((now + 900).to_string())),
        ("exp", json!(1e10)),
        ("auth_time", json!("1")),
        ("acr", json!(1)),
        ("amr", json!("pwd")),
        ("exp", json!(now - 30)),
        ("iat", json!(now + 31)),
        ("iat", json!(null)),
        ("sub", json!(7)),
    ] {
        let mut claims = good_claims();
        claims[name] = value.clone();
        assert!(!is_taken(&signed(&good, &claims)), "{name} {value}");
    }
}

/// RFC 8725 §3.11, §3.12: a token of one kind must not pass for another kind.
#[test]
fn session_and_access_tokens_are_not_interchangeable() {
    let site = PublicUrl::parse(SITE).expect("an origin");
    let sessions = SessionTokens::new(keys(&[7]), &site);
    let cookie = sessions.issue(
        &user(),
        &SessionId("session".to_owned()),
        NOW,
        NOW + LIFETIME,
    );
    assert!(!is_taken(&cookie));
    assert!(
        sessions
            .verify(
                &tokens(&[7]).issue(&user(), "session", by_password(), NOW),
                NOW
            )
            .is_none()
    );
}

#[test]
fn changing_any_byte_invalidates_the_token() {
    let token = tokens(&[7]).issue(&user(), "session", by_password(), NOW);
    let reader = tokens(&[7]);
    for at in 0..token.len() {
        for byte in (0..=0x7f).filter(|byte| *byte != token.as_bytes()[at]) {
            let mut mutated = token.clone().into_bytes();
            mutated[at] = byte;
            let mutated = str::from_utf8(&mutated).expect("ASCII");
            assert!(reader.verify(mutated, NOW).is_none(), "byte {at} as {byte}");
        }
    }
    assert!(
        !is_taken(&format!("{token}="))
            && !is_taken(&format!(" {token}"))
            && !is_taken(&format!("{token}."))
    );
}
