//! `POST /account/security/apps/{id}/remove`: the button beside an authenticator app. It leads to a
//! page that says what the removal changes. The page asks for password and code if they were given
//! too long ago.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::remove_app::{FoundApp, Outcome, find_app, remove_app};
use crate::accounts::rate_limits::Wait;
use crate::http::error::Error;
use crate::http::fields::checkbox;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{
    ReauthenticationFields, RequiredFields, reauthenticate,
};
use crate::texts::notices::Notice;
use crate::texts::second_step::SecondStepReason;
use crate::urls;
use crate::values::RowId;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RemoveForm {
    #[serde(flatten)]
    typed: ReauthenticationFields,
    /// True for the button of the page, which has said what the removal changes.
    #[serde(deserialize_with = "checkbox")]
    confirmed: bool,
}

#[derive(Template)]
#[template(path = "second_factor/remove_app.html")]
struct RemovePage {
    frame: Frame,
    email: String,
    action: String,
    found: FoundApp,
    required: RequiredFields,
    errors: FormErrors,
}

pub async fn submit(
    signed_in: SignedIn,
    id: Path<RowId>,
    Form(form): Form<RemoveForm>,
) -> Result<HttpResponse, Error> {
    let (request, id) = (&signed_in.request, id.into_inner().0);
    let user = signed_in.current.user.id.clone();
    let Some(found) = find_app(&request.app, user, id.clone()).await? else {
        return Err(Error::NotFound);
    };
    let mut errors = FormErrors::default();
    if !form.confirmed {
        return page(&signed_in, &id, found, errors);
    }
    let Some(reauthentication) = reauthenticate(&signed_in, &mut errors, &form.typed).await? else {
        return page(&signed_in, &id, found, errors);
    };
    let (outcome, renewed) = remove_app(
        &request.app,
        signed_in.actor(),
        reauthentication,
        id.clone(),
    )
    .await?;
    let cookie = renewed.map(|session| cookies::for_session(&request.app, &session));
    match outcome {
        Outcome::Removed => {
            let flash = Flash::notice(Notice::AppRemoved);
            Ok(request.redirect_with(urls::ACCOUNT_SECURITY, &flash, cookie))
        }
        Outcome::RateLimited(Wait(wait)) => {
            request.come_back_after(wait);
            errors.add_rate_limited("remove", SecondStepReason::ChangesLimited(wait));
            let mut response = page(&signed_in, &id, found, errors)?;
            cookies::add(&mut response, cookie);
            Ok(response)
        }
        Outcome::Unknown => Err(Error::NotFound),
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

fn page(
    signed_in: &SignedIn,
    id: &str,
    found: FoundApp,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let status = errors.status_of_question();
    let page = RemovePage {
        frame: signed_in.request.frame(),
        email: signed_in.current.user.email.clone(),
        action: urls::app_remove(id),
        found,
        required: RequiredFields::of(signed_in),
        errors,
    };
    signed_in.request.page(status, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |is_last, required, errors| RemovePage {
        frame: Frame::sample_signed_in(),
        email: HOSTILE.to_owned(),
        action: urls::app_remove("0"),
        found: FoundApp {
            name: HOSTILE.to_owned(),
            is_last,
        },
        required,
        errors,
    };
    vec![
        page(true, RequiredFields::None, FormErrors::default()).render(),
        page(
            false,
            RequiredFields::PasswordAndCode,
            FormErrors::sample(&["current_password", "code"]),
        )
        .render(),
    ]
}
