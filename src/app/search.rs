//! A search that no index supports. It reads all rows in slices, because other requests wait for
//! the same reader thread.

use diesel::QueryResult;
use tokio::task::yield_now;

use super::{App, Failure};
use crate::db::DbConnection;

/// Rows to read before other requests get the thread. One slice takes a few milliseconds.
const SLICE: i64 = 5_000;

impl App {
    /// Searches from a cursor, or from the beginning, until `wanted` rows are found or all rows
    /// were read.
    ///
    /// `cursor_after` returns the cursor a given number of rows after another one. `page` returns
    /// the rows between two cursors that match `query`, up to a limit. An empty `query` matches
    /// every row, so one read is enough.
    pub async fn search<Row, Key, CursorAfter, Page>(
        &self,
        query: &str,
        mut from: Option<Key>,
        wanted: usize,
        cursor_after: CursorAfter,
        page: Page,
    ) -> Result<Vec<Row>, Failure>
    where
        Row: Send + 'static,
        Key: Send + 'static,
        CursorAfter: Fn(&mut DbConnection, Option<&Key>, i64) -> QueryResult<Option<Key>> + Copy + Send + 'static,
        Page: Fn(&mut DbConnection, &str, Option<&Key>, Option<&Key>, i64) -> QueryResult<Vec<Row>>
            + Copy
            + Send
            + 'static,
    {
        let mut found = Vec::new();
        loop {
            let limit = i64::try_from(wanted - found.len()).unwrap_or(i64::MAX);
            let query = query.to_owned();
            let slice = move |db: &mut DbConnection| {
                let end = if query.is_empty() { None } else { cursor_after(db, from.as_ref(), SLICE)? };
                Ok((page(db, &query, from.as_ref(), end.as_ref(), limit)?, end))
            };
            let (more, end) = self.db.read(slice).await?;
            found.extend(more);
            from = end;
            if from.is_none() || found.len() >= wanted {
                return Ok(found);
            }
            yield_now().await;
        }
    }
}
