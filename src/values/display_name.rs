//! What a person wants to be called: any script, whole, never split.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::one_line::is_one_line;

/// Longest name, in code points. Long enough for every name that we have heard of.
const MAX_CHARS: usize = 100;

/// A name as its owner gave it, without surrounding white space or control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why a name can't be taken; the text is for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DisplayNameError {
    /// More than 100 code points.
    #[error("Name must be 100 characters or fewer")]
    TooLong,
    /// A control character, such as a line break.
    #[error("Name can't have line breaks or control characters")]
    ControlCharacter,
}

impl DisplayName {
    /// Takes what a person typed; nothing typed is no name, and no error.
    pub fn parse(typed: &str) -> Result<Option<Self>, DisplayNameError> {
        let name = typed.trim();
        if name.len() > 4 * MAX_CHARS || name.chars().count() > MAX_CHARS {
            return Err(DisplayNameError::TooLong);
        }
        if !is_one_line(name) {
            return Err(DisplayNameError::ControlCharacter);
        }
        Ok((!name.is_empty()).then(|| Self(name.to_owned())))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// By what somebody is ordered and searched among others: the name, or else the handle, in small letters. The program
/// makes it, since databases differ in what they take for the same letter.
pub fn sort_name(name: Option<&str>, handle: Option<&str>) -> String {
    // A sigma at the end of a word is another small letter, which must be found by the beginning of a word, too.
    name.or(handle).unwrap_or_default().nfc().collect::<String>().to_lowercase().replace('ς', "σ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_given_and_bounded() {
        let name = |typed: &str| DisplayName::parse(typed).map(|name| name.map(|name| name.0));
        assert_eq!(name("  "), Ok(None));
        assert_eq!(name(" Ada Lovelace "), Ok(Some("Ada Lovelace".to_owned())));
        assert_eq!(name("李小龍 O’Neil <b>"), Ok(Some("李小龍 O’Neil <b>".to_owned())));
        assert_eq!(name(&"é".repeat(100)), Ok(Some("é".repeat(100))));
        assert_eq!(name(&"é".repeat(101)), Err(DisplayNameError::TooLong));
        assert_eq!(name("a\r\nBcc: b"), Err(DisplayNameError::ControlCharacter));
        assert_eq!(name("a\u{0}b"), Err(DisplayNameError::ControlCharacter));
    }
}
