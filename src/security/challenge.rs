//! Challenges for passkeys. The server stores no challenge before it is used: a MAC proves that the
//! server made it, for which purpose and for which subject.
//!
//! Format: nonce (16 bytes), expiry in milliseconds since 1970 (8 bytes, big-endian), and the first
//! 16 bytes of HMAC-SHA-256 over purpose (1 byte), subject, nonce and expiry. Only the subject
//! varies in length, so no two inputs of the MAC are the same bytes.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::keys::Keys;
use super::tokens;
use crate::clock::Timestamp;

const NONCE_BYTES: usize = 16;
const EXPIRY_BYTES: usize = 8;
const MAC_BYTES: usize = 16;

/// The use of a challenge, with the subject that it is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// A login with a passkey alone. It has no subject, because the page is the same for every
    /// visitor.
    Login,
    /// The second step of the pending login whose id has this hash.
    SecondStep(&'a str),
    /// A new passkey, in the session with this handle.
    Enrol(&'a str),
    /// Reauthentication, in the session with this handle.
    Reauthenticate(&'a str),
}

/// A challenge that the server made for this purpose and subject, and that has not expired.
#[derive(Clone, Debug)]
pub struct VerifiedChallenge {
    bytes: Vec<u8>,
    /// After this time, the record of its use can be deleted.
    pub expires_at: Timestamp,
}

impl<'a> Purpose<'a> {
    const fn byte(self) -> u8 {
        match self {
            Self::Login => 1,
            Self::SecondStep(_) => 2,
            Self::Enrol(_) => 3,
            Self::Reauthenticate(_) => 4,
        }
    }

    const fn subject(self) -> &'a str {
        match self {
            Self::Login => "",
            Self::SecondStep(subject) | Self::Enrol(subject) | Self::Reauthenticate(subject) => {
                subject
            }
        }
    }

    const fn lifetime(self) -> Duration {
        match self {
            // The page waits in an open tab until the user chooses a passkey from autofill.
            Self::Login => Duration::from_hours(1),
            Self::SecondStep(_) | Self::Enrol(_) | Self::Reauthenticate(_) => {
                Duration::from_mins(10)
            }
        }
    }
}

/// Returns a new challenge in base64url, signed with the newest secret.
pub fn create(keys: &Keys, purpose: Purpose<'_>, now: Timestamp) -> String {
    let nonce = tokens::random::<NONCE_BYTES>();
    let expiry = (now + purpose.lifetime()).millis().to_be_bytes();
    let mac = mac(&keys.newest().passkey_challenge, purpose, nonce, expiry);
    URL_SAFE_NO_PAD.encode([&nonce[..], &expiry, &mac].concat())
}

/// Verifies a challenge with all secrets. Compares in constant time. The expiry is read after the
/// MAC was verified.
pub fn verify(
    keys: &Keys,
    purpose: Purpose<'_>,
    challenge: &[u8],
    now: Timestamp,
) -> Option<VerifiedChallenge> {
    let (nonce, rest) = challenge.split_first_chunk::<NONCE_BYTES>()?;
    let (expiry, presented) = rest.split_first_chunk::<EXPIRY_BYTES>()?;
    // A comparison of slices of different lengths fails, so no byte is left over.
    let is_ours = keys.all().any(|set| {
        let expected = mac(&set.passkey_challenge, purpose, *nonce, *expiry);
        verify_slices_are_equal(&expected, presented).is_ok()
    });
    let expires_at = Timestamp::from_millis(i64::from_be_bytes(*expiry));
    (is_ours && now < expires_at).then(|| VerifiedChallenge {
        bytes: challenge.to_vec(),
        expires_at,
    })
}

fn mac(
    key: &hmac::Key,
    purpose: Purpose<'_>,
    nonce: [u8; NONCE_BYTES],
    expiry: [u8; EXPIRY_BYTES],
) -> [u8; MAC_BYTES] {
    let mut context = hmac::Context::with_key(key);
    context.update(&[purpose.byte()]);
    context.update(purpose.subject().as_bytes());
    context.update(&nonce);
    context.update(&expiry);
    let tag = context.sign();
    *tag.as_ref()
        .first_chunk()
        .expect("HMAC-SHA-256 has 32 bytes")
}

impl VerifiedChallenge {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the SHA-256 in base64url, under which the use of the challenge is recorded.
    pub fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.bytes))
    }
}

#[cfg(test)]
impl VerifiedChallenge {
    /// Returns a challenge that a test vector contains.
    pub(super) fn of_vector(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.to_vec(),
            expires_at: Timestamp::MAX,
        }
    }
}

#[cfg(test)]
#[path = "challenge_tests.rs"]
mod tests;
