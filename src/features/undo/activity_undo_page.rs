//! `/account/activity/{id}/undo`: "This wasn't me" on the activity page. It has the same effect as
//! the undo link in the email about the event.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;

use super::undo_change::{AddressReturn, LinkStatus, Outcome, Preview, peek_event, undo_event};
use super::undo_page::done;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, reauthenticate};
use crate::http::pages::required_fields::RequiredFields;
use crate::urls;
use crate::values::RowId;

#[derive(Template)]
#[template(path = "undo/activity_undo.html")]
struct ActivityUndoPage {
    frame: Frame,
    action: String,
    account: String,
    email: String,
    address: AddressReturn,
    restores_second_step: bool,
    required: RequiredFields,
    errors: FormErrors,
}

#[derive(Template)]
#[template(path = "undo/activity_over.html")]
struct OverPage {
    frame: Frame,
}

/// Describes the effect of the undo.
pub async fn show(signed_in: SignedIn, event: Path<RowId>) -> Result<HttpResponse, Error> {
    render_page(
        &signed_in,
        StatusCode::OK,
        event.into_inner().0,
        FormErrors::default(),
    )
    .await
}

pub async fn submit(
    signed_in: SignedIn,
    event: Path<RowId>,
    Form(form): Form<ReauthenticationFields>,
) -> Result<HttpResponse, Error> {
    let (request, event) = (&signed_in.request, event.into_inner().0);
    let mut errors = FormErrors::default();
    let Some(reauthentication) = reauthenticate(&signed_in, &mut errors, &form).await? else {
        return render_page(&signed_in, errors.status(), event, errors).await;
    };
    match undo_event(
        &request.app,
        signed_in.actor(),
        reauthentication,
        event.clone(),
    )
    .await?
    {
        Outcome::Undone(email) => Ok(done(request, email)),
        // The page says that there is nothing left to undo.
        Outcome::AlreadyUndone | Outcome::LinkUnusable => {
            render_page(&signed_in, StatusCode::OK, event, errors).await
        }
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

async fn render_page(
    signed_in: &SignedIn,
    status: StatusCode,
    event: String,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    match peek_event(&request.app, signed_in.actor().user, event.clone()).await? {
        None => Err(Error::NotFound),
        Some(LinkStatus::Live(Preview {
            email,
            address,
            restores_second_step,
        })) => {
            let page = ActivityUndoPage {
                frame: request.frame(),
                action: urls::activity_undo(&event),
                account: signed_in.current.user.email.clone(),
                email,
                address,
                restores_second_step,
                required: RequiredFields::of(signed_in).await?,
                errors,
            };
            request.page(status, &page)
        }
        Some(LinkStatus::Used | LinkStatus::Unusable) => request.page(
            StatusCode::GONE,
            &OverPage {
                frame: request.frame(),
            },
        ),
    }
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let frame = Frame::sample_signed_in;
    let page = |address, required, errors| ActivityUndoPage {
        frame: frame(),
        action: urls::activity_undo("x"),
        account: HOSTILE.to_owned(),
        email: HOSTILE.to_owned(),
        address,
        restores_second_step: matches!(address, AddressReturn::Returns),
        required,
        errors,
    };
    vec![
        page(
            AddressReturn::Same,
            RequiredFields::NONE,
            FormErrors::default(),
        )
        .render(),
        page(
            AddressReturn::Returns,
            RequiredFields::PASSWORD_AND_CODE,
            FormErrors::sample(&["current_password", "code"]),
        )
        .render(),
        OverPage { frame: frame() }.render(),
    ]
}
