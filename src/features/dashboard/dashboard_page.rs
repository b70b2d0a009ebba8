//! `GET /dashboard`: this login and the previous one, the number of live sessions, and suggested
//! next steps.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::Timestamp;
use crate::http::error::Error;
use crate::http::pages::current_user::{SignedIn, SignedInWithSummary};
use crate::http::pages::frame::{DisplayTime, Frame};
use crate::store::sessions::Current;
use crate::values::display_device;

struct LoginView {
    iso: String,
    when: String,
    device: String,
}

#[derive(Template)]
#[template(path = "dashboard/dashboard.html")]
struct DashboardPage {
    frame: Frame,
    greeting: String,
    has_name: bool,
    email: String,
    this_login: LoginView,
    previous_login: Option<LoginView>,
    live_sessions: i64,
}

impl LoginView {
    fn new(at: Timestamp, user_agent: &str) -> Self {
        let DisplayTime { iso, text } = at.into();
        Self {
            iso,
            when: text,
            device: display_device(user_agent),
        }
    }
}

pub async fn show(
    SignedInWithSummary { signed_in, summary }: SignedInWithSummary,
) -> Result<HttpResponse, Error> {
    let SignedIn {
        request,
        current: Current { user, session },
    } = signed_in;
    let page = DashboardPage {
        frame: request.frame(),
        has_name: user.name.is_some(),
        greeting: user.name.unwrap_or_else(|| user.email.clone()),
        email: user.email,
        this_login: LoginView::new(session.created_at, &session.user_agent),
        previous_login: summary
            .other_login
            .map(|login| LoginView::new(login.at, &login.user_agent)),
        live_sessions: summary.live.unwrap_or_default(),
    };
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let login = || LoginView::new(Timestamp::from_millis(0), "Firefox/143.0 (Windows)");
    let page = |previous_login, live_sessions: i64| DashboardPage {
        frame: Frame::sample_signed_in(),
        greeting: HOSTILE.to_owned(),
        has_name: live_sessions > 1,
        email: HOSTILE.to_owned(),
        this_login: login(),
        previous_login,
        live_sessions,
    };
    vec![page(None, 1).render(), page(Some(login()), 50).render()]
}
