//! `/login/second-step`: asks for a passkey, for the code of an authenticator app, or for a
//! recovery code. It needs the cookie of a pending login.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::complete_second_step::{Outcome, SecondStep, complete_second_step};
use crate::accounts::authentication::factor_check::GivenFactor;
use crate::accounts::authentication::passkeys::Ceremony;
use crate::accounts::authentication::recovery_codes;
use crate::accounts::sessions::SessionKind;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::fields::{Query, checkbox, sent};
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::PresentedSession;
use crate::http::pages::device::Device;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::pending_login::{PendingLoginRequest, log_in_again};
use crate::http::pages::reauthentication::{
    CODE, PASSKEY, code_blocked, field_of, used_factor, wrong_factor,
};
use crate::http::pages::redirect::{after_form, safe_next};
use crate::http::pages::sign_up_cookie::SignUpCookie;
use crate::security::challenge::Purpose;
use crate::security::webauthn::UserVerification;
use crate::store::{passkeys, totp_credentials, users};
use crate::texts::notices::Notice;
use crate::texts::passkeys::PasskeyReason;
use crate::texts::reasons::Reason;
use crate::texts::second_step::SecondStepReason;
use crate::urls;
use crate::values::Code;

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
    /// `None` if the page asks for a passkey only.
    #[serde(deserialize_with = "sent")]
    code: Option<String>,
    next: String,
    /// `recovery_code` if the page had a text keyboard.
    method: String,
    /// The response of a passkey, in JSON. Script fills it in.
    passkey: String,
    /// True to trust the browser.
    #[serde(deserialize_with = "checkbox")]
    trust: bool,
}

impl SecondStepForm {
    fn wants_recovery_code(&self) -> bool {
        self.method == urls::RECOVERY_CODE_METHOD
    }
}

#[derive(Template)]
#[template(path = "login/second_step.html")]
struct SecondStepPage {
    frame: Frame,
    email: String,
    next: String,
    factors: FactorsView,
    /// True for a recovery code, which needs a text keyboard.
    wants_recovery_code: bool,
    trust: bool,
    errors: FormErrors,
}

/// The factors of the account that the page offers.
struct FactorsView {
    has_app: bool,
    /// True if the browser may skip the second step from now on.
    can_trust: bool,
    /// Options for the use of a passkey, in JSON.
    passkey: Option<String>,
}

pub async fn show(
    pending: PendingLoginRequest,
    Query(query): Query<SecondStepQuery>,
) -> Result<HttpResponse, Error> {
    let form = SecondStepForm {
        next: query.next,
        method: query.method,
        ..SecondStepForm::default()
    };
    render_page(&pending, StatusCode::OK, &form, FormErrors::default()).await
}

