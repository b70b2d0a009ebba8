//! `POST /account/security/apps/{id}/remove` and `…/passkeys/{id}/remove`: the button beside an
//! authenticator app or a passkey. It leads to a page that says what the removal changes. The page
//! requires reauthentication if the last one was too long ago.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::remove_factor::{
    FactorId, FoundFactor, Outcome, RemovalObstacle, find_factor, find_obstacle, remove_factor,
};
use crate::accounts::authentication::factors::LiveFactor;
use crate::accounts::rate_limits::Wait;
use crate::http::error::Error;
use crate::http::fields::checkbox;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, reauthenticate};
use crate::http::pages::required_fields::RequiredFields;
use crate::texts::notices::Notice;
use crate::texts::second_step::SecondStepReason;
use crate::urls;
use crate::values::{FactorKind, RowId};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RemoveForm {
    #[serde(flatten)]
    reauthentication: ReauthenticationFields,
    /// True for the button of the page, which has said what the removal changes.
    #[serde(deserialize_with = "checkbox")]
    confirmed: bool,
}

#[derive(Template)]
#[template(path = "second_factor/remove_factor.html")]
struct RemovePage {
    frame: Frame,
    email: String,
    action: String,
    found: FoundFactor,
    obstacle: Option<RemovalObstacle>,
    required: RequiredFields,
    errors: FormErrors,
}

pub async fn submit_app(
    signed_in: SignedIn,
    id: Path<RowId>,
    Form(form): Form<RemoveForm>,
) -> Result<HttpResponse, Error> {
    submit(&signed_in, FactorKind::App, id, &form).await
}

pub async fn submit_passkey(
    signed_in: SignedIn,
    id: Path<RowId>,
    Form(form): Form<RemoveForm>,
) -> Result<HttpResponse, Error> {
    submit(&signed_in, FactorKind::Passkey, id, &form).await
}

async fn submit(
    signed_in: &SignedIn,
    kind: FactorKind,
    id: Path<RowId>,
    form: &RemoveForm,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let id = FactorId {
        kind,
        id: id.into_inner().0,
    };
    let user = signed_in.current.user.id.clone();
    let Some(found) = find_factor(&request.app, user, id.clone()).await? else {
        return Err(Error::NotFound);
    };
    let mut errors = FormErrors::default();
    if !form.confirmed {
        return render_page(signed_in, found, errors).await;
    }
    let Some(reauthentication) =
        reauthenticate(signed_in, &mut errors, &form.reauthentication).await?
    else {
        return render_page(signed_in, found, errors).await;
    };
    let (outcome, renewed) =
        remove_factor(&request.app, signed_in.actor(), reauthentication, id).await?;
    let cookie = renewed.map(|session| cookies::for_session(&request.app, &session));
    match outcome {
        Outcome::Removed => {
            let flash = Flash::notice(notice_of(found.factor.kind));
            return Ok(request.redirect_with(urls::ACCOUNT_SECURITY, &flash, cookie));
        }
        Outcome::RateLimited(Wait(wait)) => {
            request.set_retry_after(wait);
            errors.add_rate_limited("remove", SecondStepReason::ChangesLimited(wait));
        }
        // The page names the obstacle.
        Outcome::Blocked => {}
        Outcome::Unknown => return Err(Error::NotFound),
        Outcome::SessionEnded => return Err(Error::SessionChanged),
    }
    let mut response = render_page(signed_in, found, errors).await?;
    cookies::add(&mut response, cookie);
    Ok(response)
}

fn notice_of(removed: FactorKind) -> Notice {
    match removed {
        FactorKind::App => Notice::AppRemoved,
        FactorKind::Passkey => Notice::PasskeyRemoved,
    }
}

async fn render_page(
    signed_in: &SignedIn,
    found: FoundFactor,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (request, user) = (&signed_in.request, &signed_in.current.user);
    let status = errors.status_of_question();
    let page = RemovePage {
        frame: request.frame(),
        email: user.email.clone(),
        obstacle: find_obstacle(&request.app, user.clone(), found.clone()).await?,
        action: action_of(&found.factor),
        found,
        required: RequiredFields::of(signed_in).await?,
        errors,
    };
    request.page(status, &page)
}

fn action_of(factor: &LiveFactor) -> String {
    match factor.kind {
        FactorKind::App => urls::app_remove(&factor.id),
        FactorKind::Passkey => urls::passkey_remove(&factor.id),
    }
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::clock::Timestamp;
    use crate::http::samples::HOSTILE;
    let page = |kind, is_last, obstacle, required, errors| {
        let factor = LiveFactor {
            kind,
            id: "0".to_owned(),
            name: HOSTILE.to_owned(),
            created_at: Timestamp::from_millis(0),
        };
        RemovePage {
            frame: Frame::sample_signed_in(),
            email: HOSTILE.to_owned(),
            action: action_of(&factor),
            found: FoundFactor { factor, is_last },
            obstacle,
            required,
            errors,
        }
        .render()
    };
    let none = FormErrors::default;
    let with_passkey = RequiredFields::sample_with_passkey;
    let failed = FormErrors::sample(&["current_password", "code"]);
    let failed_passkey = FormErrors::sample(&["passkey", "remove"]);
    vec![
        page(FactorKind::App, true, None, RequiredFields::NONE, none()),
        page(
            FactorKind::App,
            false,
            None,
            RequiredFields::PASSWORD_AND_CODE,
            failed,
        ),
        page(FactorKind::Passkey, true, None, with_passkey(), none()),
        page(
            FactorKind::Passkey,
            false,
            None,
            RequiredFields::sample_passkey_only(),
            failed_passkey,
        ),
        page(
            FactorKind::App,
            true,
            Some(RemovalObstacle::Required),
            RequiredFields::NONE,
            none(),
        ),
        page(
            FactorKind::Passkey,
            true,
            Some(RemovalObstacle::OnlyWayIn),
            RequiredFields::NONE,
            none(),
        ),
    ]
}
