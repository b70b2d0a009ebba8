//! The operation: looks for people whose profile is public, all by name or one by handle.

use tokio::task::yield_now;

use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::store::people::{self, Person};
use crate::values::{DisplayName, Handle, sort_name};

/// How many stand on a page.
const PAGE: usize = 20;
/// People who are looked at before others have their turn: a few milliseconds.
const SLICE: i64 = 5_000;

/// A page of people.
#[derive(Debug, Default)]
pub struct Found {
    /// By name.
    pub people: Vec<Person>,
    /// Whether others come before them.
    pub is_later_page: bool,
    /// Whether others come after them.
    pub has_next: bool,
}

/// A page of the people who have `part` in their name or handle: those that come after the one whose handle is `after`, or
/// the first if that one is not to be seen any more. No index knows parts, so a search looks at all of them: a slice at a time, since
/// others wait for the thread that reads.
pub async fn find_people(app: &App, part: Option<DisplayName>, after: Option<Handle>) -> Result<Found, Failure> {
    let part = sort_name(part.as_ref().map(DisplayName::as_str), None);
    let mut from = match after {
        Some(handle) => find_person(app, handle).await?,
        None => None,
    };
    let (mut people, is_later_page) = (Vec::new(), from.is_some());
    loop {
        // One more than is shown tells whether there are more.
        let (part, after, most) = (part.clone(), from, i64::try_from(PAGE + 1 - people.len()).unwrap_or(0));
        let query = move |db: &mut DbConnection| {
            let end = if part.is_empty() { None } else { people::further(db, after.as_ref(), SLICE)? };
            Ok((people::by_name(db, &part, after.as_ref(), end.as_ref(), most)?, end))
        };
        let (found, end) = app.db.read(query).await?;
        people.extend(found);
        from = end;
        if from.is_none() || people.len() > PAGE {
            break;
        }
        yield_now().await;
    }
    let has_next = people.len() > PAGE;
    people.truncate(PAGE);
    Ok(Found { people, is_later_page, has_next })
}

/// The person with a handle. Who is not public is not there.
pub async fn find_person(app: &App, handle: Handle) -> Result<Option<Person>, Failure> {
    Ok(app.db.read(move |db| Ok(people::by_handle(db, handle.as_str())?)).await?)
}
