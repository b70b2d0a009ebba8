//! Invalid tokens in the manner of Project Wycheproof's vectors, all generated here. Each has one
//! defect. It is signed with the right key over its content, unless the signature is the defect.
//! The verifiers of both kinds of token must reject every one.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;
use crate::config::{PublicUrl, Secret};
use crate::security::access_token::AccessTokens;
use crate::security::keys::{Keys, expand};
use crate::security::session_token::{SessionTokens, Validity};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const SITE: &str = "https://login.example.org";

type Sign = dyn Fn(&[u8]) -> Vec<u8>;

/// Returns the key of the secret that consists of this byte 32 times. Repeats the label of
/// `KeySet::derive` instead of calling it.
fn session_key(secret: u8) -> hmac::Key {
    hmac::Key::new(
        hmac::HMAC_SHA256,
        &expand::<32>(&[secret; 32], &[b"session-jwt-hs256"]),
    )
}

fn access_key(secret: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&expand::<32>(&[secret; 32], &[b"access-token-ed25519"]))
        .expect("a seed")
}

/// One kind of token, with its signer and its verifier.
struct Reader {
    name: &'static str,
    header: Value,
    claims: Value,
    sign: Box<Sign>,
    takes: Box<dyn Fn(&str) -> bool>,
}

fn readers() -> [Reader; 2] {
    let keys = Arc::new(Keys::derive(&[Secret::from_random([7; 32])]).expect("one"));
    let site = PublicUrl::parse(SITE).expect("an origin");
    let kid = keys.newest().id.clone();
    let (sessions, access) = (
        SessionTokens::new(Arc::clone(&keys), &site),
        AccessTokens::new(keys, &site),
    );
    let now = NOW.seconds();
    [
        Reader {
            name: "session",
            header: json!({"alg": "HS256", "kid": kid, "typ": "vestibule-session+jwt"}),
            claims: json!({
                "iss": SITE, "aud": "vestibule", "sub": "user", "jti": "session",
                "iat": now, "nbf": now, "exp": now + 3600,
            }),
            sign: Box::new(|content| hmac::sign(&session_key(7), content).as_ref().to_vec()),
            takes: Box::new(move |token| {
                sessions
                    .verify(token, NOW)
                    .is_some_and(|claims| claims.validity == Validity::Valid)
            }),
        },
        Reader {
            name: "access",
            header: json!({"alg": "EdDSA", "kid": kid, "typ": "at+jwt"}),
            claims: json!({
                "iss": SITE, "aud": SITE, "sub": "user", "client_id": "vestibule",
                "sid": "session", "jti": "token", "iat": now, "exp": now + 900,
            }),
            sign: Box::new(|content| access_key(7).sign(content).as_ref().to_vec()),
            takes: Box::new(move |token| access.verify(token, NOW).is_some()),
        },
    ]
}

impl Reader {
    /// Signs any bytes as header and claims.
    fn signed(&self, header: &[u8], claims: &[u8]) -> String {
        self.signed_parts(
            &URL_SAFE_NO_PAD.encode(header),
            &URL_SAFE_NO_PAD.encode(claims),
        )
    }

    fn signed_parts(&self, header: &str, claims: &str) -> String {
        let content = format!("{header}.{claims}");
        format!(
            "{content}.{}",
            URL_SAFE_NO_PAD.encode((self.sign)(content.as_bytes()))
        )
    }

    fn good(&self) -> String {
        self.signed(
            self.header.to_string().as_bytes(),
            self.claims.to_string().as_bytes(),
        )
    }

