//! Labels that tell things of one kind apart, such as API tokens and OAuth clients.

use super::one_line::is_one_line;
use super::visible::{changes_direction, shows_something};

/// Longest label, in code points.
const MAX_CHARS: usize = 60;

/// A label on one line, without surrounding white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label(String);

/// Reasons to reject a label. `texts::labelled` has the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelError {
    Empty,
    /// More than 60 code points.
    TooLong,
    /// A control character or a line break.
    ControlCharacter,
    /// A character that changes the direction of text.
    Direction,
}

impl Label {
    pub fn parse(typed: &str) -> Result<Self, LabelError> {
        let label = typed.trim();
        if !shows_something(label) {
            return Err(LabelError::Empty);
        }
        if label.chars().count() > MAX_CHARS {
            return Err(LabelError::TooLong);
        }
        if !is_one_line(label) {
            return Err(LabelError::ControlCharacter);
        }
        if changes_direction(label) {
            return Err(LabelError::Direction);
        }
        Ok(Self(label.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_kept_as_given_and_bounded() {
        let label = |typed: &str| Label::parse(typed).map(|label| label.0);
        assert_eq!(
            label(" Backup of Ἀθῆναι "),
            Ok("Backup of Ἀθῆναι".to_owned())
        );
        assert_eq!(label(&"é".repeat(60)), Ok("é".repeat(60)));
        assert_eq!(label(&"é".repeat(61)), Err(LabelError::TooLong));
        assert_eq!(label("a\u{202e}b"), Err(LabelError::Direction));
        for empty in ["", "  ", "\n", "\u{200b}", "\u{a0}\u{2060}"] {
            assert_eq!(label(empty), Err(LabelError::Empty));
        }
        for bad in ["a\r\nBcc: b", "a\u{0}b", "a\tb", "a\u{2028}b"] {
            assert_eq!(label(bad), Err(LabelError::ControlCharacter));
        }
    }
}
