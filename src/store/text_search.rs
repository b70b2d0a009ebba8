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

/// Compares both forms of an email address with a pattern. `email` has an internationalised domain
/// in its own letters and in lower case, and `email_key` has it in Punycode.
macro_rules! email_contains {
    ($table:ident, $pattern:expr) => {
        $table::email_key
            .like($pattern)
            .escape($crate::store::text_search::ESCAPE)
            .or($table::email
                .like($pattern)
                .escape($crate::store::text_search::ESCAPE))
    };
}
pub(super) use email_contains;
