//! The catalogue of texts that code produces. A code with its arguments becomes a sentence here.
//! The texts of pages and emails are in their templates.

pub mod activity;
pub mod administration;
pub mod apps;
pub mod error_pages;
pub mod handover;
pub mod labelled;
pub mod labels;
pub mod notices;
pub mod obstacles;
pub mod passkeys;
pub mod problems;
pub mod prompts;
pub mod reasons;
pub mod second_step;
pub mod sign_up;
pub mod times;
mod value_errors;
pub mod waits;

/// Isolates the direction of a text from a user or a browser (UAX #9). Pages put such a part into a
/// `<bdi>` ([`parts`]). Titles and text emails show it unchanged.
pub fn isolated(text: &str) -> String {
    format!("\u{2068}{text}\u{2069}")
}

/// Returns a number with its unit: `1 minute`, `2 minutes`.
fn quantity(number: u64, unit: &str) -> String {
    match number {
        1 => format!("1 {unit}"),
        _ => format!("{number} {unit}s"),
    }
}

/// Splits a text into its parts. The flag is true for a part that a user or a browser supplied. No
/// such part contains another one.
pub fn parts(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.split('\u{2068}')
        .enumerate()
        .flat_map(|(number, part)| {
            let (own, rest) = part.split_once('\u{2069}').unwrap_or(("", part));
            [(own, number > 0), (rest, false)]
        })
}

/// Returns the [`parts`] of a text for a template, which cannot borrow from it.
fn owned_parts(text: &str) -> Vec<(String, bool)> {
    parts(text)
        .map(|(part, is_supplied)| (part.to_owned(), is_supplied))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isolated_part_differs_from_text() {
        let text = format!("{} is confirmed, not {}.", isolated("a@x"), isolated("b@x"));
        let parts: Vec<_> = parts(&text).filter(|(part, _)| !part.is_empty()).collect();
        let expected = [
            ("a@x", true),
            (" is confirmed, not ", false),
            ("b@x", true),
            (".", false),
        ];
        assert_eq!(parts, expected);
    }
}
