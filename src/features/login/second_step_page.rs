//! `/login/second-step`: asks for the code of an authenticator app, or for a recovery code. It
//! needs the cookie of a pending login.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::complete_second_step::{Outcome, SecondStep, complete_second_step};
use crate::accounts::authentication::recovery_codes;
use crate::accounts::sessions::SessionKind;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::PresentedSession;
use crate::http::pages::device::Device;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::pending_login::{PendingLoginRequest, log_in_again};
use crate::http::pages::reauthentication::code_blocked;
use crate::http::pages::redirect::safe_next;
use crate::http::pages::sign_up_cookie::SignUpCookie;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::texts::second_step::SecondStepReason;
use crate::urls;
use crate::values::Code;

const FIELD: &str = "code";

/// The page to open after the login, and the keyboard.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SecondStepQuery {
    next: String,
    /// `recovery_code` for a text keyboard.
    method: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SecondStepForm {
    code: String,
    next: String,
    /// `recovery_code` if the page had a text keyboard.
    method: String,
}

#[derive(Template)]
#[template(path = "login/second_step.html")]
struct SecondStepPage {
    frame: Frame,
    next: String,
    /// True for a recovery code, which needs a text keyboard.
    wants_recovery_code: bool,
    errors: FormErrors,
}

pub async fn show(
    PendingLoginRequest { request, .. }: PendingLoginRequest,
    Query(query): Query<SecondStepQuery>,
) -> Result<HttpResponse, Error> {
    let form = SecondStepForm {
        next: query.next,
        method: query.method,
        ..SecondStepForm::default()
    };
    page(&request, StatusCode::OK, &form, FormErrors::default())
}

pub async fn submit(
    Form(form): Form<SecondStepForm>,
    PendingLoginRequest { request, id }: PendingLoginRequest,
    PresentedSession(came_with): PresentedSession,
    Device(device): Device,
    signed_up: SignUpCookie,
) -> Result<HttpResponse, Error> {
    let code = match Code::parse(&form.code) {
        Ok(code) => code,
        Err(error) => return rejected(&request, &form, error),
    };
    let wrong = SecondStepReason::wrong(&code);
    let step = SecondStep {
        pending_login: id,
        code,
        kind: SessionKind::Browser(came_with),
        device: device.clone(),
    };
    match complete_second_step(&request.app, step, request.client.clone()).await? {
        Outcome::SignedIn {
            login,
            used_recovery_code,
            codes_left,
        } => {
            let app = &request.app;
            let next = safe_next(&form.next).unwrap_or_else(|| app.after_login());
            let flash = Flash {
                notice: notice(used_recovery_code, codes_left),
                ..Flash::default()
            };
            let cookies = [
                cookies::for_session(app, &login.session),
                cookies::for_device(app, &device),
                cookies::clear(&app.public_url, cookies::PENDING_LOGIN),
            ];
            let cookies = cookies.into_iter().chain(signed_up.clear(app));
            Ok(request.redirect_with(next, &flash, cookies))
        }
        Outcome::WrongCode => rejected(&request, &form, wrong),
        Outcome::UsedCode => rejected(&request, &form, SecondStepReason::UsedCode),
        Outcome::CannotCheck => rejected(&request, &form, SecondStepReason::CannotCheck),
        Outcome::LoginBlocked(blocked) => {
            request.come_back_after(blocked.wait());
            let reason = code_blocked(blocked);
            let errors = FormErrors::of_form(FIELD, reason);
            page(&request, StatusCode::TOO_MANY_REQUESTS, &form, errors)
        }
        Outcome::Expired => Err(log_in_again(
            &request,
            safe_next(&form.next).unwrap_or_default(),
        )),
    }
}

/// Returns the message after a login about the recovery codes that are left.
fn notice(used_recovery_code: bool, left: i64) -> Option<Notice> {
    if used_recovery_code {
        Some(Notice::RecoveryCodeUsed { left })
    } else {
        recovery_codes::are_few(left).then_some(Notice::FewRecoveryCodes { left })
    }
}

fn rejected(
    request: &PageRequest,
    form: &SecondStepForm,
    reason: impl Into<Reason>,
) -> Result<HttpResponse, Error> {
    let mut errors = FormErrors::default();
    errors.add(FIELD, reason);
    page(request, StatusCode::UNPROCESSABLE_ENTITY, form, errors)
}

fn page(
    request: &PageRequest,
    status: StatusCode,
    form: &SecondStepForm,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let page = SecondStepPage {
        frame: request.frame(),
        next: safe_next(&form.next).unwrap_or_default().to_owned(),
        wants_recovery_code: form.method == urls::RECOVERY_CODE_METHOD,
        errors,
    };
    request.page(status, &page)
}

/// Renders every state of the page.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use std::time::Duration;

    use crate::accounts::login_protection::LoginBlocked;
    use crate::values::CodeError;
    let page = |wants_recovery_code, errors| SecondStepPage {
        frame: Frame::sample(),
        next: "/account?a=b&c".to_owned(),
        wants_recovery_code,
        errors,
    };
    let with = |reason: SecondStepReason| {
        let mut errors = FormErrors::default();
        errors.add(FIELD, reason);
        errors
    };
    let blocked = |blocked| FormErrors::of_form(FIELD, code_blocked(blocked));
    vec![
        page(false, FormErrors::default()).render(),
        page(false, with(SecondStepReason::WrongCode)).render(),
        page(true, FormErrors::default()).render(),
        page(true, with(SecondStepReason::WrongRecoveryCode)).render(),
        page(true, with(CodeError::Empty.into())).render(),
        page(
            false,
            blocked(LoginBlocked::RetryAfter(Duration::from_secs(1))),
        )
        .render(),
        page(false, blocked(LoginBlocked::LockedOut)).render(),
    ]
}
