//! `/logout`: a GET shows the button, because a link must not log out. A POST ends the session and
//! clears its cookie. Without a session, both only redirect to `/login`. A second submission, or
//! one in an old tab, is no error.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::log_out::log_out;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::pages::cookies;
use crate::http::pages::current_user::{Anyone, PresentedSession};
use crate::http::pages::flash::Flash;
use crate::http::pages::form::{Form, NoFields};
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::redirect::see_other;
use crate::store::app_logins;
use crate::texts::notices::Notice;
use crate::urls;

#[derive(Template)]
#[template(path = "login/log_out.html")]
struct LogOutPage {
    frame: Frame,
    email: String,
    /// True if the session has opened an app.
    has_apps: bool,
}

pub async fn show(Anyone { request, current }: Anyone) -> Result<HttpResponse, Error> {
    let Some(current) = current else {
        return Ok(see_other(urls::LOG_IN));
    };
    let handle = current.session.handle;
    let find = move |tx: &mut Tx<'_>| Ok(app_logins::has_any(tx, &handle)?);
    let has_apps = request.app.read(find).await?;
    let page = LogOutPage {
        frame: request.frame(),
        email: current.user.email,
        has_apps,
    };
    request.page(StatusCode::OK, &page)
}

pub async fn submit(
    request: PageRequest,
    PresentedSession(session): PresentedSession,
    Form(NoFields {}): Form<NoFields>,
) -> Result<HttpResponse, Error> {
    if let Some(session) = session {
        log_out(&request.app, session, request.client.clone()).await?;
    }
    // Clears the cookie even without a valid session. The browser may have sent two cookies of that
    // name.
    let flash = Flash::notice(Notice::LoggedOut);
    let cleared = [cookies::SESSION, cookies::PENDING_LOGIN]
        .map(|name| cookies::clear(&request.app.public_url, name));
    Ok(request.redirect_with(urls::LOG_IN, &flash, cleared))
}

/// Renders the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |has_apps| LogOutPage {
        frame: Frame::sample(),
        email: HOSTILE.to_owned(),
        has_apps,
    };
    vec![page(false).render(), page(true).render()]
}
