//! `/account/email`: requests a change of the email address. A pending change can be cancelled, and
//! its link sent again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::request_change::{ChangeRejected, Outcome, request_change};
use super::{cancel_change, resend_link};
use crate::accounts::links;
use crate::accounts::rate_limits::Wait;
use crate::accounts::sessions::NewSession;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::{Form, NoFields};
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, reauthenticate};
use crate::http::pages::required_fields::RequiredFields;
use crate::http::pages::signed_in_form::{SignedInForm, TypedForm};
use crate::http::typed::Typed;
use crate::texts::labels;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::EmailAddress;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EmailForm {
    email: String,
    #[serde(flatten)]
    reauthentication: ReauthenticationFields,
}

#[derive(Template)]
#[template(path = "email_change/email.html")]
struct EmailPage {
    frame: Frame,
    present: String,
    waiting: Option<String>,
    email: String,
    required: RequiredFields,
    dev_mailbox: bool,
    errors: FormErrors,
}

impl TypedForm for EmailForm {
    fn typed(&self) -> Vec<Typed> {
        vec![Typed::new(labels::NEW_EMAIL, &self.email)]
    }
}

/// Shows the form, and the new address of a pending change.
pub async fn show(signed_in: SignedIn) -> Result<HttpResponse, Error> {
    render_page(
        &signed_in,
        StatusCode::OK,
        String::new(),
        FormErrors::default(),
    )
    .await
}

pub async fn submit(
    SignedInForm { signed_in, form }: SignedInForm<EmailForm>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let mut errors = FormErrors::default();
    let email = errors.check("email", EmailAddress::parse(&form.email));
    if email
        .as_ref()
        .is_some_and(|email| email.as_str() == signed_in.current.user.email)
    {
        errors.add("email", Reason::SameEmailAddress);
    }
    let reauthentication = reauthenticate(&signed_in, &mut errors, &form.reauthentication).await?;
    let (Some(email), Some(reauthentication), true) = (email, reauthentication, errors.is_empty())
    else {
        return render_page(&signed_in, errors.status(), form.email, errors).await;
    };
    match request_change(&request.app, signed_in.actor(), reauthentication, email).await? {
        Outcome::Requested(renewed) => {
            Ok(back(&signed_in, Some(Notice::ConfirmNewAddress), renewed))
        }
        Outcome::Respelled(email, renewed) => Ok(back(
            &signed_in,
            Some(Notice::AddressRespelled { email }),
            renewed,
        )),
        Outcome::Rejected(reason, renewed) => {
            let mut response = rejected(&signed_in, form.email, reason).await?;
            cookies::add(
                &mut response,
                renewed.map(|session| cookies::for_session(&request.app, &session)),
            );
            Ok(response)
        }
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

/// Sends the link of the pending change again.
pub async fn resend(
    signed_in: SignedIn,
    Form(NoFields {}): Form<NoFields>,
) -> Result<HttpResponse, Error> {
    use resend_link::{Outcome, resend_link};
    let notice = match resend_link(&signed_in.request.app, signed_in.actor()).await? {
        Outcome::Resent(new_email) => Some(Notice::NewAddressResent { new_email }),
        Outcome::NothingPending => None,
        Outcome::RateLimited(wait) => {
            let reason = ChangeRejected::RateLimited(wait);
            return rejected(&signed_in, String::new(), reason).await;
        }
        Outcome::SessionEnded => return Err(Error::SessionChanged),
    };
    Ok(back(&signed_in, notice, None))
}

/// Cancels the pending change.
pub async fn cancel(
    signed_in: SignedIn,
    Form(NoFields {}): Form<NoFields>,
) -> Result<HttpResponse, Error> {
    use cancel_change::{Outcome, cancel_change};
    let notice = match cancel_change(&signed_in.request.app, signed_in.actor()).await? {
        Outcome::Cancelled(email) => Some(Notice::AddressChangeCancelled { email }),
        Outcome::NothingPending => None,
        Outcome::SessionEnded => return Err(Error::SessionChanged),
    };
    Ok(back(&signed_in, notice, None))
}

/// Redirects to the page, which shows the state of the change.
fn back(signed_in: &SignedIn, notice: Option<Notice>, renewed: Option<NewSession>) -> HttpResponse {
    let request = &signed_in.request;
    let cookie = renewed.map(|session| cookies::for_session(&request.app, &session));
    let flash = Flash {
        notice,
        ..Flash::default()
    };
    request.redirect_with(urls::ACCOUNT_EMAIL, &flash, cookie)
}

async fn rejected(
    signed_in: &SignedIn,
    email: String,
    reason: ChangeRejected,
) -> Result<HttpResponse, Error> {
    match reason {
        ChangeRejected::Same => {
            let mut errors = FormErrors::default();
            errors.add("email", Reason::SameEmailAddress);
            render_page(signed_in, StatusCode::UNPROCESSABLE_ENTITY, email, errors).await
        }
        ChangeRejected::RateLimited(Wait(wait)) => {
            signed_in.request.set_retry_after(wait);
            let errors = FormErrors::of_form("email", Reason::AddressChangesLimited(wait));
            render_page(signed_in, StatusCode::TOO_MANY_REQUESTS, email, errors).await
        }
    }
}

async fn render_page(
    signed_in: &SignedIn,
    status: StatusCode,
    email: String,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (request, user) = (&signed_in.request, signed_in.actor().user);
    let waiting = request
        .app
        .read(move |tx| links::pending_address(tx, &user))
        .await?;
    let page = EmailPage {
        frame: request.frame(),
        present: signed_in.current.user.email.clone(),
        waiting,
        email,
        required: RequiredFields::of(signed_in).await?,
        dev_mailbox: request.app.has_dev_mailbox(),
        errors,
    };
    request.page(status, &page)
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |waiting, required, errors| EmailPage {
        frame: Frame::sample_signed_in(),
        present: HOSTILE.to_owned(),
        waiting,
        email: HOSTILE.to_owned(),
        required,
        dev_mailbox: true,
        errors,
    };
    vec![
        page(None, RequiredFields::NONE, FormErrors::default()).render(),
        page(
            Some(HOSTILE.to_owned()),
            RequiredFields::PASSWORD_AND_CODE,
            FormErrors::sample(&["email", "current_password", "code"]),
        )
        .render(),
        page(
            None,
            RequiredFields::PASSWORD,
            FormErrors::of_form("email", Reason::Sample(HOSTILE)),
        )
        .render(),
    ]
}
