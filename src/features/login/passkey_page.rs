//! `POST /login/passkey`: the button “Log in with a passkey” of the login form, and autofill.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::log_in_with_passkey::{Outcome, log_in_with_passkey};
use super::login_page::{self, LogInForm};
use crate::accounts::authentication::finish_login::SessionRequest;
use crate::accounts::sessions::SessionKind;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::current_user::PresentedSession;
use crate::http::pages::device::Device;
use crate::http::pages::form::Form;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::reauthentication::PASSKEY;
use crate::http::pages::sign_up_cookie::SignUpCookie;
use crate::security::webauthn::unknown_passkey_signal;
use crate::texts::passkeys::PasskeyReason;
use crate::values::PasskeyError;

/// Logs in. Ignores the email address and the password, which the form has, too.
pub async fn submit(
    request: PageRequest,
    PresentedSession(came_with): PresentedSession,
    Device(device): Device,
    signed_up: SignUpCookie,
    Form(form): Form<LogInForm>,
) -> Result<HttpResponse, Error> {
    let presented = match login_page::ceremony(&request).present(&form.passkey) {
        Ok(presented) => presented,
        Err(PasskeyError::Expired) => return rejected(&request, form, PasskeyReason::Expired),
        Err(PasskeyError::Rejected) => {
            return rejected(&request, form, PasskeyReason::RejectedAtLogin);
        }
    };
    let credential_id = presented.assertion.credential_id().to_owned();
    let session = SessionRequest {
        kind: SessionKind::Browser(came_with),
        remember: form.remember,
        device: device.clone(),
    };
    let client = request.client.clone();
    match log_in_with_passkey(&request.app, presented, session, client).await? {
        Outcome::SignedIn(login) => Ok(login_page::signed_in(
            &request, &form, &login, &device, &signed_up,
        )),
        Outcome::WrongPasskey { is_unknown } => {
            let public_url = &request.app.public_url;
            let signal = is_unknown.then(|| unknown_passkey_signal(public_url, &credential_id));
            let errors = errors(PasskeyReason::RejectedAtLogin);
            login_page::page_with_signal(&request, form, errors, signal)
        }
        Outcome::Used => rejected(&request, form, PasskeyReason::Expired),
        Outcome::UserNotVerified => rejected(&request, form, PasskeyReason::PinNeeded),
        Outcome::Copied => rejected(&request, form, PasskeyReason::Copied),
        Outcome::AccountBlocked { email } => login_page::account_blocked(&request, email),
        Outcome::Locked => login_page::account_locked(&request),
        Outcome::LoginBlocked(blocked) => login_page::blocked(&request, form, blocked),
    }
}

fn rejected(
    request: &PageRequest,
    form: LogInForm,
    reason: PasskeyReason,
) -> Result<HttpResponse, Error> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    login_page::render_page(request, status, form, errors(reason), false)
}

fn errors(reason: PasskeyReason) -> FormErrors {
    FormErrors::of_member(PASSKEY, reason.into())
}
