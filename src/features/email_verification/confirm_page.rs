//! `/verify`: the page behind the confirmation link. `GET` shows a button and changes nothing.
//! `POST` confirms the email address.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use askama::Template;
use serde::Deserialize;

use super::verify_email::{ConfirmRequest, LinkStatus, Outcome, peek, verify_email};
use crate::accounts::authentication::passwords::AcceptedPassword;
use crate::accounts::links::Purpose;
use crate::accounts::sessions::NewSession;
use crate::app::App;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::new_password::judge_new_password_of_signup;
use crate::http::pages::awaiting_approval::awaiting_approval;
use crate::http::pages::cookies;
use crate::http::pages::current_user::Anyone;
use crate::http::pages::device::Device;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::link_token::{LinkToken, incomplete_link};
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::sign_up_cookie::SignUpCookie;
use crate::store::pending_signups::PendingSignup;
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::Token;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    token: String,
    password: String,
}

#[derive(Template)]
#[template(path = "email_verification/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    token: String,
    email: String,
}

#[derive(Template)]
#[template(path = "email_verification/choose_password.html")]
struct ChoosePasswordPage {
    frame: Frame,
    token: String,
    email: String,
    errors: FormErrors,
}

#[derive(Template)]
#[template(path = "email_verification/already_confirmed.html")]
struct AlreadyConfirmedPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "email_verification/unusable_link.html")]
struct UnusableLinkPage {
    frame: Frame,
}

/// Shows the confirmation button, or says why the link does not work.
pub async fn show(
    request: PageRequest,
    Query(LinkToken { token }): Query<LinkToken>,
) -> Result<HttpResponse, Error> {
    let Some(token) = token else {
        return incomplete_link(&request, Purpose::Verify);
    };
    match peek(&request.app, &token).await? {
        // The sign-up has lost its password, so the owner of the mailbox chooses one.
        LinkStatus::Pending(pending) if pending.signup.password_hash.is_none() => choose_password(
            &request,
            StatusCode::OK,
            &token,
            pending.signup,
            FormErrors::default(),
        ),
        LinkStatus::Pending(pending) => {
            let signup = pending.signup;
            let token = token.expose().to_owned();
            request.page(
                StatusCode::OK,
                &ConfirmPage {
                    frame: request.frame(),
                    token,
                    email: signup.email,
                },
            )
        }
        LinkStatus::AlreadyConfirmed => already_confirmed(&request),
        LinkStatus::AwaitingApproval(email) => awaiting_approval(&request, StatusCode::OK, email),
        LinkStatus::Unusable => unusable_link(&request),
    }
}

/// Confirms the address. In the browser that signed up, also logs in.
///
/// A live session stays. It belongs to another account, and an attacker could have planted the
/// cookie of their own sign-up.
pub async fn submit(
    Anyone { request, current }: Anyone,
    Device(device): Device,
    signed_up: SignUpCookie,
    Form(form): Form<ConfirmForm>,
) -> Result<HttpResponse, Error> {
    let Some(token) = Token::parse(&form.token) else {
        return incomplete_link(&request, Purpose::Verify);
    };
    let (mut chosen, mut target) = (None, None);
    if let LinkStatus::Pending(pending) = peek(&request.app, &token).await? {
        let signup = pending.signup;
        target = signed_up
            .target(&request.app, &signup.id)
            .filter(|_| current.is_none());
        if signup.password_hash.is_none() {
            match judge(&request.app, &form.password, &signup).await? {
                Ok(password) => chosen = Some(password),
                Err(errors) => {
                    let status = StatusCode::UNPROCESSABLE_ENTITY;
                    return choose_password(&request, status, &token, signup, errors);
                }
            }
        }
    }
    let confirmation = ConfirmRequest {
        token,
        chosen,
        device: device.clone(),
        starts_session: target.is_some(),
    };
    match verify_email(&request.app, confirmation, request.client.clone()).await? {
        Outcome::Confirmed { email, session } => {
            let cookies = [cookies::for_device(&request.app, &device)]
                .into_iter()
                .chain(signed_up.clear(&request.app));
            Ok(confirmed(&request, email, session.zip(target), cookies))
        }
        Outcome::AlreadyConfirmed => already_confirmed(&request),
        Outcome::AwaitingApproval(email) => {
            let mut page = awaiting_approval(&request, StatusCode::OK, email)?;
            let device = cookies::for_device(&request.app, &device);
            let cookies = signed_up.clear(&request.app).into_iter().chain([device]);
            cookies::add(&mut page, cookies);
            Ok(page)
        }
        Outcome::LinkUnusable => unusable_link(&request),
    }
}

/// Returns the chosen password, or why it is not acceptable.
async fn judge(
    app: &App,
    typed: &str,
    signup: &PendingSignup,
) -> Result<Result<AcceptedPassword, FormErrors>, Error> {
    let mut errors = FormErrors::default();
    let accepted = judge_new_password_of_signup(app, &mut errors, typed, signup).await?;
    Ok(accepted.ok_or(errors))
}

/// Redirects to the page that the sign-up was for, with the new session, or to the login.
fn confirmed(
    request: &PageRequest,
    email: String,
    begun: Option<(NewSession, String)>,
    cookies: impl Iterator<Item = HeaderValue>,
) -> HttpResponse {
    if let Some((session, target)) = begun {
        let flash = Flash::notice(Notice::EmailConfirmedHere);
        let cookies = cookies.chain(cookies::for_login(&request.app, &session));
        return request.redirect_with(&target, &flash, cookies);
    }
    let flash = Flash {
        notice: Some(Notice::EmailConfirmed),
        email: Some(email),
        ..Flash::default()
    };
    request.redirect_with(urls::LOG_IN, &flash, cookies)
}

fn choose_password(
    request: &PageRequest,
    status: StatusCode,
    token: &Token,
    signup: PendingSignup,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let token = token.expose().to_owned();
    request.page(
        status,
        &ChoosePasswordPage {
            frame: request.frame(),
            token,
            email: signup.email,
            errors,
        },
    )
}

fn already_confirmed(request: &PageRequest) -> Result<HttpResponse, Error> {
    request.page(
        StatusCode::GONE,
        &AlreadyConfirmedPage {
            frame: request.frame(),
        },
    )
}

fn unusable_link(request: &PageRequest) -> Result<HttpResponse, Error> {
    request.page(
        StatusCode::GONE,
        &UnusableLinkPage {
            frame: request.frame(),
        },
    )
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let (token, email) = ("a".repeat(43), HOSTILE.to_owned());
    let choose = |errors| ChoosePasswordPage {
        frame: Frame::sample(),
        token: token.clone(),
        email: email.clone(),
        errors,
    };
    vec![
        ConfirmPage {
            frame: Frame::sample(),
            token: token.clone(),
            email: email.clone(),
        }
        .render(),
        choose(FormErrors::default()).render(),
        choose(FormErrors::sample(&["password"])).render(),
        AlreadyConfirmedPage {
            frame: Frame::sample(),
        }
        .render(),
        UnusableLinkPage {
            frame: Frame::sample(),
        }
        .render(),
    ]
}
