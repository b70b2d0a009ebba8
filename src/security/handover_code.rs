//! The code of a hand-over: it takes a login from the public site to the host of an app. It is
//! sealed and not stored, so that handing it out changes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::seal::{self, Kind};

/// Longest accepted code, in bytes. The target has at most 1,024 bytes.
const MAX_BYTES: usize = 4096;
/// Keeps this code apart from codes for another purpose.
const PURPOSE: &str = "handover";

/// The content of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverCode {
    /// The id of the app.
    pub app: String,
    /// The origin that the user wants to open.
    pub origin: String,
    /// The id of the user.
    pub user: String,
    /// The public id of the session.
    pub session: String,
    /// SHA-256 of the nonce that the browser keeps at the app's host. It binds the code to the
    /// browser that began.
    pub challenge: String,
    /// The path to open, with its query.
    pub to: String,
    /// Time of expiry, in milliseconds since 1970.
    pub expires_at: i64,
}

impl HandoverCode {
    pub fn seal(&self, keys: &Keys) -> String {
        // Strings and integers always become JSON.
        let plain = serde_json::to_vec(self).expect("a code is JSON");
        URL_SAFE_NO_PAD.encode(seal::seal(keys, Kind::Code, PURPOSE, &plain))
    }

    /// Opens a code of this server, even after its expiry.
    pub fn open(keys: &Keys, code: &str) -> Option<Self> {
        if code.len() > MAX_BYTES {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(code).ok()?;
        let plain = seal::open(keys, Kind::Code, PURPOSE, &sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::Secret;

    fn keys(byte: u8) -> Keys {
        Keys::derive(&[Secret::from_random([byte; 32])]).expect("one at least")
    }

    fn code() -> HandoverCode {
        let text = |text: &str| text.to_owned();
        HandoverCode {
            app: text("wiki"),
            origin: text("https://wiki.example.org"),
            user: text("user"),
            session: text("handle"),
            challenge: text("challenge"),
            to: format!("/{}", "a".repeat(1023)),
            expires_at: 1,
        }
    }

    #[test]
    fn code_opens_with_its_secret_only() {
        let sealed = code().seal(&keys(1));
        assert_eq!(HandoverCode::open(&keys(1), &sealed), Some(code()));
        assert_eq!(HandoverCode::open(&keys(2), &sealed), None);
        assert!(sealed.len() < MAX_BYTES);
    }

    proptest! {
        #[test]
        fn changed_code_does_not_open(at: prop::sample::Index, byte in "[A-Za-z0-9_-]") {
            let sealed = code().seal(&keys(1));
            let at = at.index(sealed.len());
            let changed = format!("{}{byte}{}", &sealed[..at], &sealed[at + 1..]);
            let is_same = changed == sealed;
            prop_assert_eq!(HandoverCode::open(&keys(1), &changed).is_some(), is_same);
        }

        #[test]
        fn arbitrary_text_is_no_code(text in "\\PC{0,80}") {
            prop_assert_eq!(HandoverCode::open(&keys(1), &text), None);
        }
    }
}
