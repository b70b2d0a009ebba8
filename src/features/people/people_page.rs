//! `GET /people`: the paged list of public profiles, and a search in it, visible even without a
//! login.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::find_people::{FoundPeople, find_people};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;
use crate::store::people::Person;
use crate::urls;
use crate::values::{DisplayName, Handle};

/// Query parameters of the list: search text and cursor.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Search {
    pub(super) q: String,
    pub(super) after: String,
}

struct PersonView {
    href: String,
    name: Option<String>,
    handle: String,
}

#[derive(Template)]
#[template(path = "people/people.html")]
struct PeoplePage {
    frame: Frame,
    q: String,
    people: Vec<PersonView>,
    first_href: Option<String>,
    next_href: Option<String>,
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        Self {
            href: urls::person(&person.handle),
            name: person.name,
            handle: person.handle,
        }
    }
}

pub async fn show(
    request: PageRequest,
    Query(search): Query<Search>,
) -> Result<HttpResponse, Error> {
    let found = match DisplayName::parse(&search.q) {
        Ok(query) => find_people(&request.app, query, Handle::in_link(&search.after)).await?,
        // No name contains text that is rejected in names.
        Err(_) => FoundPeople::default(),
    };
    let q = search.q.trim().to_owned();
    let last = found.people.last().filter(|_| found.has_next);
    let page = PeoplePage {
        frame: request.frame(),
        first_href: found.is_later_page.then(|| urls::people(&q, "")),
        next_href: last.map(|person| urls::people(&q, &person.handle)),
        people: found.people.into_iter().map(PersonView::from).collect(),
        q,
    };
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let person = |name: Option<&str>| PersonView {
        href: urls::person("ada"),
        name: name.map(str::to_owned),
        handle: HOSTILE.to_owned(),
    };
    let page = |frame, q: &str, people, href: Option<&str>| PeoplePage {
        frame,
        q: q.to_owned(),
        people,
        first_href: href.map(|after| urls::people(q, after)),
        next_href: href.map(|after| urls::people(q, after)),
    };
    vec![
        page(Frame::sample_signed_in(), "", Vec::new(), None).render(),
        page(Frame::sample(), "", Vec::new(), Some("")).render(),
        page(Frame::sample(), HOSTILE, Vec::new(), None).render(),
        page(
            Frame::sample_signed_in(),
            HOSTILE,
            vec![person(Some(HOSTILE)), person(None)],
            Some(HOSTILE),
        )
        .render(),
    ]
}
