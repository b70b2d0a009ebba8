//! `/login`: the login form.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::log_in::{Credentials, Outcome, log_in};
use crate::accounts::authentication::finish_login::FinishedLogin;
use crate::accounts::authentication::passkeys::Ceremony;
use crate::accounts::login_protection::LoginBlocked;
use crate::accounts::sessions::SessionKind;
use crate::http::error::Error;
use crate::http::fields::{Query, checkbox};
use crate::http::form_errors::FormErrors;
use crate::http::pages::awaiting_approval::awaiting_approval;
use crate::http::pages::cookies;
use crate::http::pages::current_user::{PresentedSession, SignedOut};
use crate::http::pages::device::Device;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::kept_no_cookie::KeptNoCookie;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::pending_login::PendingLoginRequest;
use crate::http::pages::redirect::{NextQuery, after_form, safe_next};
use crate::http::pages::sign_up_cookie::SignUpCookie;
use crate::security::challenge::Purpose;
use crate::security::webauthn::UserVerification;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::{DeviceId, EmailAddress, EmailAddressError, Password};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LogInForm {
    email: String,
    password: String,
    #[serde(deserialize_with = "checkbox")]
    pub(super) remember: bool,
    next: String,
    /// The response of a passkey, in JSON. Script fills it in.
    pub(super) passkey: String,
}

#[derive(Template)]
#[template(path = "login/login.html")]
struct LogInPage {
    frame: Frame,
    email: String,
    remember: bool,
    next: String,
    errors: FormErrors,
    /// True if this browser signed up with the address. Shows the resend button.
    confirm_first: bool,
    /// Options for the use of a passkey, in JSON. `None` if the site has no domain name.
    passkey: Option<String>,
    /// A signal to password managers, in JSON.
    signal: Option<String>,
}

#[derive(Template)]
#[template(path = "login/blocked.html")]
struct BlockedPage {
    frame: Frame,
    email: String,
}

#[derive(Template)]
#[template(path = "login/locked.html")]
struct LockedPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "login/cookies.html")]
struct CookiesPage {
    frame: Frame,
    href: String,
}

impl LogInPage {
    /// Returns the `autocomplete` of the email address. Browsers offer passkeys beside it.
    fn username(&self) -> &'static str {
        if self.passkey.is_some() {
            "username webauthn"
        } else {
            "username"
        }
    }
}

/// Shows the form, filled with the email address from the previous page. A browser that has just
/// logged in, but kept no cookie, gets a page that says so. The form would only lead back here.
pub async fn show(
    SignedOut { request }: SignedOut,
    KeptNoCookie(kept_no_cookie): KeptNoCookie,
    Query(query): Query<NextQuery>,
) -> Result<HttpResponse, Error> {
    let next = query.safe().to_owned();
    if kept_no_cookie && !next.is_empty() {
        let (frame, href) = (request.frame(), urls::log_in_then(&next));
        return request.page(StatusCode::OK, &CookiesPage { frame, href });
    }
    let (email, remember) = (
        request.flash.email.clone().unwrap_or_default(),
        request.flash.remember,
    );
    let form = LogInForm {
        email,
        remember,
        next,
        ..LogInForm::default()
    };
    render_page(&request, StatusCode::OK, form, FormErrors::default(), false)
}

/// Logs in. A user with a session may log in again, even to another account. The old session ends.
pub async fn submit(
    request: PageRequest,
    PresentedSession(came_with): PresentedSession,
    Device(device): Device,
    signed_up: SignUpCookie,
    Form(form): Form<LogInForm>,
) -> Result<HttpResponse, Error> {
    let credentials = match credentials(&form.email, &form.password, form.remember) {
        Ok(credentials) => credentials,
        Err(errors) => {
            return render_page(
                &request,
                StatusCode::UNPROCESSABLE_ENTITY,
                form,
                errors,
                false,
            );
        }
    };
    match log_in(
        &request.app,
        credentials,
        SessionKind::Browser(came_with),
        device.clone(),
        request.client.clone(),
    )
    .await?
    {
        Outcome::SignedIn(login) => Ok(signed_in(&request, &form, &login, &device, &signed_up)),
        Outcome::SecondStep(pending) => {
            let next = safe_next(&form.next).unwrap_or_default();
            let cookies = [
                PendingLoginRequest::cookie(&request.app, &pending.secret),
                // A new browser must send the same device id with the second step.
                cookies::for_device(&request.app, &device),
            ];
            let page = urls::second_step_then(next);
            Ok(request.redirect_with(&page, &Flash::default(), cookies))
        }
        Outcome::WrongCredentials => wrong(&request, form, &signed_up),
        Outcome::LoginBlocked(reason) => blocked(&request, form, reason),
        Outcome::PasswordBlocked { email } => account_blocked(&request, email),
        Outcome::Locked => account_locked(&request),
        Outcome::AwaitingApproval { email } => {
            awaiting_approval(&request, StatusCode::FORBIDDEN, email)
        }
    }
}

/// Redirects after a login.
pub(super) fn signed_in(
    request: &PageRequest,
    form: &LogInForm,
    login: &FinishedLogin,
    device: &DeviceId,
    signed_up: &SignUpCookie,
) -> HttpResponse {
    let app = &request.app;
    let next = safe_next(&form.next).unwrap_or_else(|| app.after_login());
    let cookies = cookies::for_login(app, &login.session)
        .into_iter()
        .chain([cookies::for_device(app, device)])
        .chain(signed_up.clear(app));
    request.redirect_with(&after_form(next), &Flash::default(), cookies)
}

pub(super) fn account_blocked(request: &PageRequest, email: String) -> Result<HttpResponse, Error> {
    let frame = request.frame();
    request.page(StatusCode::FORBIDDEN, &BlockedPage { frame, email })
}

