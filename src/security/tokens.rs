//! Random ids and secrets, and the hash that the database keeps of a secret. The one place that makes randomness.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::values::{
    DeviceHash, DeviceId, ProgramSecret, ProgramSecretHash, ProgramSecretKind, RANDOM_CHARS, SessionId, SessionIdHash,
    Token, TokenHash,
};

/// Bytes from the operating system's generator (ASVS 11.5.1).
#[expect(clippy::disallowed_methods, reason = "the one place that makes randomness")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // aws-lc seeds itself from the system before it is first used and aborts if it can't; `fill` has no other failure.
    aws_lc_rs::rand::fill(&mut bytes).expect("the generator was seeded at start");
    bytes
}

/// An id of 128 random bits, for rows that are no secret.
pub fn random_id() -> String {
    URL_SAFE_NO_PAD.encode(random::<16>())
}

/// The secret of a new link: 256 random bits.
pub fn new_token() -> Token {
    Token::parse(&URL_SAFE_NO_PAD.encode(random::<32>())).expect("32 bytes are 43 characters of base64url")
}

/// The id of a new session: 256 random bits (ASVS 7.2.3 asks for 128).
pub fn new_session_id() -> SessionId {
    SessionId(URL_SAFE_NO_PAD.encode(random::<32>()))
}

/// A new secret for a program: 256 random bits.
pub fn new_program_secret(kind: ProgramSecretKind) -> ProgramSecret {
    let mut digits = [0; RANDOM_CHARS];
    let mut found = 0;
    while found < digits.len() {
        // Of 256 values, 248 are four times 62: the others would make some characters likelier.
        for byte in random::<64>().into_iter().filter(|byte| *byte < 248) {
            if let Some(digit) = digits.get_mut(found) {
                *digit = byte % 62;
                found += 1;
            }
        }
    }
    ProgramSecret::new(kind, digits)
}

/// The id of a browser that has not been here: 128 random bits.
pub fn new_device_id() -> DeviceId {
    DeviceId(random_id())
}

/// What the database keeps of a browser.
pub fn hash_device_id(id: &DeviceId) -> DeviceHash {
    DeviceHash(sha256_base64url(&id.0))
}

/// What the database keeps of a link. A plain hash will do: 256 random bits can't be guessed.
pub fn hash_token(token: &Token) -> TokenHash {
    TokenHash(sha256_base64url(token.expose()))
}

/// What the database keeps of a session.
pub fn hash_session_id(id: &SessionId) -> SessionIdHash {
    SessionIdHash(sha256_base64url(&id.0))
}

/// What the database keeps of a program's secret.
pub fn hash_program_secret(secret: &ProgramSecret) -> ProgramSecretHash {
    ProgramSecretHash(sha256_base64url(secret.expose()))
}

/// A digest of a text that nobody can try texts against who does not know the key (HMAC-SHA-256).
pub fn keyed_digest(key: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, text.as_bytes()))
}

/// Whether `stored` is this hash. It takes the same time wherever they differ (ASVS 11.2.4).
pub fn is_hash(hash: &ProgramSecretHash, stored: &str) -> bool {
    verify_slices_are_equal(hash.0.as_bytes(), stored.as_bytes()).is_ok()
}

fn sha256_base64url(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}
