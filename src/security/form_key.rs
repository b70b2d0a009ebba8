//! The key of a submitted form. The same form sent twice has the same key. No other form has it.

use aws_lc_rs::hmac::Context;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::keys::Keys;
use super::seal::{self, CannotOpen};

/// The key of a submitted form: an HMAC-SHA-512 of its content.
///
/// One half names the row of the result. The other half is stored nowhere and takes part in sealing
/// the result. So the database and the secret alone cannot open it.
#[derive(Clone)]
pub struct FormKey {
    row: String,
    seal_name: String,
}

impl FormKey {
    /// Derives the key from every part of a form's content, with the newest secret. The HMAC keeps
    /// an attacker with a copy of the database from trying passwords against the row's name.
    pub fn of<'a>(keys: &Keys, parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hmac = Context::with_key(&keys.newest().form);
        for part in parts {
            // The length keeps two parts from being read as one.
            hmac.update(&part.len().to_be_bytes());
            hmac.update(part);
        }
        let tag = hmac.sign();
        let (row, seal_name) = tag.as_ref().split_at(32);
        Self {
            row: URL_SAFE_NO_PAD.encode(row),
            // No id of a row contains a colon.
            seal_name: format!("form:{}", URL_SAFE_NO_PAD.encode(seal_name)),
        }
    }

    /// Returns the name of the row. It reveals nothing about the form.
    pub fn row(&self) -> &str {
        &self.row
    }

    pub fn seal(&self, keys: &Keys, result: &[u8]) -> Vec<u8> {
        seal::seal(keys, seal::Kind::Message, &self.seal_name, result)
    }

    pub fn open(&self, keys: &Keys, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        seal::open(keys, seal::Kind::Message, &self.seal_name, sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn keys(byte: u8) -> Keys {
        Keys::derive(&[Secret::from_random([byte; 32])]).expect("one secret")
    }

    fn key(parts: &[&str]) -> FormKey {
        FormKey::of(&keys(1), parts.iter().map(|part| part.as_bytes()))
    }

    #[test]
    fn only_the_same_parts_open_a_result() {
        let sealed = key(&["/login", "a=b"]).seal(&keys(1), b"303");
        let open = |parts: &[&str]| key(parts).open(&keys(1), &sealed).ok();
        assert_eq!(open(&["/login", "a=b"]).as_deref(), Some(&b"303"[..]));
        for other in [&["/login", "a=c"][..], &["/logina", "=b"], &["/logina=b"]] {
            assert!(open(other).is_none(), "{other:?}");
            assert_ne!(key(other).row(), key(&["/login", "a=b"]).row());
        }
    }

    #[test]
    fn row_depends_on_the_secret() {
        let row = |byte| FormKey::of(&keys(byte), [&b"x"[..]]).row().to_owned();
        assert_ne!(row(1), row(2));
    }
}
