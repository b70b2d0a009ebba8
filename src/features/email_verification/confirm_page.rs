//! `/verify`: the page behind the confirmation link. `GET` shows a button and changes nothing.
//! `POST` confirms the email address.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::verify_email::{LinkStatus, Outcome, look_at, verify_email};
use crate::accounts::links::Purpose;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::new_password::judge_new_password;
use crate::http::pages::cookies;
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
use crate::values::{EmailAddress, Token};

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
    match look_at(&request.app, &token).await? {
        LinkStatus::Pending(pending) if pending.1.password_hash.is_none() => choose_password(
            &request,
            StatusCode::OK,
            &token,
            pending.1,
            FormErrors::default(),
        ),
        LinkStatus::Pending(pending) => {
            let signup = pending.1;
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
        LinkStatus::Unusable => unusable_link(&request),
    }
}

pub async fn submit(
    request: PageRequest,
    Device(device): Device,
    signed_up: SignUpCookie,
    Form(form): Form<ConfirmForm>,
) -> Result<HttpResponse, Error> {
    let Some(token) = Token::parse(&form.token) else {
        return incomplete_link(&request, Purpose::Verify);
    };
    let chosen = match look_at(&request.app, &token).await? {
        LinkStatus::Pending(pending) if pending.1.password_hash.is_none() => {
            let signup = pending.1;
            let mut errors = FormErrors::default();
            let email = EmailAddress::parse(&signup.email).ok();
            let hints = (email.as_ref(), None);
            match judge_new_password(&request.app, &mut errors, &form.password, &signup.id, hints)
                .await?
            {
                Some(password) => Some(password),
                None => {
                    return choose_password(
                        &request,
                        StatusCode::UNPROCESSABLE_ENTITY,
                        &token,
                        signup,
                        errors,
                    );
                }
            }
        }
        _ => None,
    };
    match verify_email(
        &request.app,
        &token,
        chosen,
        device.clone(),
        request.client.clone(),
    )
    .await?
    {
        Outcome::Confirmed(email) => {
            let flash = Flash {
                notice: Some(Notice::EmailConfirmed),
                email: Some(email),
                ..Flash::default()
            };
            let cookies = [cookies::for_device(&request.app, &device)]
                .into_iter()
                .chain(signed_up.clear(&request.app));
            Ok(request.redirect_with(urls::LOG_IN, &flash, cookies))
        }
        Outcome::AlreadyConfirmed => already_confirmed(&request),
        Outcome::LinkUnusable => unusable_link(&request),
    }
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
