//! `/signup`: the sign-up form.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::start_sign_up::{Outcome, SignUp, start_sign_up};
use crate::accounts::rate_limits::Wait;
use crate::config::SignUpMode;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::pages::current_user::SignedOut;
use crate::http::pages::flash::{Flash, Sent};
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::redirect::{NextQuery, safe_next};
use crate::http::pages::sign_up_cookie::SignUpCookie;
use crate::texts::reasons::Reason;
use crate::texts::sign_up::display_domains;
use crate::urls;
use crate::values::{DisplayName, EmailAddress, Password};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignUpForm {
    email: String,
    password: String,
    name: String,
    next: String,
}

#[derive(Template)]
#[template(path = "sign_up/sign_up.html")]
struct SignUpPage {
    frame: Frame,
    email: String,
    name: String,
    /// The page to open after the confirmation, or nothing.
    next: String,
    /// True if an administrator approves new accounts, except for those at `domains`.
    has_approval: bool,
    /// The domains whose addresses can sign up or need no approval. Empty if none are listed.
    domains: String,
    errors: FormErrors,
}

/// The page of a closed sign-up.
#[derive(Template)]
#[template(path = "sign_up/by_invitation.html")]
struct ByInvitationPage {
    frame: Frame,
    /// The page to open after the login, or nothing.
    next: String,
}

pub async fn show(
    SignedOut { request }: SignedOut,
    Query(query): Query<NextQuery>,
) -> Result<HttpResponse, Error> {
    if request.app.settings.site.sign_up.is_closed() {
        return by_invitation(&request, StatusCode::OK, query.safe());
    }
    let form = SignUpForm {
        next: query.safe().to_owned(),
        ..SignUpForm::default()
    };
    render_page(&request, StatusCode::OK, form, FormErrors::default())
}

/// Signs up. The response is the same whether or not the address has an account.
pub async fn submit(
    SignedOut { request }: SignedOut,
    Form(form): Form<SignUpForm>,
) -> Result<HttpResponse, Error> {
    let policy = &request.app.settings.site.sign_up;
    if policy.is_closed() {
        return by_invitation(&request, StatusCode::FORBIDDEN, &form.next);
    }
    let mut errors = FormErrors::default();
    let email = errors.check("email", EmailAddress::parse(&form.email));
    let email = email.and_then(|email| errors.check("email", policy.permit(email)));
    let password = errors.check("password", Password::parse_new(&form.password));
    let name = errors.check("name", DisplayName::parse(&form.name));
    let (Some(email), Some(password), Some(name)) = (email, password, name) else {
        return render_page(&request, StatusCode::UNPROCESSABLE_ENTITY, form, errors);
    };
    let flash = Flash {
        email: Some(email.email().as_str().to_owned()),
        sent: Some(Sent::SignUp),
        ..Flash::default()
    };
    let sign_up = SignUp {
        email: email.clone(),
        name,
        password,
    };
    match start_sign_up(&request.app, sign_up, request.client.clone()).await? {
        Outcome::Accepted(id) => {
            let next = safe_next(&form.next);
            let signed_up = SignUpCookie::set(&request.app, email.email(), &id, next);
            Ok(request.redirect_with(urls::SIGN_UP_SENT, &flash, [signed_up]))
        }
        Outcome::Guessable(guessable) => {
            errors.add("password", guessable);
            render_page(&request, StatusCode::UNPROCESSABLE_ENTITY, form, errors)
        }
        Outcome::RateLimited(Wait(wait)) => {
            request.set_retry_after(wait);
            let errors = FormErrors::of_form("email", Reason::SignUpsLimited(wait));
            render_page(&request, StatusCode::TOO_MANY_REQUESTS, form, errors)
        }
    }
}

fn render_page(
    request: &PageRequest,
    status: StatusCode,
    form: SignUpForm,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let next = safe_next(&form.next).unwrap_or_default().to_owned();
    let SignUpForm { email, name, .. } = form;
    let policy = &request.app.settings.site.sign_up;
    request.page(
        status,
        &SignUpPage {
            frame: request.frame(),
            email,
            name,
            next,
            has_approval: policy.mode == SignUpMode::Approval,
            domains: display_domains(&policy.domains),
            errors,
        },
    )
}

fn by_invitation(
    request: &PageRequest,
    status: StatusCode,
    next: &str,
) -> Result<HttpResponse, Error> {
    let page = ByInvitationPage {
        frame: request.frame(),
        next: safe_next(next).unwrap_or_default().to_owned(),
    };
    request.page(status, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |next: &str, errors| SignUpPage {
        frame: Frame::sample(),
        email: HOSTILE.to_owned(),
        name: HOSTILE.to_owned(),
        next: next.to_owned(),
        has_approval: false,
        domains: String::new(),
        errors,
    };
    let failed = FormErrors::sample(&["email", "password", "name"]);
    let for_domains = SignUpPage {
        domains: "example.org or bücher.example".to_owned(),
        ..page("", FormErrors::default())
    };
    let with_approval = |domains: &str| SignUpPage {
        has_approval: true,
        domains: domains.to_owned(),
        ..page("", FormErrors::default())
    };
    let by_invitation = ByInvitationPage {
        frame: Frame::sample(),
        next: "/people?q=ada".to_owned(),
    };
    vec![
        page("", FormErrors::default()).render(),
        page("/people?q=ada", failed).render(),
        for_domains.render(),
        with_approval("").render(),
        with_approval("example.org or bücher.example").render(),
        by_invitation.render(),
    ]
}
