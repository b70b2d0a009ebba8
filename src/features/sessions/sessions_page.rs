//! `/account/sessions`: the list of sessions, with buttons to end them. All buttons share one form,
//! so that it has a single password field.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;

use super::end_other_sessions::{self, end_other_sessions};
use super::end_session::{self, end_session};
use super::list_sessions::list_sessions;
use crate::accounts::sessions::NewSession;
use crate::clock::Timestamp;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::{DisplayTime, Frame};
use crate::http::pages::list_query::ListQuery;
use crate::http::pages::reauthentication::{
    CurrentPassword, reauthenticate, requires_reauthentication,
};
use crate::store::sessions::ListedSession;
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::{Cursor, RowId, display_device};

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
    email: String,
    sessions: Vec<SessionView>,
    is_newest: bool,
    earlier_href: Option<String>,
    requires_reauthentication: bool,
    errors: FormErrors,
}

impl SessionsPage {
    /// Returns true if the page needs the form. The current session alone has no button. Errors
    /// still need a place.
    fn has_form(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this) || !self.errors.is_empty()
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
    page(&signed_in, before, StatusCode::OK, FormErrors::default()).await
}

/// Logs out one device.
pub async fn end(
    signed_in: SignedIn,
    handle: Path<RowId>,
    Form(form): Form<CurrentPassword>,
) -> Result<HttpResponse, Error> {
    use end_session::Outcome;
    let mut errors = FormErrors::default();
    let Some(reauthentication) =
        reauthenticate(&signed_in, &mut errors, &form.current_password).await?
    else {
        return refused(&signed_in, errors).await;
    };
    let request = &signed_in.request;
    match end_session(
        &request.app,
        signed_in.actor(),
        reauthentication,
        handle.into_inner().0,
    )
    .await?
    {
        Outcome::Ended { renewed } => {
            Ok(done(&signed_in, Notice::DeviceLoggedOut, renewed.as_ref()))
        }
        Outcome::LoggedOut => {
            let cookie = cookies::clear(&request.app.public_url, cookies::SESSION);
            Ok(request.redirect_with(urls::LOG_IN, &Flash::notice(Notice::LoggedOut), [cookie]))
        }
        Outcome::Unknown => Err(Error::NotFound),
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

/// Logs out every other device.
pub async fn end_others(
    signed_in: SignedIn,
    Form(form): Form<CurrentPassword>,
) -> Result<HttpResponse, Error> {
    use end_other_sessions::Outcome;
    let mut errors = FormErrors::default();
    let Some(reauthentication) =
        reauthenticate(&signed_in, &mut errors, &form.current_password).await?
    else {
        return refused(&signed_in, errors).await;
    };
    match end_other_sessions(&signed_in.request.app, signed_in.actor(), reauthentication).await? {
        Outcome::Ended { renewed } => Ok(done(
            &signed_in,
            Notice::OtherDevicesLoggedOut,
            renewed.as_ref(),
        )),
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

/// Redirects to the list. Sets a new cookie if the session was renewed.
fn done(signed_in: &SignedIn, notice: Notice, renewed: Option<&NewSession>) -> HttpResponse {
    let request = &signed_in.request;
    let cookie = renewed.map(|session| cookies::for_session(&request.app, session));
    request.redirect_with(urls::ACCOUNT_SESSIONS, &Flash::notice(notice), cookie)
}

/// Shows the first page of the list with the errors.
async fn refused(signed_in: &SignedIn, errors: FormErrors) -> Result<HttpResponse, Error> {
    page(signed_in, None, errors.status(), errors).await
}

async fn page(
    signed_in: &SignedIn,
    before: Option<Cursor>,
    status: StatusCode,
    errors: FormErrors,
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
        email: signed_in.current.user.email.clone(),
        sessions: listed.sessions.iter().map(view).collect(),
        is_newest,
        earlier_href: earlier,
        requires_reauthentication: requires_reauthentication(signed_in),
        errors,
    };
    request.page(status, &page)
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
    let page =
        |sessions, is_newest, earlier_href, requires_reauthentication, errors| SessionsPage {
            frame: Frame::sample_signed_in(),
            email: HOSTILE.to_owned(),
            sessions,
            is_newest,
            earlier_href,
            requires_reauthentication,
            errors,
        };
    let (fine, wrong) = (FormErrors::default, || {
        FormErrors::sample(&["current_password"])
    });
    let earlier = || Some(urls::sessions_before("0.0"));
    vec![
        page(vec![session(true)], true, None, false, fine()).render(),
        page(vec![session(true)], true, None, true, wrong()).render(),
        page(
            vec![session(true), session(false)],
            true,
            None,
            false,
            fine(),
        )
        .render(),
        page(
            vec![session(true), session(false)],
            true,
            earlier(),
            true,
            fine(),
        )
        .render(),
        page(
            vec![session(true), session(false)],
            true,
            earlier(),
            true,
            wrong(),
        )
        .render(),
        page(vec![session(false)], false, earlier(), true, fine()).render(),
        page(Vec::new(), false, None, false, fine()).render(),
    ]
}
