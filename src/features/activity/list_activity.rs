//! Reads a page of what happened to a person's account, and which of it can still be taken back.

use crate::accounts::links::{self, Purpose};
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::store::events::{self, ListedEvent};
use crate::values::{Cursor, UserId};

/// Rows of one page.
const PER_PAGE: usize = 20;

/// A page of it, newest first.
#[derive(Debug)]
pub struct Activity {
    /// Its rows.
    pub events: Vec<ListedEvent>,
    /// The ids of their links 'this was not me' that work.
    pub live_undos: Vec<String>,
    /// Where the next page begins, if there is one.
    pub older: Option<Cursor>,
}

/// Reads the page after `before`, or the first.
pub async fn list_activity(app: &App, user: UserId, before: Option<Cursor>) -> Result<Activity, Failure> {
    let now = app.clock.now();
    let query = move |db: &mut DbConnection| {
        let before = before.as_ref().map(Cursor::key);
        // One more than is shown tells whether there are more.
        let mut events = events::page(db, &user.0, before, i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX))?;
        let older = Cursor::cut(&mut events, PER_PAGE, |event| Cursor::new(event.happened_at, &event.id));
        let undos: Vec<&str> = events.iter().filter_map(|event| event.undo_link_id.as_deref()).collect();
        let live_undos = links::live_among(db, Purpose::Undo, &user, &undos, now)?;
        Ok(Activity { events, live_undos, older })
    };
    Ok(app.db.read(query).await?)
}
