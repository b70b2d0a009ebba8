//! All keys of the program, derived from the operator's secrets. HKDF-SHA-256 derives one key per
//! use, each with its own label (ASVS 11.6.1). The newest secret signs and seals. All secrets
//! verify and open, so the operator rotates by putting a new secret first. The database stores no
//! keys.

use std::fmt;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::jwt::JwtKey;
use crate::config::Secret;
use crate::values::DeviceId;

/// Separates Vestibule's keys from those of another program that has the same secret.
const SALT: &[u8] = b"vestibule/v1";

/// The keys of all secrets, newest first. There is at least one secret.
#[derive(Debug)]
pub struct Keys {
    newest: KeySet,
    older: Vec<KeySet>,
}

/// The keys of one secret.
pub struct KeySet {
    /// Names the secret in published keys, access tokens and sealed rows. Reveals nothing about it.
    pub id: String,
    /// Names the secret in session tokens. Differs from `id`, so that a session token does not name
    /// a published key.
    pub session_key_id: String,
    /// Stored in the database, so that a start with another secret is detected.
    pub fingerprint: String,
    pub(super) session: JwtKey,
    pub(super) app_session: JwtKey,
    pub(super) seal: [u8; 32],
    pub(super) factor_seal: [u8; 32],
    pub(super) code_seal: [u8; 32],
    pub(super) flash: hmac::Key,
    pub(super) device: hmac::Key,
    pub(super) sign_up: hmac::Key,
    pub(super) form: hmac::Key,
    pub(super) log: hmac::Key,
    pub(super) counter: hmac::Key,
    pub(super) refresh: hmac::Key,
    pub(super) passkey_challenge: hmac::Key,
    pub(super) access: JwtKey,
}

impl Keys {
    /// Derives the keys. Returns `None` without a secret.
    pub fn derive(secrets: &[Secret]) -> Option<Self> {
        let mut sets = secrets.iter().map(KeySet::derive);
        Some(Self {
            newest: sets.next()?,
            older: sets.collect(),
        })
    }

    /// Returns the keys that sign and seal.
    pub fn newest(&self) -> &KeySet {
        &self.newest
    }

    /// Returns the keys that verify and open, newest first.
    pub fn all(&self) -> impl Iterator<Item = &KeySet> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// Returns the keys of the secret that an access token or a sealed row names.
    pub fn by_id(&self, id: &str) -> Option<&KeySet> {
        self.all().find(|set| set.id == id)
    }

    /// Returns the keys of the secret that a session token names. Older tokens name it by `id`.
    pub fn by_session_key_id(&self, id: &str) -> Option<&KeySet> {
        self.all()
            .find(|set| set.session_key_id == id || set.id == id)
    }

    /// Returns a pseudonym of an email address for the log. It is the same for each address until a
    /// rotation. Without the key, it reveals nothing about the address (ASVS 16.2.5).
    pub fn log_name(&self, email_key: &str) -> String {
        URL_SAFE_NO_PAD.encode(&hmac::sign(&self.newest.log, email_key.as_bytes()).as_ref()[..9])
    }

    /// Returns the device id of an API client, which has no device cookie. The id depends on the IP
    /// address and the `User-Agent`.
    pub fn device_of_program(&self, address: &str, user_agent: &str) -> DeviceId {
        let name = hmac::sign(
            &self.newest.device,
            format!("program\n{address}\n{user_agent}").as_bytes(),
        );
        DeviceId(URL_SAFE_NO_PAD.encode(&name.as_ref()[..16]))
    }

    /// Returns the key under which a rate limit counts `subject`, such as an email address. After a
    /// rotation, counting starts again.
    pub fn counter_key(&self, limit: &str, subject: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(
            &self.newest.counter,
            format!("{limit}:{subject}").as_bytes(),
        ))
    }
}

