//! `/account/security/apps/new`: shows the QR code of a new authenticator app, and takes its first
//! code. Showing the page writes nothing, so leaving it changes nothing.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::add_app::{Outcome, add_app};
use crate::accounts::authentication::authenticator_apps::{AppSetup, MAX_APPS, NewApp};
use crate::accounts::rate_limits::Wait;
use crate::features::second_factor::reauthentication_page;
use crate::features::second_factor::recovery_codes::codes_page::added;
use crate::http::error::Error;
use crate::http::fields::checkbox;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::{SignedIn, SignedInToEnrol};
use crate::http::pages::flash::SecretKind;
use crate::http::pages::frame::Frame;
use crate::http::pages::qr::Qr;
use crate::http::pages::reauthentication::{ReauthenticationFields, reauthenticate};
use crate::http::pages::required_fields::RequiredFields;
use crate::http::pages::signed_in_form::{SignedInForm, TypedForm};
use crate::http::typed::Typed;
use crate::texts::labelled::Labelled;
use crate::texts::labels;
use crate::texts::notices::Notice;
use crate::texts::second_step::SecondStepReason;
use crate::values::{Code, CodeError, FactorKind};

/// The form of the setup. Its field `code` is the first code of the new app. In the form that only
/// reauthenticates, it is the code of a present app.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddForm {
    #[serde(flatten)]
    reauthentication: ReauthenticationFields,
    name: String,
    /// The sealed setup.
    sealed: String,
    /// True in the form that only reauthenticates. It may have a setup that began before.
    #[serde(deserialize_with = "checkbox")]
    reauthenticates: bool,
}

impl TypedForm for AddForm {
    const ENROLS: bool = true;

    fn typed(&self) -> Vec<Typed> {
        vec![Typed::new(labels::APP_NAME, &self.name)]
    }
}

#[derive(Template)]
#[template(path = "second_factor/add_app.html")]
struct AddPage {
    frame: Frame,
    email: String,
    /// `None` if the service's name and the address are too long for a QR code.
    qr: Option<Qr>,
    uri: String,
    /// The secret in groups of four characters.
    key: String,
    sealed: String,
    name: String,
    required: RequiredFields,
    /// True for the first factor, which logs out all other devices.
    is_first: bool,
    errors: FormErrors,
}

/// Shows the QR code. After a reauthentication, it is the one that the user has scanned before.
pub async fn show(SignedInToEnrol(mut signed_in): SignedInToEnrol) -> Result<HttpResponse, Error> {
    if reauthentication_page::is_needed(&signed_in, FactorKind::App) {
        return reauthentication_page::show(&signed_in, FactorKind::App, String::new()).await;
    }
    let session = &signed_in.current.session.handle;
    let sealed = signed_in.request.take_secret(SecretKind::AppSetup, session);
    let app = &signed_in.request.app;
    let (keys, now) = (&app.keys, app.clock.now());
    let begun = sealed.and_then(|sealed| AppSetup::open(keys, session, &sealed, now));
    let setup = begun.unwrap_or_else(|| AppSetup::new(now));
    render_page(
        &signed_in,
        StatusCode::OK,
        &setup,
        "",
        FormErrors::default(),
    )
    .await
}