    /// Replaces the signature of the good token.
    fn with_signature(&self, signature: &[u8]) -> String {
        let good = self.good();
        let (content, _) = good.rsplit_once('.').expect("three parts");
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn signature(&self) -> Vec<u8> {
        URL_SAFE_NO_PAD
            .decode(self.good().rsplit('.').next().expect("three parts"))
            .expect("base64url")
    }

    #[track_caller]
    fn refuses(&self, why: &str, token: &str) {
        assert!(!(self.takes)(token), "{}, {why}: {token:?}", self.name);
    }
}

#[test]
fn unchanged_base_token_verifies() {
    for reader in readers() {
        assert!((reader.takes)(&reader.good()), "{}", reader.name);
        let spaced = serde_json::to_vec_pretty(&reader.claims).expect("JSON");
        assert!(
            (reader.takes)(&reader.signed(reader.header.to_string().as_bytes(), &spaced)),
            "{}",
            reader.name
        );
        assert!(
            (reader.takes)(&reader.with_signature(&reader.signature())),
            "{}",
            reader.name
        );
    }
}

#[test]
fn changed_signature_is_rejected() {
    for reader in readers() {
        let signature = reader.signature();
        for length in 0..signature.len() {
            reader.refuses("cut short", &reader.with_signature(&signature[..length]));
            reader.refuses(
                "its end alone",
                &reader.with_signature(&signature[signature.len() - length..]),
            );
        }
        reader.refuses(
            "a byte more",
            &reader.with_signature(&[&signature[..], &[0]].concat()),
        );
        reader.refuses("twice", &reader.with_signature(&signature.repeat(2)));
        for byte in [0, 1, 0xff] {
            reader.refuses(
                "one byte again and again",
                &reader.with_signature(&vec![byte; signature.len()]),
            );
        }
        for bit in 0..signature.len() * 8 {
            let mut flipped = signature.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            reader.refuses("one bit is another", &reader.with_signature(&flipped));
        }
        let mut turned = signature.clone();
        turned.reverse();
        reader.refuses("from behind", &reader.with_signature(&turned));
        let of_another = (reader.sign)(b"");
        reader.refuses("over nothing", &reader.with_signature(&of_another));
    }
}

/// RFC 8725 §2.1: signatures with a key or an algorithm of another kind.
#[test]
fn other_algorithm_or_key_is_rejected() {
    let [session, access] = readers();
    let keys = Keys::derive(&[Secret::from_random([7; 32])]).expect("one");
    let public = access_key(7).public_key().as_ref().to_vec();
    for reader in [&session, &access] {
        let good = reader.good();
        let (content, _) = good.rsplit_once('.').expect("three parts");
        let mac = |algorithm, key: &[u8]| {
            hmac::sign(&hmac::Key::new(algorithm, key), content.as_bytes())
                .as_ref()
                .to_vec()
        };
        for (why, signature) in [
            (
                "the MAC of another secret",
                hmac::sign(&session_key(8), content.as_bytes())
                    .as_ref()
                    .to_vec(),
            ),
            (
                "the signature of another secret",
                access_key(8).sign(content.as_bytes()).as_ref().to_vec(),
            ),
            ("a MAC by the public key", mac(hmac::HMAC_SHA256, &public)),
            ("a MAC by the public key as it is published", {
                mac(
                    hmac::HMAC_SHA256,
                    URL_SAFE_NO_PAD.encode(&public).as_bytes(),
                )
            }),
            ("a MAC by an empty key", mac(hmac::HMAC_SHA256, b"")),
            ("a MAC by SHA-384", mac(hmac::HMAC_SHA384, &[7; 32])),
            ("a MAC by SHA-512", mac(hmac::HMAC_SHA512, &[7; 32])),
            (
                "a MAC by the secret itself",
                mac(hmac::HMAC_SHA256, &[7; 32]),
            ),
            (
                "a MAC by another use's key",
                hmac::sign(&keys.newest().flash, content.as_bytes())
                    .as_ref()
                    .to_vec(),
            ),
        ] {
            reader.refuses(why, &reader.with_signature(&signature));
        }
    }
    // The signature of the other kind, over the content of this kind.
    for (reader, foreign) in [(&session, &access), (&access, &session)] {
        let good = reader.good();
        let content = good.rsplit_once('.').expect("three parts").0.as_bytes();
        reader.refuses(
            "by the other kind",
            &reader.with_signature(&(foreign.sign)(content)),
        );
        let mixed = reader.signed(
            foreign.header.to_string().as_bytes(),
            reader.claims.to_string().as_bytes(),
        );
        reader.refuses("with the other kind's header", &mixed);
    }
}

#[test]
fn algorithm_none_is_rejected_in_every_spelling() {
    for reader in readers() {
        for alg in ["none", "None", "NONE", "nOnE", "", " none", "none\0"] {
            let mut header = reader.header.clone();
            header["alg"] = json!(alg);
            let signed = reader.signed(
                header.to_string().as_bytes(),
                reader.claims.to_string().as_bytes(),
            );
            let (content, _) = signed.rsplit_once('.').expect("three parts");
            reader.refuses("signed all the same", &signed);
            reader.refuses("without a signature", &format!("{content}."));
            reader.refuses("without the part", content);
        }
    }
}

#[test]
fn malformed_parts_are_rejected() {
    for reader in readers() {
        let good = reader.good();
        let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts")
        };
        for (why, token) in [
            ("nothing", String::new()),
            ("one dot", ".".to_owned()),
            ("two dots", "..".to_owned()),
            (
                "four dots, as of a JWE",
                format!("{header}.{claims}.{signature}.."),
            ),
            (
                "five parts",
                format!("{header}.{claims}.{signature}.{claims}.{signature}"),
            ),
            ("a part too many in front", format!("{header}.{good}")),
            ("no header", format!(".{claims}.{signature}")),
            ("no claims", format!("{header}..{signature}")),
            (
                "detached claims (RFC 7515, appendix F)",
                reader.signed_parts(header, ""),
            ),
            ("no signature", format!("{header}.{claims}.")),
            (
                "parts in another order",
                format!("{claims}.{header}.{signature}"),
            ),
            ("a scheme in front", format!("Bearer {good}")),
            ("quoted", format!("\"{good}\"")),
            ("percent-encoded dots", good.replace('.', "%2e")),
            ("another dot", good.replace('.', "\u{ff0e}")),
            ("as JSON (RFC 7515 §7.2.2)", {
                json!({"protected": header, "payload": claims, "signature": signature}).to_string()
            }),
            ("as general JSON (RFC 7515 §7.2.1)", {
                let signatures = json!([{"protected": header, "signature": signature}]);
                json!({"payload": claims, "signatures": signatures}).to_string()
            }),
        ] {
            reader.refuses(why, &token);
        }
        // Changed content is signed again, so that only its form is wrong.
        for odd in [
            "=", "==", " ", "\n", "\r\n", "\t", "\0", "%3D", "+", "/", "*", "é", "\u{feff}",
        ] {
            for (header, claims) in [
                (format!("{header}{odd}"), claims.to_owned()),
                (format!("{odd}{header}"), claims.to_owned()),
                (header.to_owned(), format!("{claims}{odd}")),
                (header.to_owned(), format!("{odd}{claims}")),
                (
                    format!("{}{odd}{}", &header[..8], &header[8..]),
                    claims.to_owned(),
                ),
            ] {
                reader.refuses(
                    "an odd character in a part",
                    &reader.signed_parts(&header, &claims),
                );
            }
            for signature in [format!("{signature}{odd}"), format!("{odd}{signature}")] {
                reader.refuses(
                    "an odd character in the signature",
                    &format!("{header}.{claims}.{signature}"),
                );
            }
        }
        // The last character holds bits that belong to no byte. Each signature must have exactly
        // one spelling.
        for last in ('A'..='Z')
            .chain('a'..='z')
            .chain('0'..='9')
            .chain(['-', '_'])
            .filter(|last| !good.ends_with(*last))
        {
            reader.refuses("stray bits", &format!("{}{last}", &good[..good.len() - 1]));
        }
    }
}