pub async fn submit(
    Form(form): Form<SecondStepForm>,
    pending: PendingLoginRequest,
    PresentedSession(came_with): PresentedSession,
    Device(device): Device,
    signed_up: SignUpCookie,
) -> Result<HttpResponse, Error> {
    let request = &pending.request;
    let given = match given_factor(&pending, &form) {
        Ok(given) => given,
        Err((field, reason)) => return rejected(&pending, &form, field, reason).await,
    };
    let field = field_of(&given);
    let (wrong, used) = (wrong_factor(&given), used_factor(&given));
    let step = SecondStep {
        pending_login: pending.id.clone(),
        factor: given,
        kind: SessionKind::Browser(came_with),
        device,
        trusts_browser: form.trust,
    };
    match complete_second_step(&request.app, step, request.client.clone()).await? {
        Outcome::SignedIn {
            login,
            device,
            used_recovery_code,
            codes_left,
        } => {
            let app = &request.app;
            let next = safe_next(&form.next).unwrap_or_else(|| app.after_login());
            let flash = Flash {
                notice: notice(used_recovery_code, codes_left),
                ..Flash::default()
            };
            let cookies = cookies::for_login(app, &login.session)
                .into_iter()
                .chain([cookies::for_device(app, &device)])
                .chain(signed_up.clear(app));
            Ok(request.redirect_with(&after_form(next), &flash, cookies))
        }
        Outcome::WrongFactor => rejected(&pending, &form, field, wrong).await,
        Outcome::UsedFactor => rejected(&pending, &form, field, used).await,
        Outcome::CopiedPasskey => {
            rejected(&pending, &form, field, PasskeyReason::Copied.into()).await
        }
        Outcome::CannotCheck => {
            rejected(&pending, &form, field, SecondStepReason::CannotCheck.into()).await
        }
        Outcome::LoginBlocked(blocked) => {
            request.set_retry_after(blocked.wait());
            let errors = FormErrors::of_form(field, code_blocked(blocked));
            render_page(&pending, StatusCode::TOO_MANY_REQUESTS, &form, errors).await
        }
        Outcome::Expired => Err(log_in_again(
            request,
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

/// Reads the code or the response of the passkey. Returns the field and the reason of an error.
fn given_factor(
    pending: &PendingLoginRequest,
    form: &SecondStepForm,
) -> Result<GivenFactor, (&'static str, Reason)> {
    if form.passkey.is_empty() {
        let Some(typed) = &form.code else {
            return Err((PASSKEY, PasskeyReason::Missing.into()));
        };
        let code = if form.wants_recovery_code() {
            Code::parse_recovery(typed)
        } else {
            Code::parse(typed)
        };
        let code = code.map_err(|error| (CODE, error.into()))?;
        return Ok(GivenFactor::Code(code));
    }
    let presented = ceremony(pending)
        .present(&form.passkey)
        .map_err(|error| (PASSKEY, PasskeyReason::from(error).into()))?;
    Ok(GivenFactor::Passkey(Box::new(presented)))
}

fn ceremony(pending: &PendingLoginRequest) -> Ceremony<'_> {
    let purpose = Purpose::SecondStep(&pending.id.0);
    let app = &pending.request.app;
    // The password is the other factor, so the passkey need not verify the user.
    app.ceremony(purpose, UserVerification::Preferred)
}

async fn rejected(
    pending: &PendingLoginRequest,
    form: &SecondStepForm,
    field: &'static str,
    reason: Reason,
) -> Result<HttpResponse, Error> {
    let errors = FormErrors::of_member(field, reason);
    render_page(pending, StatusCode::UNPROCESSABLE_ENTITY, form, errors).await
}

async fn render_page(
    pending: &PendingLoginRequest,
    status: StatusCode,
    form: &SecondStepForm,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (request, user) = (&pending.request, pending.user.clone());
    let find = move |tx: &mut Tx<'_>| {
        let has_app = !totp_credentials::live(tx, &user)?.is_empty();
        let live = passkeys::live(tx, &user)?;
        Ok(users::by_id(tx, &user)?.map(|user| (user, has_app, live)))
    };
    let Some((user, has_app, live)) = request.app.read(find).await? else {
        let next = safe_next(&form.next).unwrap_or_default();
        return Err(log_in_again(request, next));
    };
    let page = SecondStepPage {
        frame: request.frame(),
        email: user.email,
        next: safe_next(&form.next).unwrap_or_default().to_owned(),
        factors: FactorsView {
            has_app,
            can_trust: !user.is_admin,
            passkey: (!live.is_empty()).then(|| ceremony(pending).request_options(&live)),
        },
        wants_recovery_code: form.wants_recovery_code(),
        trust: form.trust,
        errors,
    };
    request.page(status, &page)
}

/// Renders every state of the page.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use std::time::Duration;

    use crate::accounts::login_protection::LoginBlocked;
    use crate::http::samples::HOSTILE;
    use crate::values::CodeError;
    let page = |wants_recovery_code: bool, errors| SecondStepPage {
        frame: Frame::sample(),
        email: HOSTILE.to_owned(),
        next: "/account?a=b&c".to_owned(),
        factors: FactorsView {
            has_app: true,
            can_trust: !wants_recovery_code,
            passkey: None,
        },
        wants_recovery_code,
        trust: false,
        errors,
    };
    let with_passkey = |has_app, errors| SecondStepPage {
        factors: FactorsView {
            has_app,
            can_trust: true,
            passkey: Some("{}".to_owned()),
        },
        ..page(false, errors)
    };
    let with = |reason: SecondStepReason| {
        let mut errors = FormErrors::default();
        errors.add(CODE, reason);
        errors
    };
    let blocked = |blocked| FormErrors::of_form(CODE, code_blocked(blocked));
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
        with_passkey(true, FormErrors::default()).render(),
        with_passkey(false, FormErrors::sample(&[PASSKEY])).render(),
    ]
}
