//! `/account/sessions`: the list of sessions, with buttons to end them. Each button has a form of
//! its own, so that Enter never presses another one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::list_sessions::{find_new_logins, list_sessions};
use crate::accounts::apps::logins::names_of_session;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::ListQuery;
use crate::http::pages::times::PastTime;
use crate::store::app_logins;
use crate::store::session_lists::ListedSession;
use crate::urls;
use crate::values::display_device;

struct SessionView {
    device: String,
    address: String,
    first_seen: PastTime,
    last_seen: PastTime,
    /// True for a recent login from a new device.
    is_new: bool,
    /// Names of the apps that the session has opened.
    apps: String,
    end_action: String,
}

#[derive(Template)]
#[template(path = "sessions/sessions.html")]
struct SessionsPage {
    frame: Frame,
    /// The current session, which is on the first page only.
    this: Option<SessionView>,
    others: Vec<SessionView>,
    is_newest: bool,
    earlier_href: Option<String>,
}

impl SessionView {
    fn new(
        session: &ListedSession,
        apps: String,
        last_seen: Timestamp,
        is_new: bool,
        now: Timestamp,
    ) -> Self {
        Self {
            apps,
            device: display_device(&session.user_agent),
            address: session.client_address.clone(),
            first_seen: PastTime::new(session.created_at, now),
            last_seen: PastTime::new(last_seen, now),
            is_new,
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
    let user = actor.user.clone();
    let listed = list_sessions(&request.app, actor.user, actor.by, before).await?;
    let new_logins = find_new_logins(&request.app, user, &listed.sessions).await?;
    let id = signed_in.current.user.id.clone();
    let find = move |tx: &mut Tx<'_>| Ok(app_logins::of_open_sessions(tx, &id)?);
    let logins = request.app.read(find).await?;
    let (this, others): (Vec<_>, Vec<_>) = listed
        .sessions
        .iter()
        .partition(|session| session.id_hash == *this);
    let other = |session: &ListedSession| {
        let login = (session.created_at, session.user_agent.clone());
        let is_new = new_logins.contains(&login);
        let apps = names_of_session(&logins, &session.handle);
        SessionView::new(session, apps, session.last_seen_at, is_new, now)
    };
    let earlier = listed
        .earlier
        .map(|cursor| urls::sessions_before(&cursor.in_url()));
    let page = SessionsPage {
        frame: request.frame(),
        // The stored time of the last request lags behind.
        this: this.first().map(|session| {
            let apps = names_of_session(&logins, &session.handle);
            SessionView::new(session, apps, now, false, now)
        }),
        others: others.into_iter().map(other).collect(),
        is_newest,
        earlier_href: earlier,
    };
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let session = |is_new| SessionView {
        device: HOSTILE.to_owned(),
        address: HOSTILE.to_owned(),
        first_seen: PastTime::sample(),
        last_seen: PastTime::sample(),
        is_new,
        apps: if is_new {
            HOSTILE.to_owned()
        } else {
            String::new()
        },
        end_action: urls::session_end("0"),
    };
    let page = |this, others, is_newest, earlier_href| SessionsPage {
        frame: Frame::sample_signed_in(),
        this,
        others,
        is_newest,
        earlier_href,
    };
    let earlier = || Some(urls::sessions_before("0.0"));
    let this = || Some(session(false));
    vec![
        page(this(), Vec::new(), true, None).render(),
        page(this(), vec![session(true), session(false)], true, None).render(),
        page(this(), vec![session(false)], true, earlier()).render(),
        page(None, vec![session(false)], false, earlier()).render(),
        page(None, Vec::new(), false, None).render(),
    ]
}
