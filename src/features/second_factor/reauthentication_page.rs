//! Reauthentication before the setup of a factor, at the URL of the setup. An authenticator app
//! needs the field `code` for its own first code. A passkey is stored by the device before the form
//! is sent, so the password is checked first.

use actix_web::HttpResponse;
use askama::Template;

use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::{Flash, SecretKind};
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, check_fields, renew_session};
use crate::http::pages::required_fields::{RequiredFields, reauthenticated_recently};
use crate::urls;
use crate::values::FactorKind;

#[derive(Template)]
#[template(path = "second_factor/reauthenticate.html")]
struct ReauthenticationPage {
    frame: Frame,
    kind: FactorKind,
    action: &'static str,
    email: String,
    /// The setup of an app that began before. Empty if there is none.
    sealed: String,
    required: RequiredFields,
    errors: FormErrors,
}

/// Returns true if the setup of a factor must begin with a reauthentication.
pub fn is_needed(signed_in: &SignedIn, kind: FactorKind) -> bool {
    let has_second_step = signed_in.current.user.has_second_step();
    !reauthenticated_recently(signed_in) && (kind.is_passkey() || has_second_step)
}

/// Shows the form. `sealed` is the setup of an app that began before. It is empty if there is none.
pub async fn show(
    signed_in: &SignedIn,
    kind: FactorKind,
    sealed: String,
) -> Result<HttpResponse, Error> {
    render_page(signed_in, kind, sealed, FormErrors::default()).await
}

/// Reauthenticates, and continues with the setup.
pub async fn submit(
    signed_in: &SignedIn,
    kind: FactorKind,
    given: &ReauthenticationFields,
    sealed: &str,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    if !is_needed(signed_in, kind) {
        return Ok(request.redirect(setup_of(kind), &Flash::default()));
    }
    let mut errors = FormErrors::default();
    let Some(reauthentication) = check_fields(signed_in, &mut errors, given).await? else {
        return render_page(signed_in, kind, sealed.to_owned(), errors).await;
    };
    let session = renew_session(signed_in, reauthentication).await?;
    let cookie = cookies::for_session(&request.app, &session);
    let mut flash = Flash::default();
    if !sealed.is_empty() {
        flash = flash.with_secret(&request.app, SecretKind::AppSetup, sealed, &session.handle);
    }
    Ok(request.redirect_with(setup_of(kind), &flash, [cookie]))
}

fn setup_of(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::App => urls::ACCOUNT_APP_NEW,
        FactorKind::Passkey => urls::ACCOUNT_PASSKEY_NEW,
    }
}

async fn render_page(
    signed_in: &SignedIn,
    kind: FactorKind,
    sealed: String,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let page = ReauthenticationPage {
        frame: request.frame(),
        kind,
        action: setup_of(kind),
        email: signed_in.current.user.email.clone(),
        sealed,
        required: RequiredFields::of(signed_in).await?,
        errors,
    };
    request.page(page.errors.status(), &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |kind, required, errors| ReauthenticationPage {
        frame: Frame::sample_signed_in(),
        kind,
        action: setup_of(kind),
        email: HOSTILE.to_owned(),
        sealed: "c2VhbGVk".to_owned(),
        required,
        errors,
    };
    let codes = || RequiredFields::PASSWORD_AND_CODE;
    vec![
        page(FactorKind::App, codes(), FormErrors::default()).render(),
        page(
            FactorKind::App,
            codes(),
            FormErrors::sample(&["current_password", "code"]),
        )
        .render(),
        page(
            FactorKind::Passkey,
            RequiredFields::sample_with_passkey(),
            FormErrors::sample(&["current_password", "code", "passkey"]),
        )
        .render(),
        page(
            FactorKind::Passkey,
            RequiredFields::sample_passkey_only(),
            FormErrors::default(),
        )
        .render(),
    ]
}
