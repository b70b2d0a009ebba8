//! Reauthentication before the setup of a further app, at `/account/security/apps/new`. The form of
//! the setup cannot take the code of a present app, because its own field `code` is for the new
//! one.

use actix_web::HttpResponse;
use askama::Template;

use super::reauthenticate_session::reauthenticate_session;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::{Flash, SecretKind};
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, RequiredFields, check_fields};
use crate::urls;

#[derive(Template)]
#[template(path = "second_factor/reauthenticate_before_app.html")]
struct ReauthenticationPage {
    frame: Frame,
    email: String,
    /// A setup that began before. Empty if there is none.
    sealed: String,
    required: RequiredFields,
    errors: FormErrors,
}

/// Returns true if the form of the setup would need two codes.
pub fn is_needed(signed_in: &SignedIn) -> bool {
    RequiredFields::of(signed_in).has_code()
}

/// Shows the form. `sealed` is a setup that began before. It is empty if there is none.
pub fn show(signed_in: &SignedIn, sealed: String) -> Result<HttpResponse, Error> {
    page(signed_in, sealed, FormErrors::default())
}

/// Reauthenticates, and continues with the setup.
pub async fn submit(
    signed_in: &SignedIn,
    fields: &ReauthenticationFields,
    sealed: &str,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    if !is_needed(signed_in) {
        return Ok(request.redirect(urls::ACCOUNT_APP_NEW, &Flash::default()));
    }
    let mut errors = FormErrors::default();
    let Some(reauthentication) = check_fields(signed_in, &mut errors, fields).await? else {
        return page(signed_in, sealed.to_owned(), errors);
    };
    let renewed = reauthenticate_session(&request.app, signed_in.actor(), reauthentication).await?;
    let session = renewed.ok_or(Error::SessionChanged)?;
    let cookie = cookies::for_session(&request.app, &session);
    let mut flash = Flash::default();
    if !sealed.is_empty() {
        flash = flash.with_secret(&request.app, SecretKind::AppSetup, sealed, &session.handle);
    }
    Ok(request.redirect_with(urls::ACCOUNT_APP_NEW, &flash, [cookie]))
}

fn page(signed_in: &SignedIn, sealed: String, errors: FormErrors) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let page = ReauthenticationPage {
        frame: request.frame(),
        email: signed_in.current.user.email.clone(),
        sealed,
        required: RequiredFields::of(signed_in),
        errors,
    };
    request.page(page.errors.status(), &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |errors| ReauthenticationPage {
        frame: Frame::sample_signed_in(),
        email: HOSTILE.to_owned(),
        sealed: "c2VhbGVk".to_owned(),
        required: RequiredFields::PasswordAndCode,
        errors,
    };
    vec![
        page(FormErrors::default()).render(),
        page(FormErrors::sample(&["current_password", "code"])).render(),
    ]
}
