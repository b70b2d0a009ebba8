//! `/invitation`: the page behind the link of an invitation. `GET` changes nothing. `POST` creates
//! the account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::accept_invitation::{Acceptance, accept_invitation, peek};
use crate::accounts::links::Purpose;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::new_password::judge_new_password;
use crate::http::pages::cookies;
use crate::http::pages::current_user::Anyone;
use crate::http::pages::device::Device;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::link_token::{LinkToken, incomplete_link};
use crate::http::pages::page_request::PageRequest;
use crate::store::invitations::Invitation;
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::{DisplayName, EmailAddress};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct InvitationForm {
    #[serde(flatten)]
    link: LinkToken,
    name: String,
    password: String,
}

#[derive(Template)]
#[template(path = "invitations/invitation.html")]
struct InvitationPage {
    frame: Frame,
    token: String,
    email: String,
    name: String,
    errors: FormErrors,
}

#[derive(Template)]
#[template(path = "invitations/other_account.html")]
struct OtherAccountPage {
    frame: Frame,
    account: String,
}

#[derive(Template)]
#[template(path = "invitations/unusable_link.html")]
struct UnusableLinkPage {
    frame: Frame,
}

/// Shows the form, or says why the link does not work here.
pub async fn show(
    Anyone { request, current }: Anyone,
    Query(LinkToken { token }): Query<LinkToken>,
) -> Result<HttpResponse, Error> {
    let Some(token) = token else {
        return incomplete_link(&request, Purpose::Invitation);
    };
    let Some(invitation) = peek(&request.app, &token).await? else {
        return unusable_link(&request);
    };
    if let Some(current) = current {
        return other_account(&request, StatusCode::OK, current.user.email);
    }
    let form = InvitationForm {
        link: LinkToken { token: Some(token) },
        ..InvitationForm::default()
    };
    render_page(&request, form, invitation, FormErrors::default())
}

/// Creates the account. A browser that is logged in to another account must log out first, so that
/// the user does not mistake one for the other.
pub async fn submit(
    Anyone { request, current }: Anyone,
    Device(device): Device,
    Form(form): Form<InvitationForm>,
) -> Result<HttpResponse, Error> {
    let Some(token) = form.link.token.clone() else {
        return incomplete_link(&request, Purpose::Invitation);
    };
    let Some(invitation) = peek(&request.app, &token).await? else {
        return unusable_link(&request);
    };
    if let Some(current) = current {
        return other_account(&request, StatusCode::FORBIDDEN, current.user.email);
    }
    let mut errors = FormErrors::default();
    let name = errors.check("name", DisplayName::parse(&form.name));
    let (email, hint) = (
        EmailAddress::parse(&invitation.email).ok(),
        name.as_ref().and_then(Option::as_ref),
    );
    let (app, hints) = (&request.app, (email.as_ref(), hint));
    let password =
        judge_new_password(app, &mut errors, &form.password, &invitation.id, hints).await?;
    let (Some(name), Some(password)) = (name, password) else {
        return render_page(&request, form, invitation, errors);
    };
    let acceptance = Acceptance {
        token,
        name,
        password,
        device: device.clone(),
    };
    let Some(email) = accept_invitation(app, acceptance, request.client.clone()).await? else {
        return unusable_link(&request);
    };
    let flash = Flash {
        notice: Some(Notice::AccountCreated),
        email: Some(email),
        ..Flash::default()
    };
    let device = cookies::for_device(app, &device);
    Ok(request.redirect_with(urls::LOG_IN, &flash, [device]))
}

fn render_page(
    request: &PageRequest,
    form: InvitationForm,
    invitation: Invitation,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let token = form.link.token.as_ref();
    let page = InvitationPage {
        frame: request.frame(),
        token: token.map_or_else(String::new, |token| token.expose().to_owned()),
        email: invitation.email,
        name: form.name,
        errors,
    };
    request.page(page.errors.status(), &page)
}

fn other_account(
    request: &PageRequest,
    status: StatusCode,
    account: String,
) -> Result<HttpResponse, Error> {
    let frame = request.frame();
    request.page(status, &OtherAccountPage { frame, account })
}

fn unusable_link(request: &PageRequest) -> Result<HttpResponse, Error> {
    let frame = request.frame();
    request.page(StatusCode::GONE, &UnusableLinkPage { frame })
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |errors| InvitationPage {
        frame: Frame::sample(),
        token: "a".repeat(43),
        email: HOSTILE.to_owned(),
        name: HOSTILE.to_owned(),
        errors,
    };
    let other_account = OtherAccountPage {
        frame: Frame::sample_signed_in(),
        account: HOSTILE.to_owned(),
    };
    let frame = Frame::sample();
    vec![
        page(FormErrors::default()).render(),
        page(FormErrors::sample(&["password", "name"])).render(),
        other_account.render(),
        UnusableLinkPage { frame }.render(),
    ]
}
