//! `/verify/resend`: sends the confirmation link again. The response never reveals whether a
//! sign-up is pending.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::resend_link::{Outcome, resend_link};
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::flash::{Flash, Sent};
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;
use crate::urls;
use crate::values::EmailAddress;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ResendForm {
    email: String,
}

#[derive(Template)]
#[template(path = "email_verification/resend.html")]
struct ResendPage {
    frame: Frame,
    email: String,
    errors: FormErrors,
}

pub async fn show(request: PageRequest) -> Result<HttpResponse, Error> {
    let email = request.flash.email.clone().unwrap_or_default();
    request.page(
        StatusCode::OK,
        &ResendPage {
            frame: request.frame(),
            email,
            errors: FormErrors::default(),
        },
    )
}

pub async fn submit(
    request: PageRequest,
    Form(form): Form<ResendForm>,
) -> Result<HttpResponse, Error> {
    let mut errors = FormErrors::default();
    let Some(email) = errors.check("email", EmailAddress::parse(&form.email)) else {
        let page = ResendPage {
            frame: request.frame(),
            email: form.email,
            errors,
        };
        return request.page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let flash = Flash {
        email: Some(email.as_str().to_owned()),
        sent: Some(Sent::Again),
        ..Flash::default()
    };
    match resend_link(&request.app, email, request.client.clone()).await? {
        Outcome::Accepted => Ok(request.redirect(urls::SIGN_UP_SENT, &flash)),
        Outcome::RateLimited(wait) => {
            let errors = request.network_limited("email", wait);
            let page = ResendPage {
                frame: request.frame(),
                email: form.email,
                errors,
            };
            request.page(StatusCode::TOO_MANY_REQUESTS, &page)
        }
    }
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |errors| ResendPage {
        frame: Frame::sample(),
        email: HOSTILE.to_owned(),
        errors,
    };
    let errors = [FormErrors::default(), FormErrors::sample(&["email"])];
    errors
        .into_iter()
        .map(|errors| page(errors).render())
        .collect()
}
