//! Positions in paged lists. These lists are ordered by time and then by row id, newest first.

use super::is_row_id;
use crate::clock::Timestamp;

/// The last row of the previous page: its time and its id. The id orders rows of
/// the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    time: Timestamp,
    id: String,
}

impl Cursor {
    pub fn new(time: Timestamp, id: &str) -> Self {
        Self {
            time,
            id: id.to_owned(),
        }
    }

    /// Parses a cursor from a URL. Returns `None` if it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let (time, id) = text.split_once('.')?;
        let is_number = time.bytes().all(|byte| byte.is_ascii_digit());
        Some(Self::new(Timestamp::from_millis(time.parse().ok()?), id))
            .filter(|_| is_number && is_row_id(id))
    }

    /// Returns the form for URLs, which [`parse`](Self::parse) reads.
    pub fn in_url(&self) -> String {
        format!("{}.{}", self.time.millis(), self.id)
    }

    /// Returns time and id, in the order in which queries compare them.
    pub fn key(&self) -> (Timestamp, &str) {
        (self.time, &self.id)
    }
}

/// Cuts `rows` to a page of `limit` rows. Returns the start of the next page, taken from the last
/// row that stays. Returns `None` if no more rows were read.
pub fn cut_page<Row, Next>(
    rows: &mut Vec<Row>,
    limit: usize,
    next_of: impl FnOnce(&Row) -> Next,
) -> Option<Next> {
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| has_more).map(next_of)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn malformed_cursors_are_rejected() {
        let cursor = Cursor::parse("1795348800000.AZaz09-_").expect("a place");
        assert_eq!(cursor.in_url(), "1795348800000.AZaz09-_");
        for bad in [
            "",
            ".",
            "1",
            "1.",
            ".a",
            "-1.a",
            "+1.a",
            " 1.a",
            "1.a ",
            "1.a.b",
            "1.a'",
            "1.\0",
            "99999999999999999999.a",
            "x.a",
        ] {
            assert_eq!(Cursor::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn next_page_exists_only_with_further_rows() {
        for (read, shown, next) in [
            (0, 0, None),
            (2, 2, None),
            (3, 2, Some("2.a")),
            (9, 2, Some("2.a")),
        ] {
            let mut rows: Vec<i64> = (1..=read).collect();
            let cursor = cut_page(&mut rows, 2, |row| {
                Cursor::new(Timestamp::from_millis(*row), "a")
            });
            assert_eq!(
                (rows.len(), cursor.map(|cursor| cursor.in_url()).as_deref()),
                (shown, next),
                "{read}"
            );
        }
    }

    proptest! {
        #[test]
        fn cursor_survives_a_url_unchanged(
            time in 0_i64..,
            id in "[A-Za-z0-9_-]{1,43}",
            text in "\\PC{0,40}",
        ) {
            let cursor = Cursor { time: Timestamp::from_millis(time), id };
            prop_assert_eq!(Cursor::parse(&cursor.in_url()), Some(cursor));
            if let Some(cursor) = Cursor::parse(&text) {
                prop_assert!(is_row_id(&cursor.id) && cursor.time.millis() >= 0);
            }
        }
    }
}
