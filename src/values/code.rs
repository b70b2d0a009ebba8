//! The codes that a user types at the second step: the code of an authenticator app, or a recovery
//! code. One field takes both.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

const APP_CODE_DIGITS: usize = 6;
/// 25 characters of base 32 hold 125 bits (NIST SP 800-63B-4 §4.2.1.1 requires 64).
pub const RECOVERY_CODE_CHARS: usize = 25;
const GROUP: usize = 5;
/// Crockford's base 32, without letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A typed code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    App(AppCode),
    Recovery(RecoveryCode),
}

/// The six digits that an authenticator app shows. The server compares the number, so that no
/// second spelling of a used code exists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AppCode(u32);

/// A recovery code in its one spelling: 25 characters without hyphens. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

/// A reason to reject a typed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    Empty,
    /// Not six digits.
    NoAppCode,
    /// More than 12 characters, but no recovery code.
    NoRecoveryCode,
}

impl Code {
    /// Parses a typed code. Spaces, hyphens and the case of letters do not matter. Full-width,
    /// Arabic and Persian digits count as digits.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        let text: String = typed
            .nfkc()
            .filter(|c| !c.is_whitespace() && !is_hyphen(*c))
            .map(|c| western_digit(c).to_ascii_uppercase())
            .collect();
        if text.is_empty() {
            return Err(CodeError::Empty);
        }
        if let Some(code) = AppCode::parse(&text) {
            return Ok(Self::App(code));
        }
        if text.chars().count() <= 2 * APP_CODE_DIGITS {
            return Err(CodeError::NoAppCode);
        }
        RecoveryCode::parse(&text)
            .map(Self::Recovery)
            .ok_or(CodeError::NoRecoveryCode)
    }

    /// Parses the input of a field for recovery codes. Any text that is no code counts as a
    /// mistyped recovery code.
    pub fn parse_recovery(typed: &str) -> Result<Self, CodeError> {
        Self::parse(typed).map_err(|error| match error {
            CodeError::NoAppCode => CodeError::NoRecoveryCode,
            error => error,
        })
    }
}

impl AppCode {
    /// Returns `None` if the number has more than six digits.
    #[cfg(test)]
    pub fn new(number: u32) -> Option<Self> {
        (number < 1_000_000).then_some(Self(number))
    }

    fn parse(text: &str) -> Option<Self> {
        let is_code = text.len() == APP_CODE_DIGITS && text.bytes().all(|c| c.is_ascii_digit());
        Some(Self(text.parse().ok().filter(|_| is_code)?))
    }

    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Debug for AppCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppCode(…)")
    }
}

impl RecoveryCode {
    /// Makes a code from random bytes. 256 is a multiple of 32, so no character is more likely than
    /// another.
    pub fn new(random: [u8; RECOVERY_CODE_CHARS]) -> Self {
        let digit = |byte: u8| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]);
        Self(random.into_iter().map(digit).collect())
    }

    /// Parses capital letters and digits.
    fn parse(text: &str) -> Option<Self> {
        let code: String = text
            .chars()
            .map(|c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let is_code = code.len() == RECOVERY_CODE_CHARS
            && code.bytes().all(|digit| ALPHABET.contains(&digit));
        is_code.then_some(Self(code))
    }

    /// Returns the code. Use it only for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the code in groups of five, for showing it once.
    pub fn grouped(&self) -> String {
        let groups: Vec<&str> = (0..RECOVERY_CODE_CHARS)
            .step_by(GROUP)
            .map(|start| &self.0[start..start + GROUP])
            .collect();
        groups.join("-")
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

/// Returns true for a hyphen, and for the dashes that phones and copied pages have in its place.
fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Returns the ASCII digit for an Arabic-Indic one, which keyboards in Arabic and Persian write.
fn western_digit(c: char) -> char {
    let digit = match c {
        '\u{660}'..='\u{669}' => u32::from(c) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(c) - 0x6f0,
        _ => return c,
    };
    char::from_digit(digit, 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn app_code_is_read_in_any_spelling() {
        for typed in [
            "012345",
            " 012 345 ",
            "012-345",
            "０１２３４５",
            "٠١٢٣٤٥",
            "۰۱۲۳۴۵",
            "012\u{a0}345",
        ] {
            assert_eq!(
                Code::parse(typed),
                Ok(Code::App(AppCode(12_345))),
                "{typed}"
            );
        }
    }

    #[test]
    fn other_text_is_no_code() {
        for (typed, error) in [
            ("", CodeError::Empty),
            ("  -  ", CodeError::Empty),
            ("12345", CodeError::NoAppCode),
            ("1234567", CodeError::NoAppCode),
            ("12345a", CodeError::NoAppCode),
            ("+12345", CodeError::NoAppCode),
            ("ABCDE-FGHJK-MNPQR", CodeError::NoRecoveryCode),
            ("ABCDE-FGHJK-MNPQR-STVWX-YZ01U", CodeError::NoRecoveryCode),
        ] {
            assert_eq!(Code::parse(typed), Err(error), "{typed}");
        }
    }

    proptest! {
        /// Every spelling of a recovery code reads as that code, and no two codes share one.
        #[test]
        fn recovery_code_is_read_in_any_spelling(
            random in prop::collection::vec(0_u8..32, RECOVERY_CODE_CHARS),
            other in prop::collection::vec(0_u8..32, RECOVERY_CODE_CHARS),
            spelling in prop::collection::vec(0_u8..6, RECOVERY_CODE_CHARS),
        ) {
            let make = |random: Vec<u8>| RecoveryCode::new(random.try_into().expect("25 digits"));
            let (code, other) = (make(random), make(other));
            let mut typed = String::new();
            for (digit, spelling) in code.expose().chars().zip(spelling) {
                typed.push(match (digit, spelling) {
                    ('0', 1) => 'O',
                    ('0', 2) => 'o',
                    ('1', 1) => 'I',
                    ('1', 2) => 'l',
                    (digit, 0..=2) => digit,
                    (digit, _) => digit.to_ascii_lowercase(),
                });
                typed.push_str(["", "", "", " ", "-", "–"][usize::from(spelling)]);
            }
            prop_assert_eq!(Code::parse(&typed), Ok(Code::Recovery(code.clone())));
            prop_assert_eq!(Code::parse(&code.grouped()), Ok(Code::Recovery(code.clone())));
            prop_assert_eq!(code.grouped() == other.grouped(), code == other);
        }

        #[test]
        fn no_text_breaks_the_parser(text: String) {
            drop(Code::parse(&text));
        }
    }
}
