//! A search that no index helps, so that all rows are looked at: a slice at a time, since others wait for the thread that reads.

use diesel::QueryResult;
use tokio::task::yield_now;

use super::{App, Failure};
use crate::db::DbConnection;

/// Rows that are looked at before others have their turn: a few milliseconds.
const SLICE: i64 = 5_000;

impl App {
    /// Looks for `query` on from a place, or from the beginning, until `wanted` rows are found, or all were looked at. `cursor_after` gives
    /// the place that lies so many rows after another one, `page` what has `query` between two places, at most so much. Without a
    /// part every row is one, so that one look finds enough.
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