impl KeySet {
    fn derive(secret: &Secret) -> Self {
        Self {
            id: URL_SAFE_NO_PAD.encode(derive::<6>(secret, b"key-id")),
            session_key_id: URL_SAFE_NO_PAD.encode(derive::<6>(secret, b"session-key-id")),
            fingerprint: URL_SAFE_NO_PAD.encode(derive::<16>(secret, b"fingerprint")),
            session: JwtKey::hmac(&derive::<32>(secret, b"session-jwt-hs256")),
            app_session: JwtKey::hmac(&derive::<32>(secret, b"app-session-hs256")),
            seal: derive(secret, b"outbox-seal"),
            factor_seal: derive(secret, b"factor-seal"),
            code_seal: derive(secret, b"code-seal"),
            flash: hmac::Key::new(hmac::HMAC_SHA256, &derive::<32>(secret, b"flash-cookie")),
            device: hmac::Key::new(hmac::HMAC_SHA256, &derive::<32>(secret, b"device-cookie")),
            sign_up: hmac::Key::new(hmac::HMAC_SHA256, &derive::<32>(secret, b"sign-up-cookie")),
            form: hmac::Key::new(hmac::HMAC_SHA512, &derive::<32>(secret, b"form-result")),
            log: hmac::Key::new(hmac::HMAC_SHA256, &derive::<32>(secret, b"log-name")),
            counter: hmac::Key::new(hmac::HMAC_SHA256, &derive::<32>(secret, b"throttle")),
            refresh: hmac::Key::new(hmac::HMAC_SHA256, &derive::<32>(secret, b"refresh-token")),
            passkey_challenge: hmac::Key::new(
                hmac::HMAC_SHA256,
                &derive::<32>(secret, b"passkey-challenge"),
            ),
            access: JwtKey::ed25519(&derive(secret, b"access-token-ed25519")),
        }
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet({})", self.id)
    }
}

fn derive<const N: usize>(secret: &Secret, label: &[u8]) -> [u8; N] {
    expand(secret.expose(), &[label])
}

/// Derives `N` bytes from `input` with HKDF, bound to `info`.
pub(super) fn expand<const N: usize>(input: &[u8], info: &[&[u8]]) -> [u8; N] {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut key = [0; N];
    Salt::new(HKDF_SHA256, SALT)
        .extract(input)
        .expand(info, Length(N))
        .and_then(|okm| okm.fill(&mut key))
        // HKDF fails only above 255 blocks of the hash (RFC 5869 §2.3). No key here is longer than
        // one block.
        .expect("32 bytes are within HKDF's bound");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secrets: &str) -> Keys {
        Keys::derive(&Secret::parse_all(secrets).expect("secrets parse")).expect("one at least")
    }

    const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const B: &str = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA";

    #[test]
    fn keys_of_a_secret_never_change() {
        // Fixed vectors, so that a refactoring cannot log all users out. Computed independently,
        // with Python's hmac and hashlib.
        let keys = keys(A);
        assert_eq!(keys.newest.id, FIXED_ID);
        assert_eq!(keys.newest.fingerprint, FIXED_FINGERPRINT);
        assert_eq!(URL_SAFE_NO_PAD.encode(keys.newest.seal), FIXED_SEAL);
    }

    const FIXED_ID: &str = "wUWEvTWN";
    const FIXED_FINGERPRINT: &str = "QS-T2uwn4ZqjlUoa6PeoqA";
    const FIXED_SEAL: &str = "YchZ6IJQsIwhrvmKuvueAxwnaLFfEsStQG6xeOU1Za4";

    #[test]
    fn each_use_and_secret_has_its_own_key() {
        let secret = Secret::from_random([7; 32]);
        let labels: [&[u8]; 16] = [
            b"session-jwt-hs256",
            b"app-session-hs256",
            b"access-token-ed25519",
            b"refresh-token",
            b"passkey-challenge",
            b"outbox-seal",
            b"factor-seal",
            b"code-seal",
            b"flash-cookie",
            b"device-cookie",
            b"sign-up-cookie",
            b"form-result",
            b"session-key-id",
            b"log-name",
            b"throttle",
            b"fingerprint",
        ];
        let derived: std::collections::HashSet<[u8; 32]> =
            labels.iter().map(|label| derive(&secret, label)).collect();
        assert_eq!(derived.len(), labels.len());
        assert_ne!(keys(A).newest.seal, keys(B).newest.seal);
    }

    #[test]
    fn newest_secret_is_first_and_all_work() {
        let both = keys(&format!("{B},{A}"));
        assert_eq!(both.newest().id, keys(B).newest.id);
        assert!(both.by_id(&keys(A).newest.id).is_some());
        assert!(keys(A).by_id(&keys(B).newest.id).is_none());
    }
}
