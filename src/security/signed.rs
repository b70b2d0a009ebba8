//! Short values that travel through the browser and must come back unchanged: signed, not secret.
//! Form: base64url(content) `.` base64url(HMAC-SHA-256).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::keys::Keys;

/// Signs `content` for the flash cookie with the newest secret.
pub fn sign(keys: &Keys, content: &[u8]) -> String {
    let tag = hmac::sign(&keys.newest().flash, content);
    format!("{}.{}", URL_SAFE_NO_PAD.encode(content), URL_SAFE_NO_PAD.encode(tag))
}

/// The content, if one of our secrets signed it. The comparison takes the same time wherever it fails.
pub fn verify(keys: &Keys, signed: &str) -> Option<Vec<u8>> {
    let (content, tag) = signed.split_once('.')?;
    let content = URL_SAFE_NO_PAD.decode(content).ok()?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    keys.all().any(|set| hmac::verify(&set.flash, &content, &tag).is_ok()).then_some(content)
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
        fn what_was_signed_comes_back_and_nothing_else_does(
            content: Vec<u8>, other: Vec<u8>, at: prop::sample::Index, junk in "\\PC{0,80}",
        ) {
            let signed = sign(&keys(1), &content);
            prop_assert_eq!(verify(&keys(1), &signed), Some(content.clone()));
            prop_assert_eq!(verify(&keys(2), &signed), None);
            prop_assert_eq!(verify(&keys(1), &junk), None);
            let tag = signed.split_once('.').expect("two parts").1;
            let forged = format!("{}.{tag}", URL_SAFE_NO_PAD.encode(&other));
            prop_assert_eq!(verify(&keys(1), &forged).is_some(), other == content);
            let mut mutated = signed.clone().into_bytes();
            let at = at.index(mutated.len());
            mutated[at] = if mutated[at] == b'x' { b'y' } else { b'x' };
            let mutated = String::from_utf8(mutated).expect("ASCII");
            prop_assert_eq!(verify(&keys(1), &mutated), None);
        }
    }
}
