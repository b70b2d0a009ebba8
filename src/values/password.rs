//! A password as typed, normalised and bounded. Whether it is good enough is a rule of `accounts::passwords`.

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 256;
/// Raw input above this is refused before it is normalised: NFC takes time.
const MAX_RAW_BYTES: usize = 4096;

/// A password in NFC (NIST SP 800-63B-4 §3.1.1.2). Never printed: `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    nfc: String,
    /// As it was typed, if that is something else.
    typed: Option<String>,
}

/// Why a new password can't be taken, whatever it says; the text is for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Nothing was typed.
    #[error("Enter a password")]
    Empty,
    /// Fewer than 8 code points.
    #[error("Password must be 8 characters or more")]
    TooShort,
    /// More than 256 code points.
    #[error("Password must be 256 characters or fewer")]
    TooLong,
}

impl Password {
    /// Takes a password that somebody wants to have from now on. Any Unicode, any composition; only NFC is applied.
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

    /// Takes a password that is only to be compared. No rule but NFC: a wrong one is simply wrong.
    pub fn from_login(typed: &str) -> Self {
        // What could never have been set needs no normal form, and must not cost one.
        let nfc =
            if typed.is_ascii() || typed.len() > MAX_RAW_BYTES { typed.to_owned() } else { typed.nfc().collect() };
        let typed = (nfc != typed).then(|| typed.to_owned());
        Self { nfc, typed }
    }

    /// The characters, for hashing and judging only.
    pub fn expose(&self) -> &str {
        &self.nfc
    }

    /// The characters before they were brought into normal form: for hashes of systems that did not do so.
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
        assert_eq!(parse("e\u{301}e\u{301}e\u{301}e\u{301}"), Err(PasswordError::TooShort));
        assert_eq!(parse(&"e\u{301}".repeat(8)), Ok("é".repeat(8)));
        assert_eq!(parse(&"x".repeat(256)), Ok("x".repeat(256)));
        assert_eq!(parse(&"x".repeat(257)), Err(PasswordError::TooLong));
        assert_eq!(parse(&"\u{1F600}".repeat(256)), Ok("\u{1F600}".repeat(256)));
        assert_eq!(parse(&"x".repeat(5000)), Err(PasswordError::TooLong));
        assert_eq!(parse("   spaces stay   "), Ok("   spaces stay   ".to_owned()));
    }

    #[test]
    fn what_was_typed_is_not_forgotten() {
        for (typed, nfc) in [("cafe\u{301}", "caf\u{e9}"), ("caf\u{e9}", "caf\u{e9}"), ("plain", "plain")] {
            let password = Password::from_login(typed);
            assert_eq!((password.expose(), password.as_typed()), (nfc, typed));
        }
    }

    #[test]
    fn debug_prints_no_password() {
        assert_eq!(format!("{:?}", Password::from_login("hunter2")), "Password(…)");
    }
}
