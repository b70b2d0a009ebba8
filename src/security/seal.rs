//! Encryption of values that are kept in the database or a browser and that only this program may
//! read. Each row has its own AES-256-GCM key (ASVS 11.3.2, 11.3.4). The key depends on the row's
//! id, so a sealed value cannot be moved to another row.
//!
//! Format: length of the key id (1 byte), key id, nonce (12 bytes), ciphertext and tag.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use thiserror::Error;

use super::keys::{KeySet, Keys, expand};
use super::tokens;

/// The use of a sealed value. Each has its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An email in the outbox, a secret that one page leaves for the next, or the result of a form.
    Message,
    /// The secret of an authenticator app.
    Factor,
    /// A code of a hand-over. The id is its purpose.
    Code,
}

impl Kind {
    fn key(self, keys: &KeySet) -> &[u8; 32] {
        match self {
            Self::Message => &keys.seal,
            Self::Factor => &keys.factor_seal,
            Self::Code => &keys.code_seal,
        }
    }
}

/// An error for a damaged value, or for a value of another secret or row.
#[derive(Debug, Error)]
#[error("a sealed value can't be opened with the secrets at hand")]
pub struct CannotOpen;

/// Encrypts `plain` for the row `row_id` with the newest secret.
pub fn seal(keys: &Keys, kind: Kind, row_id: &str, plain: &[u8]) -> Vec<u8> {
    let set = keys.newest();
    let nonce = tokens::random::<NONCE_LEN>();
    let mut text = plain.to_vec();
    row_key(kind.key(set), row_id)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(row_id),
            &mut text,
        )
        // AES-GCM fails only for texts above 64 GiB.
        .expect("a mail is far below the bound of AES-GCM");
    let id_length = u8::try_from(set.id.len()).expect("a key id has 8 characters");
    [&[id_length][..], set.id.as_bytes(), &nonce, &text].concat()
}

/// Opens a value that [`seal`] made for the same row, with the secret that it names.
pub fn open(keys: &Keys, kind: Kind, row_id: &str, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
    let (id_length, rest) = sealed.split_first().ok_or(CannotOpen)?;
    let (id, rest) = rest
        .split_at_checked(usize::from(*id_length))
        .ok_or(CannotOpen)?;
    let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or(CannotOpen)?;
    let set = str::from_utf8(id)
        .ok()
        .and_then(|id| keys.by_id(id))
        .ok_or(CannotOpen)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CannotOpen)?;
    let mut text = text.to_vec();
    let plain = row_key(kind.key(set), row_id)
        .open_in_place(nonce, Aad::from(row_id), &mut text)
        .map_err(|_| CannotOpen)?;
    Ok(plain.to_vec())
}

fn row_key(key: &[u8; 32], row_id: &str) -> LessSafeKey {
    let key: [u8; 32] = expand(key, &[b"row:", row_id.as_bytes()]);
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("AES-256 takes 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn keys(bytes: &[u8]) -> Keys {
        let secrets: Vec<Secret> = bytes
            .iter()
            .map(|byte| Secret::from_random([*byte; 32]))
            .collect();
        Keys::derive(&secrets).expect("one at least")
    }

    #[test]
    fn sealed_value_opens_only_in_its_row() {
        let sealed = seal(&keys(&[1]), Kind::Message, "row", b"a link");
        assert!(!sealed.windows(6).any(|window| window == b"a link"));
        assert_eq!(
            open(&keys(&[1]), Kind::Message, "row", &sealed).expect("opens"),
            b"a link"
        );
        assert!(open(&keys(&[1]), Kind::Message, "other row", &sealed).is_err());
        assert!(open(&keys(&[2]), Kind::Message, "row", &sealed).is_err());
        assert!(open(&keys(&[1]), Kind::Factor, "row", &sealed).is_err());
        assert!(open(&keys(&[1]), Kind::Code, "row", &sealed).is_err());
    }

    #[test]
    fn an_older_secret_still_opens() {
        let sealed = seal(&keys(&[1]), Kind::Message, "row", b"a link");
        assert_eq!(
            open(&keys(&[2, 1]), Kind::Message, "row", &sealed).expect("opens"),
            b"a link"
        );
    }

    #[test]
    fn no_byte_can_be_changed_or_left_out() {
        let sealed = seal(&keys(&[1]), Kind::Message, "row", b"a link");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(
                open(&keys(&[1]), Kind::Message, "row", &changed).is_err(),
                "byte {at}"
            );
            assert!(
                open(&keys(&[1]), Kind::Message, "row", &sealed[..at]).is_err(),
                "cut at {at}"
            );
        }
    }
}
