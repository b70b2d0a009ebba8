//! `/password/reset`: the page behind the reset link. If a new password is rejected, the link still
//! works.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::reset_password::{Choice, Outcome, ResetLink, peek, reset_password};
use crate::accounts::links::Purpose;
use crate::http::error::Error;
use crate::http::fields::{Query, checkbox};
use crate::http::form_errors::FormErrors;
use crate::http::new_password::judge_new_password_of;
use crate::http::pages::cookies;
use crate::http::pages::device::Device;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::link_token::{LinkToken, incomplete_link};
use crate::http::pages::page_request::PageRequest;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::Token;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ResetForm {
    token: String,
    password: String,
    #[serde(deserialize_with = "checkbox")]
    keep_tokens: bool,
}

#[derive(Template)]
#[template(path = "password_reset/reset.html")]
struct ResetPage {
    frame: Frame,
    token: String,
    email: String,
    /// True if the reset would revoke API tokens. The form then offers to keep them.
    asks_about_tokens: bool,
    keep_tokens: bool,
    errors: FormErrors,
}

#[derive(Template)]
#[template(path = "password_reset/unusable_link.html")]
struct UnusableLinkPage {
    frame: Frame,
}

/// Shows the form, or an error page if the link does not work.
pub async fn show(
    request: PageRequest,
    Query(LinkToken { token }): Query<LinkToken>,
) -> Result<HttpResponse, Error> {
    let Some(token) = token else {
        return incomplete_link(&request, Purpose::Reset);
    };
    match peek(&request.app, &token).await? {
        Some(link) => render_page(
            &request,
            StatusCode::OK,
            token.expose(),
            link,
            (false, FormErrors::default()),
        ),
        None => unusable_link(&request),
    }
}

pub async fn submit(
    request: PageRequest,
    Device(device): Device,
    Form(form): Form<ResetForm>,
) -> Result<HttpResponse, Error> {
    let Some(token) = Token::parse(&form.token) else {
        return incomplete_link(&request, Purpose::Reset);
    };
    let Some(link) = peek(&request.app, &token).await? else {
        return unusable_link(&request);
    };
    let mut errors = FormErrors::default();
    let accepted = judge_new_password_of(
        &request.app,
        &mut errors,
        &form.password,
        &link.id,
        &link.user,
    )
    .await?;
    let rejected = |link, errors| {
        let shown = (form.keep_tokens, errors);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        render_page(&request, status, token.expose(), link, shown)
    };
    let Some(password) = accepted else {
        return rejected(link, errors);
    };
    let choice = Choice {
        password,
        keep_tokens: form.keep_tokens,
    };
    match reset_password(
        &request.app,
        &token,
        choice,
        Some(device.clone()),
        request.client.clone(),
    )
    .await?
    {
        Outcome::Saved(email) => {
            let flash = Flash {
                notice: Some(Notice::PasswordSaved),
                email: Some(email),
                ..Flash::default()
            };
            Ok(request.redirect_with(
                urls::LOG_IN,
                &flash,
                [cookies::for_device(&request.app, &device)],
            ))
        }
        Outcome::LinkUnusable => unusable_link(&request),
        Outcome::BlockedPassword => {
            errors.add("password", Reason::SamePassword);
            rejected(link, errors)
        }
    }
}

fn render_page(
    request: &PageRequest,
    status: StatusCode,
    token: &str,
    link: ResetLink,
    (keep_tokens, errors): (bool, FormErrors),
) -> Result<HttpResponse, Error> {
    let page = ResetPage {
        frame: request.frame(),
        token: token.to_owned(),
        email: link.user.email,
        asks_about_tokens: link.revokes_tokens,
        keep_tokens,
        errors,
    };
    request.page(status, &page)
}

fn unusable_link(request: &PageRequest) -> Result<HttpResponse, Error> {
    request.page(
        StatusCode::GONE,
        &UnusableLinkPage {
            frame: request.frame(),
        },
    )
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |asks_about_tokens, errors| ResetPage {
        frame: Frame::sample(),
        token: "a".repeat(43),
        email: HOSTILE.to_owned(),
        asks_about_tokens,
        keep_tokens: false,
        errors,
    };
    vec![
        page(false, FormErrors::default()).render(),
        page(true, FormErrors::default()).render(),
        page(true, FormErrors::sample(&["password"])).render(),
        UnusableLinkPage {
            frame: Frame::sample(),
        }
        .render(),
    ]
}
