//! Characters of a text that readers cannot see, or that change how they see the others.

/// Returns true for a character that shows nothing: white space, control characters, the Unicode
/// property `Default_Ignorable_Code_Point`, and the blank Braille pattern.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns true if a reader sees something of the text.
pub fn shows_something(text: &str) -> bool {
    text.chars().any(|c| !is_invisible(c))
}

/// Returns true if the text has a character with the Unicode property `Bidi_Control`: a mark, an
/// embedding, an override or an isolate (UAX #9). It changes the direction of the text around it.
pub(super) fn changes_direction(text: &str) -> bool {
    let is_control = |c| {
        matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().any(is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_invisible_characters_shows_nothing() {
        for text in [
            "",
            " \t",
            "\u{a0}",
            "\u{200b}",
            "\u{feff}\u{2060}",
            "\u{3164}",
            "\u{2800}",
        ] {
            assert!(!shows_something(text), "{text:?}");
        }
        for text in ["a", "\u{200b}a", "李", "👩\u{200d}🚀", "\u{301}"] {
            assert!(shows_something(text), "{text:?}");
        }
    }

    #[test]
    fn only_controls_change_the_direction() {
        for text in [
            "a\u{202e}b",
            "\u{2066}a\u{2069}",
            "\u{202a}",
            "a\u{200e}b",
            "\u{200f}",
            "\u{61c}1",
        ] {
            assert!(changes_direction(text), "{text:?}");
        }
        // Persian and emoji need joiners.
        for text in ["مرحبا", "שלום Ada", "علی\u{200c}رضا", "👩\u{200d}🚀"] {
            assert!(!changes_direction(text), "{text:?}");
        }
    }
}
