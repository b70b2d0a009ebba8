//! A search that no index supports. It reads all rows in slices, because other requests wait for
//! the same reader thread.

use diesel::QueryResult;
use tokio::task::yield_now;

use super::{App, Failure};
use crate::db::{DbConnection, Tx};

/// Rows to read before other requests get the thread. One slice takes a few milliseconds.
const SLICE: i64 = 5_000;

/// The two queries of a search.
pub struct Scan<CursorAfter, Page> {
    /// Returns the cursor a given number of rows after another one.
    pub cursor_after: CursorAfter,
    /// Returns the rows between two cursors that match the search, up to a limit.
    pub page: Page,
}

impl App {
    /// Searches from a cursor, or from the beginning, until `wanted` rows are found or all rows
    /// were read.
    ///
    /// An empty `query` matches every row, so one read is enough.
    pub async fn search<Row, Key, CursorAfter, Page>(
        &self,
        query: &str,
        mut from: Option<Key>,
        wanted: usize,
        Scan { cursor_after, page }: Scan<CursorAfter, Page>,
    ) -> Result<Vec<Row>, Failure>
    where
        Row: Send + 'static,
        Key: Send + 'static,
        CursorAfter: Fn(&mut DbConnection, Option<&Key>, i64) -> QueryResult<Option<Key>>
            + Copy
            + Send
            + 'static,
        Page: Fn(&mut DbConnection, &str, Option<&Key>, Option<&Key>, i64) -> QueryResult<Vec<Row>>
            + Copy
            + Send
            + 'static,
    {
        let mut found = Vec::new();
        loop {
            let limit = i64::try_from(wanted - found.len()).unwrap_or(i64::MAX);
            let query = query.to_owned();
            let slice = move |tx: &mut Tx<'_>| {
                let end = if query.is_empty() {
                    None
                } else {
                    cursor_after(tx, from.as_ref(), SLICE)?
                };
                Ok((page(tx, &query, from.as_ref(), end.as_ref(), limit)?, end))
            };
            let (more, end) = self.read(slice).await?;
            found.extend(more);
            from = end;
            if from.is_none() || found.len() >= wanted {
                return Ok(found);
            }
            yield_now().await;
        }
    }
}
