//! The rules for text that goes on one line of an email or of the log.

/// Returns true if a text has no control character and no line break. They could forge a line (ASVS
/// 1.3.3).
pub(super) fn is_one_line(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// Returns true if an operator's text has 1 to `longest` characters, on one line and without space
/// around it.
pub fn fits_line(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.chars().count()) && text.trim() == text && is_one_line(text)
}
