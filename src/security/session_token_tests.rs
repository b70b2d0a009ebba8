//! Tests with forged tokens. Each is signed with the right key and has one wrong detail.

use aws_lc_rs::hmac;
use proptest::prelude::*;
use serde_json::{Value, json};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::keys::expand;
use super::*;
use crate::config::Secret;
use crate::security::tokens::{new_session_id, random_id};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const SECRET: [u8; 32] = [7; 32];

fn keys(secrets: &[[u8; 32]]) -> Keys {
    Keys::derive(
        &secrets
            .iter()
            .map(|bytes| Secret::from_random(*bytes))
            .collect::<Vec<_>>(),
    )
    .expect("one at least")
}

fn tokens(secrets: &[[u8; 32]]) -> SessionTokens {
    let site = PublicUrl::parse("https://login.example.org").expect("an origin");
    SessionTokens::new(Arc::new(keys(secrets)), &site)
}

fn good_token() -> String {
    let (user, session) = (UserId("user".to_owned()), SessionId("session".to_owned()));
    let end = Timestamp::from_millis(NOW.millis() + 3_600_000);
    tokens(&[SECRET]).issue(&user, &session, NOW, end)
}

fn good_header() -> Value {
    json!({"alg": "HS256", "kid": keys(&[SECRET]).newest().session_key_id, "typ": KIND.name})
}

fn good_claims() -> Value {
    let now = NOW.seconds();
    json!({"iss": "https://login.example.org", "aud": "vestibule", "sub": "user", "jti": "session",
        "iat": now, "nbf": now, "exp": now + 3600})
}

/// Returns a token with a valid signature over any header and claims.
fn signed(header: &str, claims: &str) -> String {
    let key = hmac::Key::new(
        hmac::HMAC_SHA256,
        &expand::<32>(&SECRET, &[b"session-jwt-hs256"]),
    );
    let content = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    format!(
        "{content}.{}",
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, content.as_bytes()))
    )
}

fn check(token: &str) -> Option<SessionClaims> {
    tokens(&[SECRET]).verify(token, NOW)
}

/// Sessions of 180 days must survive the change of the key's name.
#[test]
fn a_token_with_the_earlier_kid_is_accepted() {
    let earlier = with(good_header(), "kid", json!(keys(&[SECRET]).newest().id));
    assert_ne!(earlier, good_header().to_string());
    assert!(check(&signed(&earlier, &good_claims().to_string())).is_some());
}

fn with(mut object: Value, name: &str, value: Value) -> String {
    object[name] = value;
    object.to_string()
}

fn without(mut object: Value, name: &str) -> String {
    object.as_object_mut().expect("an object").remove(name);
    object.to_string()
}

#[test]
fn own_and_hand_made_token_verify() {
    let claims = check(&good_token()).expect("ours");
    assert_eq!(
        (
            claims.user.0.as_str(),
            claims.session.0.as_str(),
            claims.validity
        ),
        ("user", "session", Validity::Valid)
    );
    assert_eq!(
        check(&signed(
            &good_header().to_string(),
            &good_claims().to_string()
        )),
        Some(claims)
    );
    assert!(good_token().len() < 700);
}

#[test]
fn other_headers_are_rejected() {
    let claims = good_claims().to_string();
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("hs256")),
        ("alg", json!("HS384")),
        ("alg", json!("RS256")),
        ("alg", json!(["HS256"])),
        ("typ", json!("JWT")),
        ("typ", json!("at+jwt")),
        ("kid", json!("another")),
        ("kid", json!("../../dev/null")),
        ("kid", json!(null)),
        ("jwk", json!({"kty": "oct", "k": "AAAA"})),
        ("jku", json!("https://evil.example")),
        ("x5u", json!("https://evil.example")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("zip", json!("DEF")),
        ("b64", json!(false)),
    ] {
        assert_eq!(
            check(&signed(&with(good_header(), name, value.clone()), &claims)),
            None,
            "{name}: {value}"
        );
    }
    for name in ["alg", "kid", "typ"] {
        assert_eq!(
            check(&signed(&without(good_header(), name), &claims)),
            None,
            "without {name}"
        );
    }
    let twice = good_header().to_string().replace('{', r#"{"alg":"none","#);
    assert_eq!(check(&signed(&twice, &claims)), None, "{twice}");
}

