//! `/account/security/passkeys/new`: adds a passkey. It needs script, because only script can ask
//! the device for one.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use super::add_passkey::{Outcome, add_passkey};
use crate::accounts::authentication::passkeys::{Ceremony, MAX_PASSKEYS};
use crate::accounts::rate_limits::Wait;
use crate::db::Tx;
use crate::features::second_factor::reauthentication_page;
use crate::features::second_factor::recovery_codes::codes_page::added;
use crate::http::error::Error;
use crate::http::fields::checkbox;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::{SignedIn, SignedInToEnrol};
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{PASSKEY, ReauthenticationFields};
use crate::security::challenge::Purpose;
use crate::security::webauthn::UserVerification;
use crate::store::passkeys;
use crate::texts::notices::Notice;
use crate::texts::passkeys::PasskeyReason;
use crate::texts::second_step::SecondStepReason;
use crate::values::{FactorKind, PasskeyError};

/// The form of the page. Its field `passkey` is the new passkey. In the form that only
/// reauthenticates, it is the response of a present passkey.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddForm {
    #[serde(flatten)]
    reauthentication: ReauthenticationFields,
    /// True in the form that only reauthenticates.
    #[serde(deserialize_with = "checkbox")]
    reauthenticates: bool,
}

#[derive(Template)]
#[template(path = "second_factor/add_passkey.html")]
struct AddPage {
    frame: Frame,
    /// Options for the new passkey, in JSON. `None` if the site has no domain name.
    options: Option<String>,
    /// True for the first factor, which logs out all other devices.
    is_first: bool,
    errors: FormErrors,
}

pub async fn show(SignedInToEnrol(signed_in): SignedInToEnrol) -> Result<HttpResponse, Error> {
    if is_reauthentication_needed(&signed_in) {
        return reauthentication_page::show(&signed_in, FactorKind::Passkey, String::new()).await;
    }
    render_page(&signed_in, FormErrors::default()).await
}

pub async fn submit(
    SignedInToEnrol(signed_in): SignedInToEnrol,
    Form(form): Form<AddForm>,
) -> Result<HttpResponse, Error> {
    let given = &form.reauthentication;
    if form.reauthenticates {
        return reauthentication_page::submit(&signed_in, FactorKind::Passkey, given, "").await;
    }
    if is_reauthentication_needed(&signed_in) {
        return reauthentication_page::show(&signed_in, FactorKind::Passkey, String::new()).await;
    }
    let request = &signed_in.request;
    let new = match ceremony(&signed_in).register(&given.passkey) {
        Ok(new) if request.app.public_url.has_passkeys() => new,
        Ok(_) | Err(PasskeyError::Rejected) => {
            return rejected(&signed_in, PasskeyReason::NotAdded).await;
        }
        Err(PasskeyError::Expired) => return rejected(&signed_in, PasskeyReason::Expired).await,
    };
    let (outcome, renewed) = add_passkey(&request.app, signed_in.actor(), new).await?;
    let mut errors = FormErrors::default();
    match outcome {
        Outcome::Added(codes) => {
            let notice = Notice::PasskeyAdded;
            return Ok(added(&signed_in, notice, &codes, renewed.as_ref()));
        }
        Outcome::AlreadyUsed => errors.add(PASSKEY, PasskeyReason::NotAdded),
        Outcome::TooMany => {
            let limit = MAX_PASSKEYS;
            errors.add(PASSKEY, PasskeyReason::TooMany { limit });
        }
        Outcome::RateLimited(Wait(wait)) => {
            request.set_retry_after(wait);
            errors.add_rate_limited(PASSKEY, SecondStepReason::ChangesLimited(wait));
        }
        Outcome::SessionEnded => return Err(Error::SessionChanged),
    }
    let mut response = render_page(&signed_in, errors).await?;
    let cookie = renewed.map(|session| cookies::for_session(&request.app, &session));
    cookies::add(&mut response, cookie);
    Ok(response)
}

/// Returns true if the form must begin with a reauthentication. A site that cannot have passkeys
/// says so first.
fn is_reauthentication_needed(signed_in: &SignedIn) -> bool {
    signed_in.request.app.public_url.has_passkeys()
        && reauthentication_page::is_needed(signed_in, FactorKind::Passkey)
}

fn ceremony(signed_in: &SignedIn) -> Ceremony<'_> {
    let session = &signed_in.current.session.handle;
    let app = &signed_in.request.app;
    app.ceremony(Purpose::Enrol(session), UserVerification::Preferred)
}

async fn rejected(signed_in: &SignedIn, reason: PasskeyReason) -> Result<HttpResponse, Error> {
    render_page(signed_in, FormErrors::of_member(PASSKEY, reason.into())).await
}

async fn render_page(signed_in: &SignedIn, errors: FormErrors) -> Result<HttpResponse, Error> {
    let (request, user) = (&signed_in.request, &signed_in.current.user);
    let app = &request.app;
    let options = if app.public_url.has_passkeys() {
        let id = user.id.clone();
        let existing = app
            .read(move |tx: &mut Tx<'_>| Ok(passkeys::live(tx, &id)?))
            .await?;
        let app_name = &app.settings.app_name;
        Some(ceremony(signed_in).creation_options(app_name, user, &existing))
    } else {
        None
    };
    let page = AddPage {
        frame: request.frame(),
        options,
        is_first: !signed_in.current.user.has_second_step(),
        errors,
    };
    request.page(page.errors.status(), &page)
}

/// Renders every state of the page.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    let page = |options, errors| AddPage {
        frame: Frame::sample_signed_in(),
        options,
        is_first: true,
        errors,
    };
    let options = || Some(r#"{"user":{}}"#.to_owned());
    vec![
        page(options(), FormErrors::default()).render(),
        page(options(), FormErrors::sample(&[PASSKEY])).render(),
        page(None, FormErrors::default()).render(),
    ]
}
