//! The operation: looks for people whose profile is public, all by name or one by handle.

use crate::app::{App, Failure};
use crate::store::people::{self, Person};
use crate::values::{DisplayName, Handle, sort_name};

/// How many stand on a page.
const PAGE: u8 = 20;

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
/// the first if that one is not to be seen any more.
pub async fn find_people(app: &App, part: Option<DisplayName>, after: Option<Handle>) -> Result<Found, Failure> {
    let part = sort_name(part.as_ref().map(DisplayName::as_str), None);
    let found = app.db.read(move |db| {
        let after = match after {
            Some(handle) => people::by_handle(db, handle.as_str())?,
            None => None,
        };
        // One more than is shown tells whether there are more.
        let mut people = people::by_name(db, &part, after.as_ref(), i64::from(PAGE) + 1)?;
        let has_next = people.len() > usize::from(PAGE);
        people.truncate(PAGE.into());
        Ok(Found { people, is_later_page: after.is_some(), has_next })
    });
    Ok(found.await?)
}

/// The person with a handle. Who is not public is not there.
pub async fn find_person(app: &App, handle: Handle) -> Result<Option<Person>, Failure> {
    Ok(app.db.read(move |db| Ok(people::by_handle(db, handle.as_str())?)).await?)
}
