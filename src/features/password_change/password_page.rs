//! `/account/password`: the form for a new password. It always asks for the current one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::change_password::{Change, Outcome, change_password};
use crate::http::error::Error;
use crate::http::fields::checkbox;
use crate::http::form_errors::FormErrors;
use crate::http::new_password::judge_new_password_of;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::device::Device;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, check_fields};
use crate::http::pages::required_fields::RequiredFields;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::urls;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    #[serde(flatten)]
    reauthentication: ReauthenticationFields,
    password: String,
    #[serde(deserialize_with = "checkbox")]
    end_others: bool,
}

#[derive(Template)]
#[template(path = "password_change/password.html")]
struct PasswordPage {
    frame: Frame,
    email: String,
    end_others: bool,
    required: RequiredFields,
    errors: FormErrors,
}

pub async fn show(signed_in: SignedIn) -> Result<HttpResponse, Error> {
    render_page(&signed_in, StatusCode::OK, true, FormErrors::default()).await
}

pub async fn submit(
    signed_in: SignedIn,
    Device(device): Device,
    Form(form): Form<PasswordForm>,
) -> Result<HttpResponse, Error> {
    let (request, user) = (&signed_in.request, &signed_in.current.user);
    let mut errors = FormErrors::default();
    let reauthentication = check_fields(&signed_in, &mut errors, &form.reauthentication).await?;
    // Judges the new password only if the current one matches. Otherwise an attacker with the
    // session could use up the owner's rate limit.
    let accepted = match &reauthentication {
        Some(_) => {
            judge_new_password_of(&request.app, &mut errors, &form.password, &user.id.0, user)
                .await?
        }
        None => None,
    };
    if accepted.is_some() && form.password == form.reauthentication.current_password {
        errors.add("password", Reason::SamePassword);
    }
    let (Some(reauthentication), Some(password), true) =
        (reauthentication, accepted, errors.is_empty())
    else {
        return render_page(&signed_in, errors.status(), form.end_others, errors).await;
    };
    let change = Change {
        password,
        end_others: form.end_others,
        device: device.clone(),
    };
    match change_password(&request.app, signed_in.actor(), reauthentication, change).await? {
        Outcome::Changed(renewed) => {
            let notice = if form.end_others {
                Notice::PasswordChangedEverywhere
            } else {
                Notice::PasswordChanged
            };
            let session = renewed.map(|session| cookies::for_session(&request.app, &session));
            let cookies = session
                .into_iter()
                .chain([cookies::for_device(&request.app, &device)]);
            Ok(request.redirect_with(urls::ACCOUNT, &Flash::notice(notice), cookies))
        }
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

async fn render_page(
    signed_in: &SignedIn,
    status: StatusCode,
    end_others: bool,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (request, email) = (&signed_in.request, signed_in.current.user.email.clone());
    request.page(
        status,
        &PasswordPage {
            frame: request.frame(),
            email,
            end_others,
            required: RequiredFields::always(signed_in).await?,
            errors,
        },
    )
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |end_others, required, errors| {
        let page = PasswordPage {
            frame: Frame::sample_signed_in(),
            email: HOSTILE.to_owned(),
            end_others,
            required,
            errors,
        };
        page.render()
    };
    let none = FormErrors::default;
    let failed = FormErrors::sample(&["current_password", "code", "password"]);
    vec![
        page(true, RequiredFields::PASSWORD, none()),
        page(false, RequiredFields::PASSWORD_AND_CODE, failed),
        page(true, RequiredFields::sample_with_passkey(), none()),
        page(true, RequiredFields::sample_passkey_only(), none()),
    ]
}
