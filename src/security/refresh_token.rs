//! Refresh tokens: what a program exchanges for the next access token. Each is made from the session's id and the number of
//! the exchange, under a key of ours: the next one is derived and never stored, so that requests side by side get the same,
//! and who holds one can't make the next (RFC 9700 §4.14.2).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::keys::Keys;
use crate::values::{SessionId, UserId};

/// So that scanners of secrets recognise one.
const PREFIX: &str = "vsr_";
/// Ours have some 100 bytes.
const MAX_BYTES: usize = 256;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// Whose session it is.
    pub user: UserId,
    /// The session's id; the database has its hash.
    pub session: SessionId,
    /// How many exchanges came before it.
    pub generation: i64,
}

impl RefreshToken {
    /// As the program gets it: `vsr_` user `.` session `.` generation `.` base64url(HMAC-SHA-256).
    pub fn issue(&self, keys: &Keys) -> String {
        let content = format!("{PREFIX}{}.{}.{}", self.user.0, self.session.0, self.generation);
        let tag = hmac::sign(&keys.newest().refresh, content.as_bytes());
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// Reads one; `None` if none of our secrets made it.
    pub fn verify(keys: &Keys, token: &str) -> Option<Self> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let (content, tag) = token.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        if !keys.all().any(|set| hmac::verify(&set.refresh, content.as_bytes(), &tag).is_ok()) {
            return None;
        }
        // Of our making from here on: three parts, none of which has a dot.
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
        let secrets: Vec<Secret> = bytes.iter().map(|byte| Secret::from_random([*byte; 32])).collect();
        Keys::derive(&secrets).expect("one at least")
    }

    #[test]
    fn the_same_exchange_gives_the_same_token_and_another_one_another() {
        let session = tokens::new_session_id();
        let user = UserId("user".to_owned());
        let of = |generation| RefreshToken { user: user.clone(), session: session.clone(), generation };
        assert_eq!(of(1).issue(&keys(&[1])), of(1).issue(&keys(&[1])));
        assert_ne!(of(1).issue(&keys(&[1])), of(2).issue(&keys(&[1])));
        assert_ne!(of(1).issue(&keys(&[1])), of(1).issue(&keys(&[2])));
        let before_rotation = of(7).issue(&keys(&[1]));
        assert_eq!(RefreshToken::verify(&keys(&[2, 1]), &before_rotation), Some(of(7)));
        assert_eq!(RefreshToken::verify(&keys(&[2]), &before_rotation), None);
    }

    proptest! {
        #[test]
        fn no_other_token_is_taken(generation in 0_i64.., at: prop::sample::Index, junk in "\\PC{0,120}") {
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
