//! `GET /dashboard`: who you are, when and from where you logged in, how many sessions live, what to do next.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::accounts::sign_in;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::store::sessions::{self, Login};
use crate::values::{UserId, device_in_words};
use crate::web::{Error, Frame, Moment, SignedIn};

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
    email: String,
    this_login: LoginView,
    previous_login: Option<LoginView>,
    live_sessions: usize,
}

impl From<Login> for LoginView {
    fn from(login: Login) -> Self {
        let Moment { iso, words } = Timestamp::from_millis(login.at).into();
        Self { iso, when: words, device: device_in_words(&login.user_agent) }
    }
}

/// Shows it.
pub async fn show(SignedIn { visit, user, session }: SignedIn) -> Result<HttpResponse, Error> {
    let now = visit.app.clock.now();
    let this_login = Login { at: session.created_at, user_agent: session.user_agent };
    let (user_id, id_hash) = (UserId(user.id), session.id_hash);
    let query = move |db: &mut DbConnection| {
        let previous = sessions::latest_other_login(db, &user_id.0, &id_hash)?;
        Ok((previous, sign_in::count_live(db, &user_id, now)?))
    };
    let (previous, live_sessions) = visit.app.db.read(query).await?;
    let page = DashboardPage {
        frame: visit.frame(),
        greeting: user.name.unwrap_or_else(|| user.email.clone()),
        email: user.email,
        this_login: this_login.into(),
        previous_login: previous.map(LoginView::from),
        live_sessions,
    };
    visit.page(StatusCode::OK, &page)
}

/// Every state of the page, with the worst that a person can type.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::web::page::HOSTILE;
    let login = || LoginView::from(Login { at: 0, user_agent: "Firefox/143.0 (Windows)".to_owned() });
    let page = |previous_login, live_sessions| DashboardPage {
        frame: Frame { signed_in: true, ..Frame::sample() },
        greeting: HOSTILE.to_owned(),
        email: HOSTILE.to_owned(),
        this_login: login(),
        previous_login,
        live_sessions,
    };
    vec![page(None, 1).render(), page(Some(login()), 50).render()]
}
