//! `/password/reset`: the page behind the link in the mail. A refused password keeps the link alive.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::reset_password::{Outcome, look_at, reset_password};
use crate::store::users::User;
use crate::urls;
use crate::values::Token;
use crate::web::{
    Device, Error, Fields, Flash, Form, FormErrors, Frame, FromFields, LinkToken, Notice, Query, Visit, cookies,
    judge_new_password_of,
};

/// What is typed.
pub struct ResetForm {
    token: String,
    password: String,
}

#[derive(Template)]
#[template(path = "password_reset/reset.html")]
struct ResetPage {
    frame: Frame,
    token: String,
    email: String,
    errors: FormErrors,
}

#[derive(Template)]
#[template(path = "password_reset/dead_link.html")]
struct DeadLinkPage {
    frame: Frame,
}

impl FromFields for ResetForm {
    fn from_fields(fields: &mut Fields) -> Self {
        Self { token: fields.take("token"), password: fields.take("password") }
    }
}

/// Shows the form, or says that the link no longer works.
pub async fn show(visit: Visit, Query(LinkToken(token)): Query<LinkToken>) -> Result<HttpResponse, Error> {
    let Some(token) = token else { return dead_link(&visit) };
    match look_at(&visit.app, &token).await? {
        Some(user) => page(&visit, StatusCode::OK, &token, user, FormErrors::default()),
        None => dead_link(&visit),
    }
}

/// Sets the password.
pub async fn submit(visit: Visit, Device(device): Device, Form(form): Form<ResetForm>) -> Result<HttpResponse, Error> {
    let Some(token) = Token::parse(&form.token) else { return dead_link(&visit) };
    let Some(user) = look_at(&visit.app, &token).await? else { return dead_link(&visit) };
    let mut errors = FormErrors::default();
    let accepted = judge_new_password_of(&visit.app, &mut errors, &form.password, &user).await?;
    let Some(password) = accepted else {
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &token, user, errors);
    };
    match reset_password(&visit.app, &token, password, Some(device.clone()), visit.client.clone()).await? {
        Outcome::Saved { email, .. } => {
            let flash = Flash { notice: Some(Notice::PasswordSaved), email: Some(email), ..Flash::default() };
            Ok(visit.redirect_with(urls::LOG_IN, &flash, [cookies::for_device(&visit.app, &device)]))
        }
        Outcome::LinkUnusable => dead_link(&visit),
    }
}

fn page(
    visit: &Visit,
    status: StatusCode,
    token: &Token,
    user: User,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let token = token.expose().to_owned();
    visit.page(status, &ResetPage { frame: visit.frame(), token, email: user.email, errors })
}

fn dead_link(visit: &Visit) -> Result<HttpResponse, Error> {
    visit.page(StatusCode::GONE, &DeadLinkPage { frame: visit.frame() })
}

/// Every state of the page, with the worst that a person can type.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::web::page::HOSTILE;
    let page = |errors| ResetPage { frame: Frame::sample(), token: "a".repeat(43), email: HOSTILE.to_owned(), errors };
    vec![
        page(FormErrors::default()).render(),
        page(FormErrors::sample(&["password"])).render(),
        DeadLinkPage { frame: Frame::sample() }.render(),
    ]
}
