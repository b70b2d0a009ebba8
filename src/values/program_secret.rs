//! Secrets with a prefix and a checksum: API tokens, client secrets and pending logins. The prefix
//! tells the kind, and the checksum detects incomplete copies. So secret scanners can recognise
//! them offline.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

use super::text_column;

/// 43 characters from an alphabet of 62 hold 256 bits.
pub const RANDOM_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;
const PREFIX_CHARS: usize = 4;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramSecretKind {
    /// An API token, which acts for a user.
    PersonalToken,
    /// The secret of an OAuth client that introspects tokens.
    Client,
    /// A login that waits for the second step.
    PendingLogin,
}

/// A secret in plain text. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ProgramSecret(String);

/// The hash of a [`ProgramSecret`], which the database stores.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct ProgramSecretHash(pub String);

text_column!(ProgramSecretHash);

impl ProgramSecretKind {
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::PersonalToken => "vst_",
            Self::Client => "vsc_",
            Self::PendingLogin => "vsl_",
        }
    }
}

impl ProgramSecret {
    /// Makes a secret from random numbers below 62.
    pub fn new(kind: ProgramSecretKind, random: [u8; RANDOM_CHARS]) -> Self {
        let mut text = kind.prefix().to_owned();
        text.extend(
            random
                .into_iter()
                .map(|digit| char::from(ALPHABET[usize::from(digit) % ALPHABET.len()])),
        );
        text.push_str(&checksum(&text));
        Self(text)
    }

    /// Parses a secret that a client sent. Returns `None` if prefix, length, alphabet or checksum
    /// is wrong.
    pub fn parse(kind: ProgramSecretKind, text: &str) -> Option<Self> {
        let well_formed = text.len() == PREFIX_CHARS + RANDOM_CHARS + CHECKSUM_CHARS
            && text.is_ascii()
            && text.starts_with(kind.prefix())
            && text[PREFIX_CHARS..]
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric());
        let (content, sum) = text.split_at_checked(PREFIX_CHARS + RANDOM_CHARS)?;
        (well_formed && checksum(content) == sum).then(|| Self(text.to_owned()))
    }

    /// Returns the secret. Use it only for hashing and for showing it once.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Returns the CRC-32 in base 62, most significant digit first.
fn checksum(content: &str) -> String {
    let mut rest = crc32fast::hash(content.as_bytes());
    let mut digits = [0; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

impl fmt::Debug for ProgramSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProgramSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ProgramSecretKind::{Client, PersonalToken};
    use super::*;

    #[test]
    fn secret_has_the_documented_form() {
        // The checksum was computed independently, with Python's zlib.
        let secret = ProgramSecret::new(PersonalToken, [10; RANDOM_CHARS]);
        assert_eq!(
            secret.expose(),
            format!("vst_{}{}", "A".repeat(43), KNOWN_CHECKSUM)
        );
        assert_eq!(format!("{secret:?}"), "ProgramSecret(…)");
    }

    const KNOWN_CHECKSUM: &str = "3l0iog";

    proptest! {
        #[test]
        fn copying_error_and_wrong_kind_are_rejected(
            random in prop::array::uniform32(0_u8..62),
            at: prop::sample::Index,
            junk in "\\PC{0,60}",
        ) {
            let mut digits = [7; RANDOM_CHARS];
            digits[..32].copy_from_slice(&random);
            let secret = ProgramSecret::new(PersonalToken, digits);
            let text = secret.expose();
            prop_assert_eq!(ProgramSecret::parse(PersonalToken, text), Some(secret.clone()));
            prop_assert_eq!(ProgramSecret::parse(Client, text), None);
            prop_assert_eq!(ProgramSecret::parse(PersonalToken, &junk), None);
            prop_assert_eq!(ProgramSecret::parse(PersonalToken, &text[1..]), None);
            let mut mutated = text.to_owned().into_bytes();
            let at = at.index(mutated.len());
            mutated[at] = if mutated[at] == b'x' { b'y' } else { b'x' };
            let mutated = str::from_utf8(&mutated).expect("ASCII");
            prop_assert_eq!(ProgramSecret::parse(PersonalToken, mutated), None);
        }
    }
}
