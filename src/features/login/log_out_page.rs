//! `POST /logout`: ends the session and clears its cookie. Without a session, it only redirects to
//! `/login`. A second press, or one in an old tab, is no error.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::log_out::log_out;
use crate::http::error::Error;
use crate::http::pages::cookies;
use crate::http::pages::current_user::PresentedSession;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::page_request::PageRequest;
use crate::texts::notices::Notice;
use crate::urls;

/// The form has no fields of its own.
#[derive(Deserialize)]
pub struct LogOutForm {}

pub async fn submit(
    request: PageRequest,
    PresentedSession(session): PresentedSession,
    Form(LogOutForm {}): Form<LogOutForm>,
) -> Result<HttpResponse, Error> {
    if let Some(session) = session {
        log_out(&request.app, session, request.client.clone()).await?;
    }
    // Clears the cookie even without a valid session. The browser may have sent two cookies of that
    // name.
    let flash = Flash::notice(Notice::LoggedOut);
    let cookie = cookies::clear(&request.app.public_url, cookies::SESSION);
    Ok(request.redirect_with(urls::LOG_IN, &flash, [cookie]))
}
