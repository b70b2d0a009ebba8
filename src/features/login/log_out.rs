//! `POST /logout`: ends this session on the server and clears its cookie. Signed out already, it simply leads to
//! `/login`: pressed twice or in an old tab, it is no error.

use actix_web::HttpResponse;

use crate::accounts::audit::{self, Event};
use crate::accounts::sign_out::{self, EndReason};
use crate::app::App;
use crate::urls;
use crate::values::SessionIdHash;
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
    log_out(&visit.app, session, &visit).await?;
    let cookie = cookies::clear(&visit.app.public_url, cookies::SESSION);
    Ok(visit.redirect_with(urls::LOG_IN, &flash, Some(cookie)))
}

async fn log_out(app: &App, session: SessionIdHash, visit: &Visit) -> Result<(), Error> {
    let (now, client) = (app.clock.now(), visit.client.clone());
    let work = move |db: &mut _| match sign_out::end(db, &session, EndReason::LoggedOut, now)? {
        Some(user) => audit::record(db, Event::LoggedOut, Some(&user), &client, now),
        None => Ok(()),
    };
    Ok(app.db.write(work).await?)
}