/// CVE-2026-25537: `exp` or `nbf` of the wrong JSON type must not count as absent.
#[test]
fn cve_2026_25537_missing_or_mistyped_claim_is_rejected() {
    let header = good_header().to_string();
    for name in ["iss", "aud", "sub", "jti", "iat", "nbf", "exp"] {
        assert_eq!(
            check(&signed(&header, &without(good_claims(), name))),
            None,
            "without {name}"
        );
        for value in [
            json!(null),
            json!(true),
            json!([]),
            json!({}),
            json!(1.5),
            json!(["vestibule"]),
        ] {
            assert_eq!(
                check(&signed(&header, &with(good_claims(), name, value.clone()))),
                None,
                "{name}: {value}"
            );
        }
        let twice = good_claims().to_string().replacen(
            '{',
            &format!("{{\"{name}\":{},", good_claims()[name]),
            1,
        );
        assert_eq!(check(&signed(&header, &twice)), None, "{twice}");
    }
    for name in ["iat", "nbf", "exp"] {
        let text = good_claims()[name].to_string();
        assert_eq!(
            check(&signed(&header, &with(good_claims(), name, json!(text)))),
            None,
            "{name} as text"
        );
    }
    for (name, value) in [
        ("iss", "https://evil.example"),
        ("aud", "other"),
        ("iss", ""),
        ("aud", "Vestibule"),
    ] {
        assert_eq!(
            check(&signed(&header, &with(good_claims(), name, json!(value)))),
            None,
            "{name}: {value}"
        );
    }
}

#[test]
fn times_follow_our_clock_with_30_seconds_leeway() {
    let header = good_header().to_string();
    let at = |name, offset: i64| {
        let claims = with(good_claims(), name, json!(NOW.seconds() + offset));
        let token = signed(&header, &claims);
        check(&token).expect("signed").validity
    };
    assert_eq!(at("nbf", 30), Validity::Valid);
    assert_eq!(at("nbf", 31), Validity::NotYetValid);
    assert_eq!(at("exp", -29), Validity::Valid);
    assert_eq!(at("exp", -30), Validity::Expired);
    assert_eq!(at("nbf", i64::MAX - NOW.seconds()), Validity::NotYetValid);
    assert_eq!(at("exp", i64::MIN + NOW.seconds()), Validity::Expired);
}

#[test]
fn base64_is_strict_and_length_is_bounded() {
    let good = good_token();
    for bad in [
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
        good.replace('.', ".."),
        format!("{good}.x"),
    ] {
        assert_eq!(check(&bad), None, "{bad:?}");
    }
    let long = signed(
        &good_header().to_string(),
        &with(good_claims(), "pad", json!("x".repeat(2000))),
    );
    assert_eq!(check(&long), None);
}

#[test]
fn older_secret_verifies_and_unknown_does_not() {
    assert_eq!(tokens(&[[8; 32]]).verify(&good_token(), NOW), None);
    assert!(
        tokens(&[[8; 32], SECRET])
            .verify(&good_token(), NOW)
            .is_some()
    );
}

#[test]
fn changing_any_byte_invalidates_the_token() {
    let tokens = tokens(&[SECRET]);
    let mut tried = 0;
    for _ in 0..3 {
        let end = Timestamp::from_millis(NOW.millis() + 3_600_000);
        let good = tokens.issue(&UserId(random_id()), &new_session_id(), NOW, end);
        assert!(tokens.verify(&good, NOW).is_some());
        for at in 0..good.len() {
            // All other ASCII bytes. A larger byte would not be valid UTF-8.
            for byte in (0..=0x7f).filter(|byte| *byte != good.as_bytes()[at]) {
                let mut changed = good.clone().into_bytes();
                changed[at] = byte;
                let changed = String::from_utf8(changed).expect("ASCII");
                assert_eq!(
                    tokens.verify(&changed, NOW),
                    None,
                    "byte {at} as {byte}: {good}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried >= 100_000, "{tried}");
}

proptest! {
    #[test]
    fn arbitrary_cookie_values_are_no_session(
        junk in "\\PC{0,120}",
        dotted in "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,90}\\.[A-Za-z0-9_-]{0,50}",
    ) {
        prop_assert_eq!(check(&junk), None);
        prop_assert_eq!(check(&dotted), None);
    }
}
