//! Refresh tokens, which a client exchanges for the next access token. A token is derived from the
//! session id and the number of the exchange with a server key. It is never stored, so concurrent
//! requests get the same next token. A client that has one token cannot make the next (RFC 9700
//! §4.14.2).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::keys::Keys;
use crate::values::{SessionId, UserId};

/// Lets secret scanners recognise a refresh token.
const PREFIX: &str = "vsr_";
/// Longer tokens are rejected before they are decoded. Vestibule's own have about 100 bytes.
const MAX_BYTES: usize = 256;

/// The content of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub user: UserId,
    /// The database stores only its hash.
    pub session: SessionId,
    /// Number of exchanges that came before this token.
    pub generation: i64,
}

impl RefreshToken {
    /// Returns the text `vsr_` user `.` session `.` generation `.` base64url(HMAC-SHA-256).
    pub fn issue(&self, keys: &Keys) -> String {
        let content = format!(
            "{PREFIX}{}.{}.{}",
            self.user.0, self.session.0, self.generation
        );
        let tag = hmac::sign(&keys.newest().refresh, content.as_bytes());
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// Parses a token. Returns `None` if none of the server's secrets signed it.
    pub fn verify(keys: &Keys, token: &str) -> Option<Self> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let (content, tag) = token.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        if !keys
            .all()
            .any(|set| hmac::verify(&set.refresh, content.as_bytes(), &tag).is_ok())
        {
            return None;
        }
        // The server made this content. It has three parts, and none contains a dot.
        let mut parts = content.strip_prefix(PREFIX)?.split('.');
        Some(Self {
            user: UserId(parts.next()?.to_owned()),
            session: SessionId(parts.next()?.to_owned()),
            generation: parts.next()?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::Secret;
    use crate::security::tokens;

    fn keys(bytes: &[u8]) -> Keys {
        let secrets: Vec<Secret> = bytes
            .iter()
            .map(|byte| Secret::from_random([*byte; 32]))
            .collect();
        Keys::derive(&secrets).expect("one at least")
    }

    #[test]
    fn equal_exchanges_give_equal_tokens_others_differ() {
        let session = tokens::new_session_id();
        let user = UserId("user".to_owned());
        let of = |generation| RefreshToken {
            user: user.clone(),
            session: session.clone(),
            generation,
        };
        assert_eq!(of(1).issue(&keys(&[1])), of(1).issue(&keys(&[1])));
        assert_ne!(of(1).issue(&keys(&[1])), of(2).issue(&keys(&[1])));
        assert_ne!(of(1).issue(&keys(&[1])), of(1).issue(&keys(&[2])));
        let before_rotation = of(7).issue(&keys(&[1]));
        assert_eq!(
            RefreshToken::verify(&keys(&[2, 1]), &before_rotation),
            Some(of(7))
        );
        assert_eq!(RefreshToken::verify(&keys(&[2]), &before_rotation), None);
    }

    proptest! {
        #[test]
        fn other_tokens_are_rejected(
            generation in 0_i64..,
            at: prop::sample::Index,
            junk in "\\PC{0,120}",
        ) {
            let user = UserId(tokens::random_id());
            let token = RefreshToken { user, session: tokens::new_session_id(), generation };
            let good = token.issue(&keys(&[1]));
            prop_assert_eq!(RefreshToken::verify(&keys(&[1]), &good), Some(token));
            prop_assert_eq!(RefreshToken::verify(&keys(&[1]), &junk), None);
            let mut mutated = good.into_bytes();
            let at = at.index(mutated.len());
            mutated[at] = if mutated[at] == b'x' { b'y' } else { b'x' };
            let mutated = String::from_utf8(mutated).expect("ASCII");
            prop_assert_eq!(RefreshToken::verify(&keys(&[1]), &mutated), None);
        }
    }
}
