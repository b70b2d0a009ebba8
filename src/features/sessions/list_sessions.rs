//! The operation: reads a user's live sessions, a page at a time.

use crate::accounts::reauthentication::Credential;
use crate::accounts::sign_in;
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::store::sessions::{self, ListedSession};
use crate::values::{Cursor, UserId};

/// Sessions per page.
const PER_PAGE: usize = 20;

/// A page of live sessions.
#[derive(Debug)]
pub struct Listed {
    /// The most recently seen first. The first page starts with the current session.
    pub sessions: Vec<ListedSession>,
    /// Cursor of the next page, if there is one.
    pub earlier: Option<Cursor>,
}

/// Returns the page after `before`, or the first page. `by` identifies the current session.
pub async fn list_sessions(app: &App, user: UserId, by: Credential, before: Option<Cursor>) -> Result<Listed, Failure> {
    let now = app.clock.now();
    let query = move |db: &mut DbConnection| {
        let before = before.as_ref().map(Cursor::key);
        let this = by.session().map_or("", |hash| hash.0.as_str());
        let this_one = if before.is_none() { sessions::listed(db, &user.0, this)? } else { None };
        let page_size = PER_PAGE - usize::from(this_one.is_some());
        // Reads one extra row to find out if there is a next page.
        let limit = i64::try_from(page_size + 1).unwrap_or(i64::MAX);
        let idle = sign_in::idle_since(now);
        let mut others = sessions::live_ones(db, &user.0, this, now.millis(), idle, before, limit)?;
        let earlier = Cursor::cut(&mut others, page_size, |session| Cursor::new(session.last_seen_at, &session.handle));
        Ok(Listed { sessions: this_one.into_iter().chain(others).collect(), earlier })
    };
    Ok(app.db.read(query).await?)
}