pub(super) fn account_locked(request: &PageRequest) -> Result<HttpResponse, Error> {
    let frame = request.frame();
    request.page(StatusCode::FORBIDDEN, &LockedPage { frame })
}

/// Returns the ceremony of a login without a password. The passkey must verify the user.
pub(super) fn ceremony(request: &PageRequest) -> Ceremony<'_> {
    let app = &request.app;
    app.ceremony(Purpose::Login, UserVerification::Required)
}

/// Shows the form again. The message depends on the typed values and on this browser, never on
/// stored data about the address.
fn wrong(
    request: &PageRequest,
    form: LogInForm,
    signed_up: &SignUpCookie,
) -> Result<HttpResponse, Error> {
    let email = EmailAddress::parse(&form.email)
        .ok()
        .filter(|email| signed_up.is_for(&request.app, email));
    let mut errors = FormErrors::default();
    if let Some(email) = &email {
        errors.add_to_form(
            "email",
            Reason::ConfirmFirst {
                email: email.as_str().to_owned(),
            },
        );
    }
    errors.add_to_form("email", Reason::WrongCredentials);
    render_page(
        request,
        StatusCode::UNPROCESSABLE_ENTITY,
        form,
        errors,
        email.is_some(),
    )
}

/// Returns the credentials, or the errors of empty fields. A malformed email address is no error
/// here. It has the same outcome as an unknown one.
pub(super) fn credentials(
    email: &str,
    password: &str,
    remember: bool,
) -> Result<Credentials, FormErrors> {
    let email = EmailAddress::parse(email);
    let mut errors = FormErrors::default();
    if email == Err(EmailAddressError::Empty) {
        errors.add("email", EmailAddressError::Empty);
    }
    if password.is_empty() {
        errors.add("password", Reason::NoPassword);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Credentials {
        email: email.ok(),
        password: Password::from_login(password),
        remember,
    })
}

/// Shows the form again, with the wait. The typed email address, the checkbox and the target page
/// are kept for the next attempt.
pub(super) fn blocked(
    request: &PageRequest,
    form: LogInForm,
    blocked: LoginBlocked,
) -> Result<HttpResponse, Error> {
    request.set_retry_after(blocked.wait());
    let reason = match blocked {
        LoginBlocked::RetryAfter(wait) => Reason::LoginPaused(wait),
        LoginBlocked::NetworkLimited(wait) => Reason::PasswordNetworkLimited(wait),
        LoginBlocked::LockedOut => Reason::LoginLockedOut,
    };
    let errors = FormErrors::of_form("email", reason);
    render_page(request, StatusCode::TOO_MANY_REQUESTS, form, errors, false)
}

pub(super) fn render_page(
    request: &PageRequest,
    status: StatusCode,
    form: LogInForm,
    errors: FormErrors,
    confirm_first: bool,
) -> Result<HttpResponse, Error> {
    let page = LogInPage {
        confirm_first,
        ..page_of(request, form, errors)
    };
    request.page(status, &page)
}

/// Shows the form again. `signal` tells password managers about a passkey that does not exist.
pub(super) fn page_with_signal(
    request: &PageRequest,
    form: LogInForm,
    errors: FormErrors,
    signal: Option<String>,
) -> Result<HttpResponse, Error> {
    let page = LogInPage {
        signal,
        ..page_of(request, form, errors)
    };
    request.page(page.errors.status(), &page)
}

fn page_of(request: &PageRequest, form: LogInForm, errors: FormErrors) -> LogInPage {
    // Another page redirected here. The notice is not repeated after a failed attempt.
    let notice = (!form.next.is_empty() && errors.is_empty()).then_some(Notice::LogInFirst);
    let has_passkeys = request.app.public_url.has_passkeys();
    LogInPage {
        frame: request.frame_with(notice),
        email: form.email,
        remember: form.remember,
        next: safe_next(&form.next).unwrap_or_default().to_owned(),
        errors,
        confirm_first: false,
        passkey: has_passkeys.then(|| ceremony(request).request_options(&[])),
        signal: None,
    }
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use std::time::Duration;

    use crate::http::samples::HOSTILE;
    let page = |remember, errors, confirm_first| LogInPage {
        frame: Frame::sample(),
        email: HOSTILE.to_owned(),
        remember,
        next: "/dashboard".to_owned(),
        errors,
        confirm_first,
        passkey: Some("{}".to_owned()),
        signal: confirm_first.then(|| "{}".to_owned()),
    };
    let mut both = FormErrors::of_form(
        "email",
        Reason::ConfirmFirst {
            email: HOSTILE.to_owned(),
        },
    );
    both.add_to_form("email", Reason::WrongCredentials);
    vec![
        page(false, FormErrors::default(), false).render(),
        page(
            true,
            FormErrors::of_form("email", Reason::WrongCredentials),
            false,
        )
        .render(),
        page(true, both, true).render(),
        page(true, FormErrors::sample(&["email", "password"]), false).render(),
        page(false, FormErrors::sample(&["passkey"]), false).render(),
        LogInPage {
            passkey: None,
            ..page(false, FormErrors::default(), false)
        }
        .render(),
        BlockedPage {
            frame: Frame::sample(),
            email: HOSTILE.to_owned(),
        }
        .render(),
        LockedPage {
            frame: Frame::sample(),
        }
        .render(),
        page(
            true,
            FormErrors::of_form("email", Reason::LoginPaused(Duration::from_secs(1))),
            false,
        )
        .render(),
        page(
            true,
            FormErrors::of_form("email", Reason::LoginLockedOut),
            false,
        )
        .render(),
        CookiesPage {
            frame: Frame::sample(),
            href: urls::log_in_then(urls::DASHBOARD),
        }
        .render(),
    ]
}
