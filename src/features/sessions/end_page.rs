//! The buttons that log out one device or all others. If the password was given too long ago, the
//! response is a page that asks for it. The page has only the form of that button.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::end_other_sessions::{self, end_other_sessions};
use super::end_session::{self, end_session};
use super::list_sessions::find_session;
use crate::accounts::authentication::reauthentication::Reauthentication;
use crate::accounts::sessions::NewSession;
use crate::http::error::Error;
use crate::http::fields::sent;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, reauthenticate};
use crate::http::pages::required_fields::{RequiredFields, reauthenticated_recently};
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::{RowId, display_device};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EndForm {
    /// `None` from a button in the list, which has no field for it.
    #[serde(deserialize_with = "sent")]
    current_password: Option<String>,
    code: String,
    passkey: String,
}

#[derive(Template)]
#[template(path = "sessions/end.html")]
struct EndPage {
    frame: Frame,
    email: String,
    /// The device to log out, or `None` for all others.
    device: Option<String>,
    action: String,
    required: RequiredFields,
    errors: FormErrors,
}

/// Logs out one device.
pub async fn end_one(
    signed_in: SignedIn,
    handle: Path<RowId>,
    Form(form): Form<EndForm>,
) -> Result<HttpResponse, Error> {
    use end_session::Outcome;
    let (request, handle) = (&signed_in.request, handle.into_inner().0);
    let reauthentication = match reauthenticate_for(&signed_in, &form).await? {
        Ok(reauthentication) => reauthentication,
        Err(errors) => {
            let user = signed_in.current.user.id.clone();
            let found = find_session(&request.app, user, handle.clone()).await?;
            // Until the user has reauthenticated, an unknown session looks like an unknown device.
            // Otherwise an attacker with the cookie could try out handles.
            let device = display_device(found.as_ref().map_or("", |found| &found.user_agent));
            return render_page(&signed_in, Some(device), urls::session_end(&handle), errors).await;
        }
    };
    match end_session(&request.app, signed_in.actor(), reauthentication, handle).await? {
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
    Form(form): Form<EndForm>,
) -> Result<HttpResponse, Error> {
    use end_other_sessions::Outcome;
    let reauthentication = match reauthenticate_for(&signed_in, &form).await? {
        Ok(reauthentication) => reauthentication,
        Err(errors) => {
            let action = urls::ACCOUNT_SESSIONS_END_OTHERS.to_owned();
            return render_page(&signed_in, None, action, errors).await;
        }
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

/// Returns the reauthentication, or the errors of the page that asks for the password. A button in
/// the list is not an error: its form has no field for the password.
async fn reauthenticate_for(
    signed_in: &SignedIn,
    form: &EndForm,
) -> Result<Result<Reauthentication, FormErrors>, Error> {
    let mut errors = FormErrors::default();
    if form.current_password.is_none()
        && form.passkey.is_empty()
        && !reauthenticated_recently(signed_in)
    {
        return Ok(Err(errors));
    }
    let typed = ReauthenticationFields {
        current_password: form.current_password.clone().unwrap_or_default(),
        code: form.code.clone(),
        passkey: form.passkey.clone(),
    };
    let reauthentication = reauthenticate(signed_in, &mut errors, &typed).await?;
    Ok(reauthentication.ok_or(errors))
}

/// Redirects to the list. Sets a new cookie if the session was renewed.
fn done(signed_in: &SignedIn, notice: Notice, renewed: Option<&NewSession>) -> HttpResponse {
    let request = &signed_in.request;
    let cookie = renewed.map(|session| cookies::for_session(&request.app, session));
    request.redirect_with(urls::ACCOUNT_SESSIONS, &Flash::notice(notice), cookie)
}

/// Asks for the password.
async fn render_page(
    signed_in: &SignedIn,
    device: Option<String>,
    action: String,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let status = errors.status_of_question();
    let page = EndPage {
        frame: signed_in.request.frame(),
        email: signed_in.current.user.email.clone(),
        device,
        action,
        required: RequiredFields::always(signed_in).await?,
        errors,
    };
    signed_in.request.page(status, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |device, errors| EndPage {
        frame: Frame::sample_signed_in(),
        email: HOSTILE.to_owned(),
        device,
        action: urls::session_end("0"),
        required: RequiredFields::PASSWORD_AND_CODE,
        errors,
    };
    vec![
        page(Some(HOSTILE.to_owned()), FormErrors::default()).render(),
        page(None, FormErrors::sample(&["current_password"])).render(),
    ]
}