pub async fn submit(
    SignedInForm { signed_in, form }: SignedInForm<AddForm>,
) -> Result<HttpResponse, Error> {
    if form.reauthenticates {
        let (given, sealed) = (&form.reauthentication, &form.sealed);
        return reauthentication_page::submit(&signed_in, FactorKind::App, given, sealed).await;
    }
    if reauthentication_page::is_needed(&signed_in, FactorKind::App) {
        return reauthentication_page::show(&signed_in, FactorKind::App, form.sealed).await;
    }
    let (request, session) = (&signed_in.request, &signed_in.current.session);
    let (app, now) = (&request.app, request.app.clock.now());
    let Some(setup) = AppSetup::open(&app.keys, &session.handle, &form.sealed, now) else {
        return setup_expired(&signed_in, &form.name).await;
    };
    let mut errors = FormErrors::default();
    let step = errors.check(
        "code",
        first_step(&setup, &form.reauthentication.code, &signed_in),
    );
    let name = match form.name.trim() {
        "" => Some(labels::USUAL_APP_NAME.to_owned()),
        name => errors
            .check("name", Labelled::Factor.parse(name))
            .map(|label| label.as_str().to_owned()),
    };
    let (Some(step), Some(name)) = (step, name) else {
        return render_page(&signed_in, errors.status(), &setup, &form.name, errors).await;
    };
    let Some(reauthentication) =
        reauthenticate(&signed_in, &mut errors, &form.reauthentication).await?
    else {
        return render_page(&signed_in, errors.status(), &setup, &form.name, errors).await;
    };
    let new_app = NewApp {
        setup: setup.clone(),
        name,
        step,
    };
    let (outcome, renewed) = add_app(app, signed_in.actor(), reauthentication, new_app).await?;
    let (status, reason) = match outcome {
        Outcome::Added(codes) => {
            return Ok(added(
                &signed_in,
                Notice::AppAdded,
                &codes,
                renewed.as_ref(),
            ));
        }
        Outcome::AlreadyAdded => {
            return Ok(added(&signed_in, Notice::AppAdded, &[], renewed.as_ref()));
        }
        Outcome::TooMany => (
            StatusCode::UNPROCESSABLE_ENTITY,
            SecondStepReason::TooManyApps { limit: MAX_APPS },
        ),
        Outcome::RateLimited(Wait(wait)) => {
            request.set_retry_after(wait);
            let reason = SecondStepReason::ChangesLimited(wait);
            (StatusCode::TOO_MANY_REQUESTS, reason)
        }
        Outcome::SetupUsed => return setup_expired(&signed_in, &form.name).await,
        Outcome::SessionEnded => return Err(Error::SessionChanged),
    };
    let errors = FormErrors::of_form("code", reason.into());
    let mut response = render_page(&signed_in, status, &setup, &form.name, errors).await?;
    cookies::add(
        &mut response,
        renewed.map(|session| cookies::for_session(app, &session)),
    );
    Ok(response)
}

/// Shows a new QR code.
async fn setup_expired(signed_in: &SignedIn, name: &str) -> Result<HttpResponse, Error> {
    let errors = FormErrors::of_form("code", SecondStepReason::SetupExpired.into());
    let setup = AppSetup::new(signed_in.request.app.clock.now());
    render_page(
        signed_in,
        StatusCode::UNPROCESSABLE_ENTITY,
        &setup,
        name,
        errors,
    )
    .await
}

/// Returns the step of the first code, if the new app shows that code now.
fn first_step(
    setup: &AppSetup,
    typed: &str,
    signed_in: &SignedIn,
) -> Result<i64, SecondStepReason> {
    match Code::parse(typed) {
        Ok(Code::App(code)) => setup
            .secret
            .matched_step(code, signed_in.request.app.clock.now())
            .ok_or(SecondStepReason::WrongSetupCode),
        Err(CodeError::Empty) => Err(CodeError::Empty.into()),
        Ok(Code::Recovery(_)) | Err(_) => Err(SecondStepReason::WrongSetupCode),
    }
}

async fn render_page(
    signed_in: &SignedIn,
    status: StatusCode,
    setup: &AppSetup,
    name: &str,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (request, user) = (&signed_in.request, &signed_in.current.user);
    let app = &request.app;
    let uri = setup.uri(&app.settings.app_name, &user.email);
    let page = AddPage {
        frame: request.frame(),
        email: user.email.clone(),
        qr: Qr::new(&uri),
        uri,
        key: in_groups(&setup.secret.base32()),
        sealed: setup.seal(&app.keys, &signed_in.current.session.handle),
        name: name.to_owned(),
        required: RequiredFields::of(signed_in).await?,
        is_first: !user.has_second_step(),
        errors,
    };
    request.page(status, &page)
}

fn in_groups(key: &str) -> String {
    let mut text = String::new();
    for (at, letter) in key.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |name: &str, required, errors| AddPage {
        frame: Frame::sample_signed_in(),
        email: HOSTILE.to_owned(),
        qr: Qr::new("otpauth://totp/x"),
        uri: "otpauth://totp/x".to_owned(),
        key: in_groups("ABCDEFGHIJKL"),
        sealed: "c2VhbGVk".to_owned(),
        name: name.to_owned(),
        is_first: required == RequiredFields::NONE,
        required,
        errors,
    };
    vec![
        page("", RequiredFields::NONE, FormErrors::default()).render(),
        page(
            HOSTILE,
            RequiredFields::PASSWORD,
            FormErrors::sample(&["code", "name", "current_password"]),
        )
        .render(),
    ]
}
