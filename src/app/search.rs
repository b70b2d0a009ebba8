//! A search that no index helps, so that all rows are looked at: a slice at a time, since others wait for the thread that reads.

use tokio::task::yield_now;

use super::{App, Failure};
use crate::db::{DbConnection, DbError};

/// Rows that are looked at before others have their turn: a few milliseconds.
pub const SLICE: i64 = 5_000;

impl App {
    /// Looks on from a place, or from the beginning, until `enough` rows are found, or all were looked at. `slice` makes the query of one
    /// slice, for the place where it begins and the most that it is to find: it gives what it finds, and where the next one begins.
    pub async fn search<Row, Place, Query>(
        &self,
        mut from: Option<Place>,
        enough: usize,
        slice: impl Fn(Option<Place>, i64) -> Query,
    ) -> Result<Vec<Row>, Failure>
    where
        Row: Send + 'static,
        Place: Send + 'static,
        Query: FnOnce(&mut DbConnection) -> Result<(Vec<Row>, Option<Place>), DbError> + Send + 'static,
    {
        let mut found = Vec::new();
        loop {
            let most = i64::try_from(enough - found.len()).unwrap_or(i64::MAX);
            let (more, next) = self.db.read(slice(from, most)).await?;
            found.extend(more);
            from = next;
            if from.is_none() || found.len() >= enough {
                return Ok(found);
            }
            yield_now().await;
        }
    }
}
