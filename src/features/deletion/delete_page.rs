//! `/account/delete`: explains what the deletion removes, and deletes the account. It always asks
//! for the password, however recently that was given.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::delete_account::{Outcome, delete_account};
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, check_fields};
use crate::http::pages::required_fields::RequiredFields;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::urls;

#[derive(Template)]
#[template(path = "deletion/delete.html")]
struct DeletePage {
    frame: Frame,
    email: String,
    required: RequiredFields,
    errors: FormErrors,
}

pub async fn show(signed_in: SignedIn) -> Result<HttpResponse, Error> {
    render_page(&signed_in, StatusCode::OK, FormErrors::default()).await
}

pub async fn submit(
    signed_in: SignedIn,
    Form(form): Form<ReauthenticationFields>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let mut errors = FormErrors::default();
    let Some(reauthentication) = check_fields(&signed_in, &mut errors, &form).await? else {
        return render_page(&signed_in, errors.status(), errors).await;
    };
    let email = signed_in.current.user.email.clone();
    match delete_account(&request.app, signed_in.actor(), reauthentication, email).await? {
        Outcome::Deleted => {
            let gone = [cookies::SESSION, cookies::DEVICE]
                .map(|name| cookies::clear(&request.app.public_url, name));
            Ok(request.redirect_with(urls::FRONT, &Flash::notice(Notice::AccountDeleted), gone))
        }
        Outcome::LastAdministrator => {
            let errors = FormErrors::of_form("current_password", Reason::LastAdministrator);
            render_page(&signed_in, StatusCode::CONFLICT, errors).await
        }
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

async fn render_page(
    signed_in: &SignedIn,
    status: StatusCode,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (request, email) = (&signed_in.request, signed_in.current.user.email.clone());
    request.page(
        status,
        &DeletePage {
            frame: request.frame(),
            email,
            required: RequiredFields::always(signed_in).await?,
            errors,
        },
    )
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |required, errors| {
        let page = DeletePage {
            frame: Frame::sample_signed_in(),
            email: HOSTILE.to_owned(),
            required,
            errors,
        };
        page.render()
    };
    let none = FormErrors::default;
    let failed = FormErrors::sample(&["current_password"]);
    vec![
        page(RequiredFields::PASSWORD_AND_CODE, none()),
        page(RequiredFields::PASSWORD_AND_CODE, failed),
        page(RequiredFields::sample_with_passkey(), none()),
        page(RequiredFields::sample_passkey_only(), none()),
    ]
}
