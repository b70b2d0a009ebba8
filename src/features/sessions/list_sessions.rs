//! The operation: reads a user's live sessions, a page at a time.

use crate::accounts::authentication::reauthentication::Credential;
use crate::accounts::sessions::policy;
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::store::session_lists::{self, ListedSession, Page};
use crate::store::{events, sessions};
use crate::values::{Cursor, Event, UserId, cut_page};

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

/// Returns the user's session with this public id, live or not.
pub async fn find_session(
    app: &App,
    user: UserId,
    handle: String,
) -> Result<Option<ListedSession>, Failure> {
    let query = move |tx: &mut Tx<'_>| match sessions::by_handle(tx, &user, &handle)? {
        Some(hash) => Ok(session_lists::listed(tx, &user, &hash)?),
        None => Ok(None),
    };
    Ok(app.read(query).await?)
}

/// Returns the page after `before`, or the first page. `by` identifies the current session.
pub async fn list_sessions(
    app: &App,
    user: UserId,
    by: Credential,
    before: Option<Cursor>,
) -> Result<Listed, Failure> {
    let query = move |tx: &mut Tx<'_>| {
        let after = before.as_ref().map(Cursor::key);
        let this = by.session();
        let this_one = match this {
            Some(this) if after.is_none() => session_lists::listed(tx, &user, this)?,
            _ => None,
        };
        let page_size = PER_PAGE - usize::from(this_one.is_some());
        // Reads one extra row to find out if there is a next page.
        let limit = i64::try_from(page_size + 1).unwrap_or(i64::MAX);
        let (live_at, page) = (policy::live_at(tx.now), Page { after, limit });
        let mut others = session_lists::live_ones(tx, &user, this, live_at, page)?;
        let earlier = cut_page(&mut others, page_size, |session| {
            Cursor::new(session.last_seen_at, &session.handle)
        });
        Ok(Listed {
            sessions: this_one.into_iter().chain(others).collect(),
            earlier,
        })
    };
    Ok(app.read(query).await?)
}

/// Returns the start time and `User-Agent` of each session that began on a new device within
/// [`policy::NEW_DEVICE_FOR`].
pub async fn find_new_logins(
    app: &App,
    user: UserId,
    sessions: &[ListedSession],
) -> Result<Vec<(Timestamp, String)>, Failure> {
    let new_since = app.clock.now() - policy::NEW_DEVICE_FOR;
    let began = sessions.iter().map(|session| session.created_at);
    let recent: Vec<_> = began.filter(|began| *began > new_since).collect();
    if recent.is_empty() {
        return Ok(Vec::new());
    }
    let query = move |tx: &mut Tx<'_>| {
        let kind = Event::LoggedIn.name();
        Ok(events::with_undo_at(tx, &user, kind, &recent)?)
    };
    Ok(app.read(query).await?)
}
