//! Random ids and secrets, and the hashes that the database stores in place of secrets. Only this
//! module makes random values.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::values::{
    DeviceHash, DeviceId, ProgramSecret, ProgramSecretHash, ProgramSecretKind, RANDOM_CHARS,
    RecoveryCode, RecoveryCodeHash, SessionId, SessionIdHash, Token, TokenHash,
};

/// Returns bytes from a generator that the operating system seeds (ASVS 11.5.1).
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that makes randomness"
)]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // aws-lc seeds its generator before the first use and aborts if it cannot. `fill` has no other
    // failure.
    aws_lc_rs::rand::fill(&mut bytes).expect("the generator was seeded at start");
    bytes
}

/// Returns an id of 128 random bits, for rows whose id is not a secret.
pub fn random_id() -> String {
    URL_SAFE_NO_PAD.encode(random::<16>())
}

/// Returns the secret of a new link, with 256 random bits.
pub fn new_token() -> Token {
    Token::parse(&URL_SAFE_NO_PAD.encode(random::<32>()))
        .expect("32 bytes are 43 characters of base64url")
}

/// Returns the id of a new session, with 256 random bits (ASVS 7.2.3 requires 128).
pub fn new_session_id() -> SessionId {
    SessionId(URL_SAFE_NO_PAD.encode(random::<32>()))
}

/// Returns a new secret for programs, with 256 random bits.
pub fn new_program_secret(kind: ProgramSecretKind) -> ProgramSecret {
    let mut digits = [0; RANDOM_CHARS];
    let mut found = 0;
    while found < digits.len() {
        // 248 is four times 62. Bytes from 248 on would make some characters more likely.
        for byte in random::<64>().into_iter().filter(|byte| *byte < 248) {
            if let Some(digit) = digits.get_mut(found) {
                *digit = byte % 62;
                found += 1;
            }
        }
    }
    ProgramSecret::new(kind, digits)
}

/// Returns a new recovery code, with 125 random bits.
pub fn new_recovery_code() -> RecoveryCode {
    RecoveryCode::new(random())
}

/// Hashes a recovery code for the database. Like that of a link, it needs no slow hash (ASVS 6.5.2
/// asks for one below 112 bits).
pub fn hash_recovery_code(code: &RecoveryCode) -> RecoveryCodeHash {
    RecoveryCodeHash(sha256_base64url(code.expose()))
}

/// Returns the id of a browser without a device cookie, with 128 random bits.
pub fn new_device_id() -> DeviceId {
    DeviceId(random_id())
}

pub fn hash_device_id(id: &DeviceId) -> DeviceHash {
    DeviceHash(sha256_base64url(&id.0))
}

/// Hashes a token for the database. A plain hash is enough, because 256 random bits cannot be found
/// by trying.
pub fn hash_token(token: &Token) -> TokenHash {
    TokenHash(sha256_base64url(token.expose()))
}

pub fn hash_session_id(id: &SessionId) -> SessionIdHash {
    SessionIdHash(sha256_base64url(&id.0))
}

pub fn hash_program_secret(secret: &ProgramSecret) -> ProgramSecretHash {
    ProgramSecretHash(sha256_base64url(secret.expose()))
}

/// Hashes a secret that travels through a browser: a code of a hand-over, or the nonce that it is
/// bound to (RFC 7636 §4.2).
pub fn hash_text(text: &str) -> String {
    sha256_base64url(text)
}

fn sha256_base64url(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}
