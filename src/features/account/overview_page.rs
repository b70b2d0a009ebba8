//! `GET /account`: an overview of the account's sections, each with its current state.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::pages::current_user::{SignedIn, SignedInWithSummary};
use crate::http::pages::frame::Frame;
use crate::http::pages::times::PastTime;
use crate::store::events;
use crate::store::users::User;
use crate::values::UserId;

#[derive(Template)]
#[template(path = "account/overview.html")]
struct OverviewPage {
    frame: Frame,
    profile: ProfileState,
    pending_email: Option<String>,
    password_changed: Option<PastTime>,
    other_sessions: i64,
    tokens: i64,
    last_event: Option<PastTime>,
}

struct ProfileState {
    name: Option<String>,
    handle: Option<String>,
    is_public: bool,
    email: String,
}

impl From<User> for ProfileState {
    fn from(user: User) -> Self {
        Self {
            name: user.name,
            handle: user.handle,
            is_public: user.is_public,
            email: user.email,
        }
    }
}

pub async fn show(
    SignedInWithSummary { signed_in, summary }: SignedInWithSummary,
) -> Result<HttpResponse, Error> {
    let SignedIn { request, current } = signed_in;
    let (user, now) = (current.user.id.clone(), request.app.clock.now());
    let last_event = request.app.read(move |tx| last_event(tx, &user)).await?;
    let past = |at| PastTime::new(at, now);
    let page = OverviewPage {
        frame: request.frame(),
        profile: current.user.into(),
        pending_email: summary.pending_email,
        password_changed: summary.password_changed_at.map(past),
        other_sessions: summary.live_sessions - 1,
        tokens: summary.live_tokens,
        last_event: last_event.map(past),
    };
    request.page(StatusCode::OK, &page)
}

fn last_event(tx: &mut Tx<'_>, user: &UserId) -> Result<Option<Timestamp>, DbError> {
    let newest = events::page(tx, user, None, 1)?;
    Ok(newest.first().map(|event| event.happened_at))
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let hostile = || Some(HOSTILE.to_owned());
    let page = |profile, pending_email, other_sessions, tokens| OverviewPage {
        frame: Frame::sample_signed_in(),
        profile,
        pending_email,
        password_changed: (other_sessions > 0).then(PastTime::sample),
        other_sessions,
        tokens,
        last_event: Some(PastTime::sample()),
    };
    let profile = |name, handle, is_public| ProfileState {
        name,
        handle,
        is_public,
        email: HOSTILE.to_owned(),
    };
    vec![
        page(profile(None, None, false), None, 0, 0).render(),
        page(profile(hostile(), hostile(), true), hostile(), 49, 50).render(),
        page(profile(hostile(), hostile(), false), None, 1, 1).render(),
    ]
}
