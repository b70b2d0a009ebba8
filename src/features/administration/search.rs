//! Searches in the lists of the administration.

use crate::db::DbError;
use crate::values::{EmailAddress, cut_page, fold};

/// The longest query, in bytes. No searched text is longer.
const LONGEST_QUERY: usize = 400;
/// Rows that each further read of [`search`] returns.
const BATCH: usize = 500;

/// Returns false for text that no row contains. PostgreSQL rejects NUL in text.
pub fn is_searchable(text: &str) -> bool {
    text.len() <= LONGEST_QUERY && !text.chars().any(char::is_control)
}

/// Returns a query for names, in the form of [`fold`], or `None` for text that no row contains.
pub fn parse_name_query(typed: &str) -> Option<String> {
    is_searchable(typed).then(|| fold(typed.trim()))
}

/// Returns a query for email addresses, names and handles, in the forms that the database has for
/// searching. Returns `None` for text that no row contains.
pub fn parse_query(typed: &str) -> Option<String> {
    match EmailAddress::parse(typed) {
        Ok(email) => Some(email.key().to_owned()),
        // The form of names suits handles and parts of an address, too.
        Err(_) => parse_name_query(typed),
    }
}

/// Returns a page of the matching rows. It starts after the row with the key `after`. The second
/// value is the key after which the next page starts, or `None` on the last page. `read(after,
/// limit)` returns the next rows, ordered by their keys.
///
/// The program compares the texts, because SQLite and PostgreSQL fold letters differently.
pub fn search<Row, Key>(
    mut after: Option<Key>,
    per_page: usize,
    mut read: impl FnMut(Option<&Key>, i64) -> Result<Vec<Row>, DbError>,
    key_of: impl Fn(&Row) -> Key,
    matches: impl Fn(&Row) -> bool,
) -> Result<(Vec<Row>, Option<Key>), DbError> {
    let mut found = Vec::new();
    // One extra row shows that there is a next page.
    let wanted = per_page + 1;
    // If every row matches, one read is enough.
    let mut limit = wanted;
    loop {
        let rows = read(after.as_ref(), i64::try_from(limit).unwrap_or(i64::MAX))?;
        let is_last = rows.len() < limit;
        after = rows.last().map(&key_of);
        found.extend(rows.into_iter().filter(&matches));
        if is_last || found.len() >= wanted {
            let next = cut_page(&mut found, per_page, &key_of);
            return Ok((found, next));
        }
        limit = BATCH;
    }
}

/// Returns true if `query` occurs in one of the texts. `query` must come from [`parse_query`] or
/// [`parse_name_query`].
pub fn occurs_in(query: &str, texts: [&str; 2]) -> bool {
    texts.iter().any(|text| fold(text).contains(query))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the first page of the numbers below `end` that `matches` accepts, and the number of
    /// reads.
    fn search_numbers(
        end: usize,
        per_page: usize,
        matches: impl Fn(usize) -> bool,
    ) -> (Vec<usize>, usize) {
        let names: Vec<String> = (0..end).map(|number| format!("n{number:05}")).collect();
        let mut reads = 0;
        let read = |after: Option<&String>, limit: i64| {
            reads += 1;
            let later = names.iter().filter(|name| Some(*name) > after);
            Ok(later
                .take(usize::try_from(limit).unwrap())
                .cloned()
                .collect())
        };
        let number = |name: &String| name[1..].parse().unwrap();
        let is_found = |name: &String| matches(number(name));
        let found = search(None, per_page, read, String::clone, is_found);
        (found.unwrap().0.iter().map(number).collect(), reads)
    }

    #[test]
    fn search_reads_on_until_enough_rows_match() {
        assert_eq!(search_numbers(3, 2, |_| true), (vec![0, 1], 1));
        assert_eq!(
            search_numbers(BATCH * 3, 1, |number| number >= BATCH),
            (vec![BATCH], 2)
        );
        assert_eq!(search_numbers(BATCH * 2, 1, |_| false), (Vec::new(), 3));
        assert_eq!(search_numbers(0, 1, |_| true), (Vec::new(), 1));
    }

    #[test]
    fn next_page_starts_after_the_last_row() {
        let read = |after: Option<&u8>, limit: i64| {
            let rows = after.map_or(0, |last| last + 1)..5;
            Ok(rows.take(usize::try_from(limit).unwrap()).collect())
        };
        let page = |after| search(after, 2, read, |row| *row, |_| true).unwrap();
        assert_eq!(page(None), (vec![0, 1], Some(1)));
        assert_eq!(page(Some(2)), (vec![3, 4], None));
    }

    #[test]
    fn query_is_folded_like_names() {
        let query = parse_name_query(" ÄRZTE ").unwrap();
        assert!(occurs_in(&query, ["aerzte", "Die Ärzte"]));
        assert!(!occurs_in(&query, ["aerzte", "Arzte"]));
        assert_eq!(
            parse_query("Ada@Example.ORG").as_deref(),
            Some("ada@example.org")
        );
        assert_eq!(parse_query("a\0"), None);
        assert_eq!(parse_query(&"a".repeat(LONGEST_QUERY + 1)), None);
    }
}
