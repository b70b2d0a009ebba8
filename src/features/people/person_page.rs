//! `GET /people/{handle}`: a public profile, visible even without a login. A private profile gets
//! the same 404 as a missing one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;

use super::find_people::find_person;
use crate::http::error::Error;
use crate::http::pages::current_user::Anyone;
use crate::http::pages::frame::Frame;
use crate::texts::isolated;
use crate::values::{Handle, paragraphs};

#[derive(Template)]
#[template(path = "people/person.html")]
struct PersonPage {
    frame: Frame,
    title: String,
    name: Option<String>,
    handle: String,
    /// The paragraphs of the bio.
    bio: Vec<String>,
    member_since: String,
    is_own: bool,
}

pub async fn show(
    Anyone { request, current }: Anyone,
    handle: Path<String>,
) -> Result<HttpResponse, Error> {
    let handle = Handle::in_link(&handle).ok_or(Error::NotFound)?;
    let person = find_person(&request.app, handle)
        .await?
        .ok_or(Error::NotFound)?;
    let page = PersonPage {
        frame: request.frame(),
        is_own: current.is_some_and(|current| current.user.id == person.id),
        title: title(person.name.as_deref(), &person.handle),
        name: person.name,
        handle: person.handle,
        bio: person.bio.as_deref().map(paragraphs).unwrap_or_default(),
        member_since: person.created_at.display_date(),
    };
    request.page(StatusCode::OK, &page)
}

fn title(name: Option<&str>, handle: &str) -> String {
    name.map_or_else(|| format!("@{handle}"), isolated)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::clock::Timestamp;
    use crate::http::samples::HOSTILE;
    let page = |name: Option<&str>, bio: Option<&str>, signed_in: bool, is_own| PersonPage {
        frame: if signed_in {
            Frame::sample_signed_in()
        } else {
            Frame::sample()
        },
        title: title(name, HOSTILE),
        name: name.map(str::to_owned),
        handle: HOSTILE.to_owned(),
        bio: bio.map(paragraphs).unwrap_or_default(),
        member_since: Timestamp::from_millis(0).display_date(),
        is_own,
    };
    vec![
        page(Some(HOSTILE), Some(HOSTILE), false, false).render(),
        page(None, None, true, false).render(),
        page(Some(HOSTILE), None, true, true).render(),
    ]
}
