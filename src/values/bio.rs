//! The bio of a user: a few lines in any script.

use std::error::Error;

use super::visible::{changes_direction, shows_something};

/// Longest bio, in code points. A line break counts as one.
const MAX_CHARS: usize = 300;

/// A bio without surrounding white space. Lines end with `\n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bio(String);

/// Reasons to reject a bio. `texts::reasons` has the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BioError {
    /// More than 300 code points.
    TooLong,
    /// A control character other than a line break.
    ControlCharacter,
    /// A character that changes the direction of text.
    Direction,
    /// Nothing in it can be seen.
    Invisible,
}

impl Error for BioError {}

impl Bio {
    /// Parses the typed text. Empty text means no bio and is not an error. Browsers send lines that
    /// end with `\r\n`.
    pub fn parse(typed: &str) -> Result<Option<Self>, BioError> {
        let bio = typed.replace("\r\n", "\n").trim().to_owned();
        if bio.chars().count() > MAX_CHARS {
            return Err(BioError::TooLong);
        }
        if bio.chars().any(|c| c.is_control() && c != '\n') {
            return Err(BioError::ControlCharacter);
        }
        if changes_direction(&bio) {
            return Err(BioError::Direction);
        }
        if !bio.is_empty() && !shows_something(&bio) {
            return Err(BioError::Invisible);
        }
        Ok((!bio.is_empty()).then_some(Self(bio)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the paragraphs of a bio. Each has a direction of its own.
pub fn paragraphs(bio: &str) -> Vec<String> {
    let paragraphs = bio.split(['\n', '\u{2028}', '\u{2029}']);
    paragraphs.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bios_are_kept_as_given_and_bounded() {
        let bio = |typed: &str| Bio::parse(typed).map(|bio| bio.map(|bio| bio.0));
        assert_eq!(bio(" \r\n "), Ok(None));
        assert_eq!(
            bio("\r\nOne\r\n\r\n two <b>\r\n"),
            Ok(Some("One\n\n two <b>".to_owned()))
        );
        assert_eq!(
            bio(&"é\r\n".repeat(150)),
            Ok(Some("é\n".repeat(150).trim_end().to_owned()))
        );
        assert_eq!(bio(&"é".repeat(300)), Ok(Some("é".repeat(300))));
        assert_eq!(bio(&"é".repeat(301)), Err(BioError::TooLong));
        for bad in ["a\u{0}b", "a\tb", "a\rb", "a\u{1b}[31mb", "a\u{85}b"] {
            assert_eq!(bio(bad), Err(BioError::ControlCharacter), "{bad:?}");
        }
        assert_eq!(bio("a\u{2067}b"), Err(BioError::Direction));
        assert_eq!(bio("\u{200b}\n\u{200b}"), Err(BioError::Invisible));
    }

    proptest! {
        #[test]
        fn accepted_bio_is_accepted_again_unchanged(typed in "(\\PC|\\r\\n|\\n){0,310}") {
            if let Ok(Some(bio)) = Bio::parse(&typed) {
                prop_assert!(bio.0.chars().count() <= MAX_CHARS);
                prop_assert_eq!(Bio::parse(&bio.0.replace('\n', "\r\n")), Ok(Some(bio)));
            }
        }
    }
}