#[test]
fn header_other_than_three_strings_is_rejected() {
    for reader in readers() {
        let header = reader.header.to_string();
        let text = |name: &str| reader.header[name].as_str().expect("a text").to_owned();
        let (alg, kid, typ) = (text("alg"), text("kid"), text("typ"));
        let inside = &header[1..header.len() - 1];
        let deep = format!("{{{inside},\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
        for (why, odd) in [
            ("nothing", String::new()),
            ("null", "null".to_owned()),
            ("a number", "1".to_owned()),
            ("a text", format!("\"{alg}\"")),
            ("an array of the three", json!([alg, kid, typ]).to_string()),
            ("an array of it", format!("[{header}]")),
            ("an empty object", "{}".to_owned()),
            ("text before it", format!("x{header}")),
            ("a second one behind it", format!("{header}{header}")),
            ("text behind it", format!("{header}x")),
            ("a byte order mark", format!("\u{feff}{header}")),
            ("a comment", format!("{{/**/{inside}}}")),
            ("a comma at the end", format!("{{{inside},}}")),
            ("single quotes", header.replace('"', "'")),
            ("no end", header[..header.len() - 1].to_owned()),
            (
                "a name twice, the good one last",
                format!("{{\"alg\":\"none\",{inside}}}"),
            ),
            (
                "a name twice, the good one first",
                format!("{{{inside},\"alg\":\"none\"}}"),
            ),
            (
                "a name twice, once in escapes",
                format!("{{\"\\u0061lg\":\"none\",{inside}}}"),
            ),
            ("a fourth name", format!("{{{inside},\"x\":1}}")),
            (
                "a fourth name that the crate knows",
                format!("{{{inside},\"nonce\":\"x\"}}"),
            ),
            (
                "a fourth name that is empty",
                format!("{{{inside},\"\":1}}"),
            ),
            ("names in capitals", header.replace("alg", "ALG")),
            ("a name with a space", header.replace("\"alg\"", "\"alg \"")),
            ("deep nesting", deep),
            ("no numbers of JSON", format!("{{{inside},\"x\":NaN}}")),
            ("critical extensions", format!("{{{inside},\"crit\":[]}}")),
            (
                "claims not encoded (RFC 7797)",
                format!("{{{inside},\"b64\":false,\"crit\":[\"b64\"]}}"),
            ),
            (
                "a key of its own",
                format!("{{{inside},\"jwk\":{{\"kty\":\"oct\",\"k\":\"BwcHBw\"}}}}"),
            ),
            (
                "a place of keys",
                format!("{{{inside},\"jku\":\"{SITE}/.well-known/jwks.json\"}}"),
            ),
            ("an encryption", format!("{{{inside},\"enc\":\"A256GCM\"}}")),
            ("compressed", format!("{{{inside},\"zip\":\"DEF\"}}")),
            (
                "algorithm in small letters",
                header.replace(&alg, &alg.to_lowercase()),
            ),
            (
                "algorithm with a space",
                header.replace(&alg, &format!("{alg} ")),
            ),
            (
                "algorithm with a NUL",
                header.replace(&alg, &format!("{alg}\\u0000")),
            ),
            (
                "type in capitals",
                header.replace(&typ, &typ.to_uppercase()),
            ),
            (
                "type with its tree",
                header.replace(&typ, &format!("application/{typ}")),
            ),
            ("key id of nobody", header.replace(&kid, "AAAAAAAA")),
            ("key id that is empty", header.replace(&kid, "")),
            (
                "key id that is a path",
                header.replace(&kid, "../../../../dev/null"),
            ),
            ("key id that is SQL", header.replace(&kid, "' OR '1'='1")),
            (
                "key id as a number",
                header.replace(&format!("\"{kid}\""), "7"),
            ),
            (
                "key id as an array",
                header.replace(&format!("\"{kid}\""), &format!("[\"{kid}\"]")),
            ),
        ] {
            reader.refuses(
                why,
                &reader.signed(odd.as_bytes(), reader.claims.to_string().as_bytes()),
            );
        }
        let broken = [header.as_bytes(), b"\xff"].concat();
        reader.refuses(
            "a header that is no UTF-8",
            &reader.signed(&broken, reader.claims.to_string().as_bytes()),
        );
    }
}

#[test]
fn claims_other_than_one_object_are_rejected() {
    for reader in readers() {
        let claims = reader.claims.to_string();
        let header = reader.header.to_string();
        let inside = &claims[1..claims.len() - 1];
        let values: Vec<&Value> = reader
            .claims
            .as_object()
            .expect("an object")
            .values()
            .collect();
        for (why, odd) in [
            ("nothing", String::new()),
            ("null", "null".to_owned()),
            ("a number", "1800000000".to_owned()),
            ("a text", "\"user\"".to_owned()),
            ("an array of the values", json!(values).to_string()),
            ("an array of it", format!("[{claims}]")),
            ("an empty object", "{}".to_owned()),
            ("text behind it", format!("{claims} x")),
            ("a second one behind it", format!("{claims}{claims}")),
            ("a byte order mark", format!("\u{feff}{claims}")),
            ("a comma at the end", format!("{{{inside},}}")),
            ("no end", claims[..claims.len() - 1].to_owned()),
            ("subject twice", format!("{{\"sub\":\"admin\",{inside}}}")),
            (
                "subject twice, the other one last",
                format!("{{{inside},\"sub\":\"admin\"}}"),
            ),
            (
                "subject twice, once in escapes",
                format!("{{{inside},\"s\\u0075b\":\"admin\"}}"),
            ),
            (
                "an end beyond numbers",
                claims.replace("\"exp\":1", "\"exp\":1e400"),
            ),
            (
                "an end beyond 64 bits",
                claims.replace("\"exp\":1", "\"exp\":99999999999999999999"),
            ),
            (
                "an end with a fraction",
                claims.replace("\"exp\":1", "\"exp\":0.1"),
            ),
            (
                "an end that is negative",
                claims.replace("\"exp\":1", "\"exp\":-1"),
            ),
        ] {
            reader.refuses(why, &reader.signed(header.as_bytes(), odd.as_bytes()));
        }
        let broken = [claims.as_bytes(), b"\xc3\x28"].concat();
        reader.refuses(
            "claims that are no UTF-8",
            &reader.signed(header.as_bytes(), &broken),
        );
        let nested = reader.signed(header.as_bytes(), reader.good().as_bytes());
        reader.refuses("a token in a token", &nested);
    }
}
