//! The operations: list public profiles by name, and find one by its handle.

use crate::app::{App, Failure, Scan};
use crate::store::people::{self, Person};
use crate::values::{DisplayName, Handle, sort_name};

/// Profiles per page.
const PAGE: usize = 20;

/// A page of public profiles.
#[derive(Debug, Default)]
pub struct FoundPeople {
    /// Sorted by name.
    pub people: Vec<Person>,
    pub is_later_page: bool,
    pub has_next: bool,
}

/// Returns the public profiles with `query` in their name or handle, starting after the handle
/// `after`. If the profile of `after` is no longer public, returns the first page.
pub async fn find_people(
    app: &App,
    query: Option<DisplayName>,
    after: Option<Handle>,
) -> Result<FoundPeople, Failure> {
    let query = sort_name(query.as_ref().map(DisplayName::as_str), None);
    let after = match after {
        Some(handle) => find_person(app, handle).await?,
        None => None,
    };
    let is_later_page = after.is_some();
    // Reads one extra row to find out if there is a next page.
    let scan = Scan {
        cursor_after: people::cursor_after,
        page: people::by_name,
    };
    let mut people = app.search(&query, after, PAGE + 1, scan).await?;
    let has_next = people.len() > PAGE;
    people.truncate(PAGE);
    Ok(FoundPeople {
        people,
        is_later_page,
        has_next,
    })
}

/// Returns the profile with this handle if it is public.
pub async fn find_person(app: &App, handle: Handle) -> Result<Option<Person>, Failure> {
    Ok(app
        .read(move |tx| Ok(people::by_handle(tx, handle.as_str())?))
        .await?)
}
