//! `/second-step/remove`: the page behind the emailed link at the end of the wait. It asks for the
//! password.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use super::finish_recovery::{finish_recovery, user_of};
use super::keep_page::unusable_link;
use crate::accounts::links::Purpose;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::link_token::{LinkToken, incomplete_link};
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::reauthentication::check_current_password;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::Token;

const FIELD: &str = "password";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RemoveForm {
    #[serde(flatten)]
    link: LinkToken,
    password: String,
}

#[derive(Template)]
#[template(path = "factor_recovery/remove.html")]
struct RemovePage {
    frame: Frame,
    token: String,
    email: String,
    errors: FormErrors,
}

/// Describes the effect. Changes nothing.
pub async fn show(
    request: PageRequest,
    Query(LinkToken { token }): Query<LinkToken>,
) -> Result<HttpResponse, Error> {
    let Some(token) = token else {
        return incomplete_link(&request, Purpose::RemoveSecondStep);
    };
    match user_of(&request.app, &token).await? {
        Some(user) => render_page(&request, &token, user.email, FormErrors::default()),
        None => unusable_link(&request),
    }
}

pub async fn submit(
    request: PageRequest,
    Form(form): Form<RemoveForm>,
) -> Result<HttpResponse, Error> {
    let Some(token) = form.link.token else {
        return incomplete_link(&request, Purpose::RemoveSecondStep);
    };
    let app = &request.app;
    let Some(user) = user_of(app, &token).await? else {
        return unusable_link(&request);
    };
    let mut errors = FormErrors::default();
    if form.password.is_empty() {
        errors.add(FIELD, Reason::NoPassword);
        return render_page(&request, &token, user.email, errors);
    }
    let typed = (FIELD, form.password.as_str());
    let Some(compared) = check_current_password(&request, &user, &mut errors, typed).await? else {
        return render_page(&request, &token, user.email, errors);
    };
    if finish_recovery(app, &token, compared, request.client.clone()).await? {
        let flash = Flash::notice(Notice::SecondStepRemoved);
        Ok(request.redirect(urls::LOG_IN, &flash))
    } else {
        unusable_link(&request)
    }
}

fn render_page(
    request: &PageRequest,
    token: &Token,
    email: String,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let page = RemovePage {
        frame: request.frame(),
        token: token.expose().to_owned(),
        email,
        errors,
    };
    request.page(page.errors.status(), &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |errors| RemovePage {
        frame: Frame::sample(),
        token: "a".repeat(43),
        email: HOSTILE.to_owned(),
        errors,
    };
    vec![
        page(FormErrors::default()).render(),
        page(FormErrors::sample(&[FIELD])).render(),
    ]
}
