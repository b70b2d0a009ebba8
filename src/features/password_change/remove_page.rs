//! `/account/password/remove`: removes the password of an account that has a passkey. It always
//! requires reauthentication.

use actix_web::HttpResponse;
use askama::Template;

use super::remove_password::{Outcome, is_ready, remove_password};
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
use crate::urls;

#[derive(Template)]
#[template(path = "password_change/remove.html")]
struct RemovePage {
    frame: Frame,
    email: String,
    /// False if the account still needs the password.
    is_ready: bool,
    required: RequiredFields,
    errors: FormErrors,
}

pub async fn show(signed_in: SignedIn) -> Result<HttpResponse, Error> {
    render_page(&signed_in, FormErrors::default()).await
}

pub async fn submit(
    signed_in: SignedIn,
    Form(form): Form<ReauthenticationFields>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let mut errors = FormErrors::default();
    let Some(reauthentication) = check_fields(&signed_in, &mut errors, &form).await? else {
        return render_page(&signed_in, errors).await;
    };
    let (outcome, renewed) =
        remove_password(&request.app, signed_in.actor(), reauthentication).await?;
    let cookie = renewed.map(|session| cookies::for_session(&request.app, &session));
    match outcome {
        Outcome::Removed => {
            let flash = Flash::notice(Notice::PasswordRemoved);
            Ok(request.redirect_with(urls::ACCOUNT_SECURITY, &flash, cookie))
        }
        Outcome::NotReady => {
            let mut response = render_page(&signed_in, errors).await?;
            cookies::add(&mut response, cookie);
            Ok(response)
        }
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

async fn render_page(signed_in: &SignedIn, errors: FormErrors) -> Result<HttpResponse, Error> {
    let (request, user) = (&signed_in.request, &signed_in.current.user);
    let required = RequiredFields::always(signed_in).await?;
    if !required.has_password {
        return Ok(request.redirect(urls::ACCOUNT_SECURITY, &Flash::default()));
    }
    let page = RemovePage {
        frame: request.frame(),
        email: user.email.clone(),
        is_ready: is_ready(&request.app, user.id.clone()).await?,
        required,
        errors,
    };
    request.page(page.errors.status(), &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |is_ready, errors| RemovePage {
        frame: Frame::sample_signed_in(),
        email: HOSTILE.to_owned(),
        is_ready,
        required: RequiredFields::sample_with_passkey(),
        errors,
    };
    vec![
        page(true, FormErrors::default()).render(),
        page(true, FormErrors::sample(&["current_password", "passkey"])).render(),
        page(false, FormErrors::default()).render(),
    ]
}
