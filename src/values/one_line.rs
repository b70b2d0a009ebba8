//! What may stand on one line of a mail or of the log.

/// Whether a text has no control character and no line break: it could forge a line (ASVS 1.3.3).
pub(super) fn is_one_line(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}
