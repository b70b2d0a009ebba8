//! The operation: looks for people whose profile is public, all by name or one by handle.

use crate::app::{App, Failure};
use crate::store::people::{self, Person};
use crate::values::{DisplayName, Handle, sort_name};

/// How many stand on a page.
const PAGE: usize = 20;

/// A page of people.
#[derive(Debug, Default)]
pub struct FoundPeople {
    /// By name.
    pub people: Vec<Person>,
    /// Whether others come before them.
    pub is_later_page: bool,
    /// Whether others come after them.
    pub has_next: bool,
}

/// A page of the people who have `query` in their name or handle: those that come after the one whose handle is `after`, or
/// the first if that one is not to be seen any more.
pub async fn find_people(app: &App, query: Option<DisplayName>, after: Option<Handle>) -> Result<FoundPeople, Failure> {
    let query = sort_name(query.as_ref().map(DisplayName::as_str), None);
    let after = match after {
        Some(handle) => find_person(app, handle).await?,
        None => None,
    };
    let is_later_page = after.is_some();
    // One more than is shown tells whether there are more.
    let mut people = app.search(&query, after, PAGE + 1, people::cursor_after, people::by_name).await?;
    let has_next = people.len() > PAGE;
    people.truncate(PAGE);
    Ok(FoundPeople { people, is_later_page, has_next })
}

/// The person with a handle. Who is not public is not there.
pub async fn find_person(app: &App, handle: Handle) -> Result<Option<Person>, Failure> {
    Ok(app.db.read(move |db| Ok(people::by_handle(db, handle.as_str())?)).await?)
}
