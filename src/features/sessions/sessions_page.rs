//! `/account/sessions`: the list of sessions, with buttons to end them. Each button has a form of
//! its own, so that Enter never presses another one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::list_sessions::list_sessions;
use crate::clock::Timestamp;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::frame::{DisplayTime, Frame};
use crate::http::pages::list_query::ListQuery;
use crate::store::sessions::ListedSession;
use crate::urls;
use crate::values::display_device;

struct SessionView {
    device: String,
    address: String,
    first_seen: DisplayTime,
    last_seen: DisplayTime,
    is_this: bool,
    end_action: String,
}

#[derive(Template)]
#[template(path = "sessions/sessions.html")]
struct SessionsPage {
    frame: Frame,
    sessions: Vec<SessionView>,
    is_newest: bool,
    earlier_href: Option<String>,
}

impl SessionsPage {
    /// Returns true if there is a session to end.
    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }
}

impl SessionView {
    /// Shows `this_seen`, the time of the request, for the current session. The stored time lags
    /// behind.
    fn new(session: &ListedSession, this_seen: Option<Timestamp>) -> Self {
        Self {
            device: display_device(&session.user_agent),
            address: session.client_address.clone(),
            first_seen: session.created_at.into(),
            last_seen: this_seen.unwrap_or(session.last_seen_at).into(),
            is_this: this_seen.is_some(),
            end_action: urls::session_end(&session.handle),
        }
    }
}

pub async fn show(
    signed_in: SignedIn,
    Query(ListQuery { before }): Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let (request, actor) = (&signed_in.request, signed_in.actor());
    let (this, is_newest, now) = (
        &signed_in.current.session.id_hash,
        before.is_none(),
        request.app.clock.now(),
    );
    let listed = list_sessions(&request.app, actor.user, actor.by, before).await?;
    let view = |session: &ListedSession| {
        SessionView::new(session, (session.id_hash == *this).then_some(now))
    };
    let earlier = listed
        .earlier
        .map(|cursor| urls::sessions_before(&cursor.in_url()));
    let page = SessionsPage {
        frame: request.frame(),
        sessions: listed.sessions.iter().map(view).collect(),
        is_newest,
        earlier_href: earlier,
    };
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let session = |is_this| SessionView {
        device: HOSTILE.to_owned(),
        address: HOSTILE.to_owned(),
        first_seen: Timestamp::from_millis(0).into(),
        last_seen: Timestamp::from_millis(0).into(),
        is_this,
        end_action: urls::session_end("0"),
    };
    let page = |sessions, is_newest, earlier_href| SessionsPage {
        frame: Frame::sample_signed_in(),
        sessions,
        is_newest,
        earlier_href,
    };
    let earlier = || Some(urls::sessions_before("0.0"));
    let both = || vec![session(true), session(false)];
    vec![
        page(vec![session(true)], true, None).render(),
        page(both(), true, None).render(),
        page(both(), true, earlier()).render(),
        page(vec![session(false)], false, earlier()).render(),
        page(Vec::new(), false, None).render(),
    ]
}
