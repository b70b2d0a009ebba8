//! `POST /logout`: ends this session and clears its cookie. Signed out already, it simply leads to `/login`: pressed
//! twice or in an old tab, it is no error.

use actix_web::HttpResponse;

use super::log_out::log_out;
use crate::urls;
use crate::web::{Error, Fields, Flash, Form, FromFields, Notice, PresentedSession, Visit, cookies};

/// A form without fields.
pub struct LogOutForm;

impl FromFields for LogOutForm {
    fn from_fields(_: &mut Fields) -> Self {
        Self
    }
}

/// Logs out.
pub async fn submit(
    visit: Visit,
    PresentedSession(session): PresentedSession,
    Form(LogOutForm): Form<LogOutForm>,
) -> Result<HttpResponse, Error> {
    let flash = Flash::notice(Notice::LoggedOut);
    let Some(session) = session else { return Ok(visit.redirect(urls::LOG_IN, &flash)) };
    log_out(&visit.app, session, visit.client.clone()).await?;
    let cookie = cookies::clear(&visit.app.public_url, cookies::SESSION);
    Ok(visit.redirect_with(urls::LOG_IN, &flash, [cookie]))
}
