//! `POST /logout`: ends this session and clears its cookie. Signed out already, it simply leads to `/login`: pressed
//! twice or in an old tab, it is no error.

use actix_web::HttpResponse;

use super::log_out::log_out;
use crate::urls;
use crate::web::{Error, Fields, Flash, Form, FromFields, Notice, PageRequest, PresentedSession, cookies};

/// A form without fields.
pub struct LogOutForm;

impl FromFields for LogOutForm {
    fn from_fields(_: &mut Fields) -> Self {
        Self
    }
}

/// Logs out.
pub async fn submit(
    request: PageRequest,
    PresentedSession(session): PresentedSession,
    Form(LogOutForm): Form<LogOutForm>,
) -> Result<HttpResponse, Error> {
    if let Some(session) = session {
        log_out(&request.app, session, request.client.clone()).await?;
    }
    // Whatever the browser has of that name: a session that is ours but came beside another one is gone from here, too.
    let flash = Flash::notice(Notice::LoggedOut);
    let cookie = cookies::clear(&request.app.public_url, cookies::SESSION);
    Ok(request.redirect_with(urls::LOG_IN, &flash, [cookie]))
}
