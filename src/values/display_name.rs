//! The display name of a user, in any script. It is never split into parts.

use std::error::Error;

use unicode_normalization::UnicodeNormalization;

use super::one_line::is_one_line;
use super::visible::{changes_direction, shows_something};

/// Longest name, in code points. The longest known real names fit.
const MAX_CHARS: usize = 100;

/// A name without surrounding white space or control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

/// Reasons to reject a name. `texts::reasons` has the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisplayNameError {
    /// More than 100 code points.
    TooLong,
    /// A control character or a line break.
    ControlCharacter,
    /// A character that changes the direction of text.
    Direction,
    /// Nothing in it can be seen.
    Invisible,
}

impl Error for DisplayNameError {}

impl DisplayName {
    /// Parses the typed text. Empty text means no name and is not an error.
    pub fn parse(typed: &str) -> Result<Option<Self>, DisplayNameError> {
        let name = typed.trim();
        if name.len() > 4 * MAX_CHARS || name.chars().count() > MAX_CHARS {
            return Err(DisplayNameError::TooLong);
        }
        if !is_one_line(name) {
            return Err(DisplayNameError::ControlCharacter);
        }
        if changes_direction(name) {
            return Err(DisplayNameError::Direction);
        }
        if !name.is_empty() && !shows_something(name) {
            return Err(DisplayNameError::Invisible);
        }
        Ok((!name.is_empty()).then(|| Self(name.to_owned())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the key by which users are sorted and searched: the name or else the handle, folded.
pub fn sort_name(name: Option<&str>, handle: Option<&str>) -> String {
    fold(name.or(handle).unwrap_or_default())
}

/// Returns text in the form in which names are sorted and searched: normalized and in lower case.
/// The program computes it, because databases compare letters differently.
pub fn fold(text: &str) -> String {
    // Lower-casing turns a sigma at the end of a word into `ς`. Both forms become `σ`, so that a
    // search for the beginning of a word finds it.
    let normalized: String = text.nfc().collect();
    normalized.to_lowercase().replace('ς', "σ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_as_given_and_bounded() {
        let name = |typed: &str| DisplayName::parse(typed).map(|name| name.map(|name| name.0));
        assert_eq!(name("  "), Ok(None));
        assert_eq!(name(" Ada Lovelace "), Ok(Some("Ada Lovelace".to_owned())));
        assert_eq!(
            name("李小龍 O’Neil <b>"),
            Ok(Some("李小龍 O’Neil <b>".to_owned()))
        );
        assert_eq!(name(&"é".repeat(100)), Ok(Some("é".repeat(100))));
        assert_eq!(name(&"é".repeat(101)), Err(DisplayNameError::TooLong));
        assert_eq!(name("a\r\nBcc: b"), Err(DisplayNameError::ControlCharacter));
        assert_eq!(name("a\u{0}b"), Err(DisplayNameError::ControlCharacter));
        assert_eq!(name("a\u{202e}b"), Err(DisplayNameError::Direction));
        for hidden in ["\u{200b}", "\u{3164}", "\u{2800}\u{feff}"] {
            assert_eq!(name(hidden), Err(DisplayNameError::Invisible), "{hidden:?}");
        }
        let emoji = "Ada 👩\u{200d}🚀";
        assert_eq!(name(emoji), Ok(Some(emoji.to_owned())));
    }
}
