//! Patterns for LIKE.

/// Escapes a wildcard in a LIKE pattern.
pub(super) const ESCAPE: char = '\\';

/// Returns the LIKE pattern for text that contains `query` literally.
pub(super) fn containing(query: &str) -> String {
    let mut pattern = String::with_capacity(query.len() + 2);
    pattern.push('%');
    for character in query.chars() {
        if matches!(character, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
