//! `GET /admin/people`: the accounts, newest first, and a search in them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::find_users::{find_last_seen, find_users};
use crate::clock::Timestamp;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::administrator::Administrator;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::SearchQuery;
use crate::http::pages::times::PastTime;
use crate::store::users::User;
use crate::urls;

struct PersonView {
    href: String,
    email: String,
    name: Option<String>,
    created: PastTime,
    /// `None` for a user without a stored session.
    last_seen: Option<PastTime>,
    is_admin: bool,
    is_locked: bool,
    has_second_step: bool,
}

#[derive(Template)]
#[template(path = "administration/people.html")]
struct PeoplePage {
    frame: Frame,
    q: String,
    people: Vec<PersonView>,
    is_newest: bool,
    older_href: Option<String>,
}

impl PersonView {
    fn new(user: User, last_seen: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            href: urls::admin_person(&user.id.0),
            created: PastTime::new(user.created_at, now),
            last_seen: last_seen.map(|time| PastTime::new(time, now)),
            is_admin: user.is_admin,
            is_locked: user.locked_at.is_some(),
            has_second_step: user.has_second_step(),
            email: user.email,
            name: user.name,
        }
    }
}

pub async fn show(
    Administrator(signed_in): Administrator,
    Query(search): Query<SearchQuery>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let (is_newest, now) = (search.list.before.is_none(), request.app.clock.now());
    let found = find_users(&request.app, &search.q, search.list.before).await?;
    let last_seen = find_last_seen(&request.app, &found.users).await?;
    let view = |user: User| {
        let entry = last_seen.iter().find(|(id, _)| *id == user.id);
        let last_seen = entry.map(|(_, time)| *time);
        PersonView::new(user, last_seen, now)
    };
    let older = found.older.map(|cursor| cursor.in_url());
    let page = PeoplePage {
        frame: request.frame(),
        older_href: older.map(|older| urls::admin_list(urls::ADMIN_PEOPLE, &search.q, &older)),
        q: search.q,
        people: found.users.into_iter().map(view).collect(),
        is_newest,
    };
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let person = |name: Option<&str>, flag: bool| PersonView {
        href: urls::admin_person("0"),
        email: HOSTILE.to_owned(),
        name: name.map(str::to_owned),
        created: PastTime::sample(),
        last_seen: flag.then(PastTime::sample),
        is_admin: flag,
        is_locked: flag,
        has_second_step: flag,
    };
    let page = |q: &str, people, older_href| PeoplePage {
        frame: Frame::sample_administration(),
        q: q.to_owned(),
        people,
        is_newest: q.is_empty(),
        older_href,
    };
    let people = vec![person(Some(HOSTILE), true), person(None, false)];
    let older = Some(urls::admin_list(urls::ADMIN_PEOPLE, HOSTILE, "0.0"));
    vec![
        page("", people, older).render(),
        page(HOSTILE, Vec::new(), None).render(),
    ]
}
