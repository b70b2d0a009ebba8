//! `GET /account`: an overview of the account's parts, each with its current state.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::accounts::links::{self, Purpose};
use crate::accounts::oauth::api_tokens;
use crate::accounts::sessions::policy;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::frame::{DisplayTime, Frame};
use crate::store::sessions::{self, Page};
use crate::store::{events, password_credentials};
use crate::values::{SessionIdHash, UserId};

#[derive(Template)]
#[template(path = "account/overview.html")]
struct OverviewPage {
    frame: Frame,
    profile: ProfileState,
    email: String,
    waiting: Option<String>,
    password_changed: Option<DisplayTime>,
    other_sessions: usize,
    tokens: u32,
    last_event: Option<DisplayTime>,
}

struct ProfileState {
    name: Option<String>,
    handle: Option<String>,
    is_public: bool,
}

struct State {
    waiting: Option<String>,
    password_changed_at: Option<Timestamp>,
    other_sessions: usize,
    tokens: u32,
    last_event_at: Option<Timestamp>,
}

pub async fn show(signed_in: SignedIn) -> Result<HttpResponse, Error> {
    let SignedIn { request, current } = signed_in;
    let (user, this) = (current.user.id, current.session.id_hash);
    let state = request.app.read(move |tx| read(tx, &user, &this)).await?;
    let page = OverviewPage {
        frame: request.frame(),
        profile: ProfileState {
            name: current.user.name,
            handle: current.user.handle,
            is_public: current.user.is_public,
        },
        email: current.user.email,
        waiting: state.waiting,
        password_changed: state.password_changed_at.map(Into::into),
        other_sessions: state.other_sessions,
        tokens: state.tokens,
        last_event: state.last_event_at.map(Into::into),
    };
    request.page(StatusCode::OK, &page)
}

fn read(tx: &mut Tx<'_>, user: &UserId, this: &SessionIdHash) -> Result<State, DbError> {
    let (live_at, page) = (
        policy::live_at(tx.now),
        Page {
            after: None,
            limit: i64::try_from(policy::LIVE_LIMIT).unwrap_or(i64::MAX),
        },
    );
    let others = sessions::live_ones(tx, user, Some(this), live_at, page)?;
    Ok(State {
        waiting: links::live(tx, Purpose::ChangeAddress, user)?
            .into_iter()
            .find_map(|link| link.email),
        password_changed_at: password_credentials::of(tx, user)?.map(|stored| stored.changed_at),
        other_sessions: others.len(),
        tokens: api_tokens::count_live(tx, user)?,
        last_event_at: events::page(tx, user, None, 1)?
            .first()
            .map(|event| event.happened_at),
    })
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let moment = || DisplayTime::from(Timestamp::from_millis(0));
    let hostile = || Some(HOSTILE.to_owned());
    let page = |profile, waiting, other_sessions, tokens| OverviewPage {
        frame: Frame::sample_signed_in(),
        profile,
        email: HOSTILE.to_owned(),
        waiting,
        password_changed: Some(moment()),
        other_sessions,
        tokens,
        last_event: Some(moment()),
    };
    let profile = |name, handle, is_public| ProfileState {
        name,
        handle,
        is_public,
    };
    vec![
        page(profile(None, None, false), None, 0, 0).render(),
        page(profile(hostile(), hostile(), true), hostile(), 49, 50).render(),
        page(profile(hostile(), hostile(), false), None, 1, 1).render(),
    ]
}
