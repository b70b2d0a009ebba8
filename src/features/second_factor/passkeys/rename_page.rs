//! `POST /account/security/passkeys/{id}`: renames a passkey. The button in the list sends no name.
//! It leads to a page that asks for one.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::rename_passkey::{Outcome, rename_passkey};
use crate::accounts::rate_limits::Wait;
use crate::features::second_factor::remove_factor::{FactorId, find_factor};
use crate::http::error::Error;
use crate::http::fields::sent;
use crate::http::form_errors::FormErrors;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::texts::labelled::Labelled;
use crate::texts::notices::Notice;
use crate::texts::second_step::SecondStepReason;
use crate::urls;
use crate::values::{FactorKind, RowId};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RenameForm {
    /// `None` if the button in the list sent the form.
    #[serde(deserialize_with = "sent")]
    name: Option<String>,
}

#[derive(Template)]
#[template(path = "second_factor/rename_passkey.html")]
struct RenamePage {
    frame: Frame,
    action: String,
    name: String,
    errors: FormErrors,
}

pub async fn submit(
    signed_in: SignedIn,
    id: Path<RowId>,
    Form(form): Form<RenameForm>,
) -> Result<HttpResponse, Error> {
    let (request, id) = (&signed_in.request, id.into_inner().0);
    let user = signed_in.current.user.id.clone();
    let factor = FactorId {
        kind: FactorKind::Passkey,
        id: id.clone(),
    };
    let Some(present) = find_factor(&request.app, user, factor).await? else {
        return Err(Error::NotFound);
    };
    let mut errors = FormErrors::default();
    let Some(typed) = form.name else {
        return render_page(&signed_in, &id, present.factor.name, errors);
    };
    let Some(name) = errors.check("name", Labelled::Factor.parse(&typed)) else {
        return render_page(&signed_in, &id, typed, errors);
    };
    match rename_passkey(&request.app, signed_in.actor(), id.clone(), name).await? {
        Outcome::Renamed => {
            let flash = Flash::notice(Notice::PasskeyRenamed);
            Ok(request.redirect(urls::ACCOUNT_SECURITY, &flash))
        }
        Outcome::RateLimited(Wait(wait)) => {
            request.set_retry_after(wait);
            errors.add_rate_limited("name", SecondStepReason::ChangesLimited(wait));
            render_page(&signed_in, &id, typed, errors)
        }
        Outcome::Unknown => Err(Error::NotFound),
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

fn render_page(
    signed_in: &SignedIn,
    id: &str,
    name: String,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let status = errors.status_of_question();
    let page = RenamePage {
        frame: signed_in.request.frame(),
        action: urls::passkey(id),
        name,
        errors,
    };
    signed_in.request.page(status, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |errors| RenamePage {
        frame: Frame::sample_signed_in(),
        action: urls::passkey("0"),
        name: HOSTILE.to_owned(),
        errors,
    };
    vec![
        page(FormErrors::default()).render(),
        page(FormErrors::sample(&["name"])).render(),
    ]
}
