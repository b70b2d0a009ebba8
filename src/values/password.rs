//! Passwords as typed, normalised and limited in length. `accounts::authentication::passwords`
//! judges their strength.

use std::error::Error;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 256;
/// Longer input is rejected before normalisation, because NFC takes time.
const MAX_RAW_BYTES: usize = 4096;

/// A password in NFC (NIST SP 800-63B-4 §3.1.1.2). `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    nfc: String,
    /// The typed form, if it differs from NFC.
    typed: Option<String>,
}

/// Reasons to reject a new password because of its length. `texts::reasons` has the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordError {
    Empty,
    /// Fewer than 8 code points.
    TooShort,
    /// More than 256 code points.
    TooLong,
}

impl Error for PasswordError {}

impl Password {
    /// Parses a new password. Any Unicode characters are allowed. Only NFC is applied.
    pub fn parse_new(typed: &str) -> Result<Self, PasswordError> {
        if typed.is_empty() {
            return Err(PasswordError::Empty);
        }
        if typed.len() > MAX_RAW_BYTES {
            return Err(PasswordError::TooLong);
        }
        let password = Self::from_login(typed);
        match password.nfc.chars().count() {
            0..MIN_CHARS => Err(PasswordError::TooShort),
            MIN_CHARS..=MAX_CHARS => Ok(password),
            _ => Err(PasswordError::TooLong),
        }
    }

    /// Returns a password for comparison with a stored one. No rule except NFC applies, because an
    /// impossible password simply does not match.
    pub fn from_login(typed: &str) -> Self {
        // ASCII is in NFC already. No password above the limit was ever set here, so such a text
        // must not cost a normalisation.
        let nfc = if typed.is_ascii() || typed.len() > MAX_RAW_BYTES {
            typed.to_owned()
        } else {
            typed.nfc().collect()
        };
        let typed = (nfc != typed).then(|| typed.to_owned());
        Self { nfc, typed }
    }

    /// Returns the normalised characters. Use them only for hashing and for judging strength.
    pub fn expose(&self) -> &str {
        &self.nfc
    }

    /// Returns the characters before normalisation, for hashes of systems that do not normalise.
    pub fn as_typed(&self) -> &str {
        self.typed.as_deref().unwrap_or(&self.nfc)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_code_points_after_nfc() {
        let parse = |typed: &str| Password::parse_new(typed).map(|password| password.nfc);
        assert_eq!(parse(""), Err(PasswordError::Empty));
        assert_eq!(parse("1234567"), Err(PasswordError::TooShort));
        // Eight code points as typed, four after NFC.
        assert_eq!(
            parse("e\u{301}e\u{301}e\u{301}e\u{301}"),
            Err(PasswordError::TooShort)
        );
        assert_eq!(parse(&"e\u{301}".repeat(8)), Ok("é".repeat(8)));
        assert_eq!(parse(&"x".repeat(256)), Ok("x".repeat(256)));
        assert_eq!(parse(&"x".repeat(257)), Err(PasswordError::TooLong));
        assert_eq!(parse(&"\u{1F600}".repeat(256)), Ok("\u{1F600}".repeat(256)));
        assert_eq!(parse(&"x".repeat(5000)), Err(PasswordError::TooLong));
        assert_eq!(
            parse("   spaces stay   "),
            Ok("   spaces stay   ".to_owned())
        );
    }

    #[test]
    fn typed_password_is_kept() {
        for (typed, nfc) in [
            ("cafe\u{301}", "caf\u{e9}"),
            ("caf\u{e9}", "caf\u{e9}"),
            ("plain", "plain"),
        ] {
            let password = Password::from_login(typed);
            assert_eq!((password.expose(), password.as_typed()), (nfc, typed));
        }
    }

    #[test]
    fn debug_prints_no_password() {
        assert_eq!(
            format!("{:?}", Password::from_login("hunter2")),
            "Password(…)"
        );
    }
}
