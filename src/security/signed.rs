//! Signed values that travel through the browser and must come back unchanged. They are not secret.
//! The format is base64url(content) `.` base64url(HMAC-SHA-256).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::keys::{KeySet, Keys};

/// The cookie that a value is for. Each cookie has its own key, so that a value of one cannot pass
/// for another (RFC 8725 §3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message from one page to the next.
    Flash,
    /// The device id of a browser.
    Device,
    /// The pending sign-up of a browser, and its email address.
    SignUp,
}

impl Kind {
    fn key(self, keys: &KeySet) -> &hmac::Key {
        match self {
            Self::Flash => &keys.flash,
            Self::Device => &keys.device,
            Self::SignUp => &keys.sign_up,
        }
    }
}

/// Returns `content` with a signature by the newest secret.
pub fn sign(keys: &Keys, kind: Kind, content: &[u8]) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(content),
        tag(keys, kind, content)
    )
}

/// Returns the content if one of the server's secrets signed it. Compares in constant time.
pub fn verify(keys: &Keys, kind: Kind, signed: &str) -> Option<Vec<u8>> {
    let (content, tag) = signed.split_once('.')?;
    let content = URL_SAFE_NO_PAD.decode(content).ok()?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    keys.all()
        .any(|set| hmac::verify(kind.key(set), &content, &tag).is_ok())
        .then_some(content)
}

/// Returns the signature alone, for content that the browser need not have.
pub fn tag(keys: &Keys, kind: Kind, content: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(kind.key(keys.newest()), content))
}

/// Returns true if one of the server's secrets made this signature of `content`.
pub fn is_tag(keys: &Keys, kind: Kind, content: &[u8], tag: &str) -> bool {
    let Ok(tag) = URL_SAFE_NO_PAD.decode(tag) else {
        return false;
    };
    keys.all()
        .any(|set| hmac::verify(kind.key(set), content, &tag).is_ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::Secret;

    fn keys(byte: u8) -> Keys {
        Keys::derive(&[Secret::from_random([byte; 32])]).expect("one at least")
    }

    proptest! {
        #[test]
        fn only_signed_values_verify(
            content: Vec<u8>, other: Vec<u8>, at: prop::sample::Index, junk in "\\PC{0,80}",
        ) {
            let signed = sign(&keys(1), Kind::Flash, &content);
            prop_assert_eq!(verify(&keys(1), Kind::Flash, &signed), Some(content.clone()));
            prop_assert_eq!(verify(&keys(2), Kind::Flash, &signed), None);
            prop_assert_eq!(verify(&keys(1), Kind::Device, &signed), None);
            prop_assert_eq!(verify(&keys(1), Kind::Flash, &junk), None);
            let tag = signed.split_once('.').expect("two parts").1;
            let forged = format!("{}.{tag}", URL_SAFE_NO_PAD.encode(&other));
            prop_assert_eq!(verify(&keys(1), Kind::Flash, &forged).is_some(), other == content);
            let mut mutated = signed.clone().into_bytes();
            let at = at.index(mutated.len());
            mutated[at] = if mutated[at] == b'x' { b'y' } else { b'x' };
            let mutated = String::from_utf8(mutated).expect("ASCII");
            prop_assert_eq!(verify(&keys(1), Kind::Flash, &mutated), None);
        }
    }
}
