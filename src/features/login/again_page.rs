//! `/login/again`: asks a logged-in user for everything that a login asks for. An app may need a
//! more recent login, or one with a second step. The session gets a new id and stays the same
//! session, so no app is logged out.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::handover_target::target_of;
use crate::http::pages::reauthentication::{ReauthenticationFields, check_fields, renew_session};
use crate::http::pages::redirect::{NextQuery, after_form, safe_next};
use crate::http::pages::required_fields::RequiredFields;
use crate::urls;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AgainForm {
    #[serde(flatten)]
    given: ReauthenticationFields,
    next: String,
}

#[derive(Template)]
#[template(path = "login/again.html")]
struct AgainPage {
    frame: Frame,
    /// The name of the app that the user continues to.
    app: Option<String>,
    next: String,
    email: String,
    required: RequiredFields,
    errors: FormErrors,
}

pub async fn show(
    signed_in: SignedIn,
    Query(query): Query<NextQuery>,
) -> Result<HttpResponse, Error> {
    render_page(&signed_in, query.safe(), FormErrors::default()).await
}

pub async fn submit(
    signed_in: SignedIn,
    Form(form): Form<AgainForm>,
) -> Result<HttpResponse, Error> {
    let next = safe_next(&form.next).unwrap_or_default();
    let mut errors = FormErrors::default();
    let Some(given) = check_fields(&signed_in, &mut errors, &form.given).await? else {
        return render_page(&signed_in, next, errors).await;
    };
    let session = renew_session(&signed_in, given).await?;
    let request = &signed_in.request;
    let next = if next.is_empty() {
        urls::DASHBOARD
    } else {
        next
    };
    let cookie = cookies::for_session(&request.app, &session);
    Ok(request.redirect_with(&after_form(next), &Flash::default(), [cookie]))
}

async fn render_page(
    signed_in: &SignedIn,
    next: &str,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let target = target_of(&request.app, &signed_in.current, next).await?;
    let page = AgainPage {
        frame: request.frame(),
        app: target.map(|target| target.app),
        next: next.to_owned(),
        email: signed_in.current.user.email.clone(),
        required: RequiredFields::always(signed_in).await?,
        errors,
    };
    request.page(page.errors.status(), &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |app, required, errors| AgainPage {
        frame: Frame::sample_signed_in(),
        app,
        next: HOSTILE.to_owned(),
        email: HOSTILE.to_owned(),
        required,
        errors,
    };
    vec![
        page(None, RequiredFields::PASSWORD, FormErrors::default()).render(),
        page(
            Some(HOSTILE.to_owned()),
            RequiredFields::sample_with_passkey(),
            FormErrors::sample(&["current_password", "code", "passkey"]),
        )
        .render(),
    ]
}
