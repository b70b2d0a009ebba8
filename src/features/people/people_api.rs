//! `GET /api/v1/people` and `GET /api/v1/people/{handle}`: public profiles for API clients.

use actix_web::web::Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::find_people::{find_people, find_person};
use super::people_page::Search;
use crate::http::api::api_request::{ApiRequest, ApiUser};
use crate::http::api::json::Json;
use crate::http::api::list::AFTER_DETAIL;
use crate::http::api::list::List;
use crate::http::api::openapi::{Parameter, Parameters};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::store::people;
use crate::texts::reasons::Reason;
use crate::values::{DisplayName, Handle};

/// A user with a public profile.
#[derive(Serialize, JsonSchema)]
pub struct Person {
    /// Handle, part of the public profile’s address.
    handle: String,
    /// Display name.
    name: Option<String>,
    /// A few lines about the user.
    bio: Option<String>,
}

impl Parameters for Search {
    const ALL: &'static [Parameter] = &[
        Parameter {
            name: "q",
            detail: "Part of a name or handle.",
            example: "ada",
            pattern: "",
        },
        Parameter {
            name: "after",
            detail: AFTER_DETAIL,
            example: "ada",
            pattern: "",
        },
    ];
}

impl From<people::Person> for Person {
    fn from(person: people::Person) -> Self {
        Self {
            handle: person.handle,
            name: person.name,
            bio: person.bio,
        }
    }
}

/// Lists public profiles by name.
pub async fn list(
    api_user: ApiUser,
    Query(search): Query<Search>,
) -> Result<Json<List<Person>>, Error> {
    let after = Handle::in_link(&search.after);
    let begins = search.after.is_empty();
    // Text that is not a valid name can't be part of one.
    let Ok(query) = DisplayName::parse(&search.q) else {
        return Ok(Json(List {
            items: Vec::new(),
            next: None,
        }));
    };
    let found = find_people(&api_user.request.app, query, after).await?;
    // The cursor is not a handle, or its profile is no longer public. A silent restart from the
    // first page could make the client loop forever.
    if !begins && !found.is_later_page {
        return Err(Error::invalid_member("after", Reason::Cursor));
    }
    let next = found
        .people
        .last()
        .filter(|_| found.has_next)
        .map(|person| person.handle.clone());
    Ok(Json(List {
        items: found.people.into_iter().map(Person::from).collect(),
        next,
    }))
}

/// Shows a public profile, even without a login. A private profile gets the same 404 as a missing
/// one.
pub async fn show(request: ApiRequest, handle: Path<String>) -> Result<Json<Person>, Error> {
    let handle = Handle::in_link(&handle).ok_or(Error::NotFound)?;
    let person = find_person(&request.app, handle)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Json(person.into()))
}
