//! Extractors for the administration pages. For a client that is no administrator, these pages do
//! not exist: it gets the 404 of an unknown path.
//!
//! Every action needs a recent reauthentication. If there is none, a prompt asks for it. Some
//! actions always prompt. The prompt carries the fields of the form along, so nothing typed is
//! lost.

use std::collections::BTreeMap;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

use super::cookies;
use super::current_user::{SignedIn, administrator};
use super::flash::Flash;
use super::form::Form;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::reauthentication::{ReauthenticationFields, check_fields, renew_session};
use super::required_fields::{RequiredFields, reauthenticated_recently};
use super::signed_in_form::{TypedForm, with_typed};
use crate::accounts::admin_log::AdminActor;
use crate::accounts::authentication::reauthentication::{Actor, Credential, Reauthentication};
use crate::http::error::Error;
use crate::http::fields::Fields;
use crate::http::form_errors::FormErrors;
use crate::security::tokens::hash_session_id;
use crate::texts::administration::ActionRejected;
use crate::texts::notices::Notice;
use crate::texts::prompts::PromptText;

/// The hidden field of the prompt.
const CONFIRMED: &str = "confirmed";

/// The session of a request, which [`hide`] has looked up for the extractors.
struct CheckedSession(Result<SignedIn, Error>);

/// Answers 404 to a client that is no administrator. This happens before the query or the body is
/// read, so that neither makes a difference.
pub async fn hide(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match administrator(request.request()).await {
        Err(Error::NotFound) => Ok(request.error_response(Error::NotFound)),
        checked => {
            request.extensions_mut().insert(CheckedSession(checked));
            next.call(request).await
        }
    }
}

/// Returns the administrator that [`hide`] has found. A page without that layer does not exist.
fn checked(request: &HttpRequest) -> Result<SignedIn, Error> {
    let checked = request.extensions_mut().remove::<CheckedSession>();
    checked.map_or(Err(Error::NotFound), |checked| checked.0)
}

/// A page request of an administrator.
pub struct Administrator(pub SignedIn);

/// A submitted form of an administrator.
pub struct AdministratorForm<T> {
    pub form: T,
    pub action: ActionRequest,
}

/// The request to carry out an action.
pub struct ActionRequest {
    pub signed_in: SignedIn,
    path: String,
    /// The fields of the form, for the prompt.
    fields: BTreeMap<String, String>,
    reauthentication: ReauthenticationFields,
    comes_from_prompt: bool,
}

pub enum GrantOutcome {
    Granted(Grant),
    /// The page with the prompt, which the administrator has to answer first.
    Asked(HttpResponse),
}

/// The permission to carry out an action.
pub struct Grant {
    pub by: AdminActor,
    /// The cookie of the session that the reauthentication renewed.
    cookie: Option<HeaderValue>,
    page: String,
}

/// The prompt before an action.
#[derive(Clone, Debug)]
pub struct ActionPrompt {
    pub text: PromptText,
    /// The subject of the action, such as an email address. It may be empty.
    pub subject: String,
    /// True if the prompt appears even after a recent reauthentication.
    pub always_asks: bool,
    /// The page that the prompt leads back to.
    pub page: String,
}

#[derive(Template)]
#[template(path = "administration/prompt.html")]
struct PromptPage {
    frame: Frame,
    prompt: ActionPrompt,
    path: String,
    fields: Vec<(String, String)>,
    email: String,
    required: RequiredFields,
    errors: FormErrors,
}

impl ActionRequest {
    /// Grants the action, or shows the prompt that asks for it. If the administrator
    /// reauthenticates there, the session gets a new id, and the grant has its cookie.
    pub async fn grant(&self, prompt: ActionPrompt) -> Result<GrantOutcome, Error> {
        let mut errors = FormErrors::default();
        let is_recent = reauthenticated_recently(&self.signed_in);
        let must_ask = prompt.always_asks || !is_recent;
        if must_ask && !self.comes_from_prompt {
            return self.ask(prompt, StatusCode::OK, errors).await;
        }
        let (actor, cookie) = if is_recent {
            (self.signed_in.actor(), None)
        } else {
            let typed = &self.reauthentication;
            let Some(checked) = check_fields(&self.signed_in, &mut errors, typed).await? else {
                let status = errors.status();
                return self.ask(prompt, status, errors).await;
            };
            let session = renew_session(&self.signed_in, checked).await?;
            let actor = Actor {
                by: Credential::Session(hash_session_id(&session.id)),
                ..self.signed_in.actor()
            };
            let app = &self.signed_in.request.app;
            (actor, Some(cookies::for_session(app, &session)))
        };
        let by = AdminActor::Administrator(actor, Reauthentication::Recent);
        let page = prompt.page;
        Ok(GrantOutcome::Granted(Grant { by, cookie, page }))
    }

    async fn ask(
        &self,
        prompt: ActionPrompt,
        status: StatusCode,
        errors: FormErrors,
    ) -> Result<GrantOutcome, Error> {
        let request = &self.signed_in.request;
        let page = PromptPage {
            frame: request.frame(),
            prompt,
            path: self.path.clone(),
            fields: self.fields.clone().into_iter().collect(),
            email: self.signed_in.current.user.email.clone(),
            required: RequiredFields::of(&self.signed_in).await?,
            errors,
        };
        request.page(status, &page).map(GrantOutcome::Asked)
    }
}

impl Grant {
    /// Adds the cookie of a renewed session to the response. An error page could not set it, and
    /// the administrator would be logged out. So an error then leads back to the page of the
    /// action.
    pub fn finish(
        self,
        request: &PageRequest,
        result: Result<HttpResponse, Error>,
    ) -> Result<HttpResponse, Error> {
        match (result, self.cookie) {
            (Ok(mut response), cookie) => {
                cookies::add(&mut response, cookie);
                Ok(response)
            }
            (Err(error), None) => Err(error),
            (Err(error), Some(cookie)) => {
                tracing::warn!(%error, "action of an administrator failed");
                let flash = Flash::notice(Notice::ActionRejected(ActionRejected::Failed));
                Ok(request.redirect_with(&self.page, &flash, [cookie]))
            }
        }
    }
}

impl FromRequest for Administrator {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(checked(request).map(Self))
    }
}

impl<T: TypedForm> FromRequest for AdministratorForm<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let signed_in = match checked(&request) {
                Ok(signed_in) => signed_in,
                Err(error) => return Err(with_typed::<T>(error, &request, &mut payload).await),
            };
            let form = Form::<BTreeMap<String, String>>::from_request(&request, &mut payload);
            let mut fields = form.await?.0;
            let mut take = |name: &str| fields.remove(name).unwrap_or_default();
            take("form_id");
            let comes_from_prompt = take(CONFIRMED) == "on";
            let reauthentication = ReauthenticationFields {
                current_password: take("current_password"),
                code: take("code"),
                passkey: take("passkey"),
            };
            let form = Fields::from(fields.clone()).read()?;
            let action = ActionRequest {
                signed_in,
                path: request.path().to_owned(),
                fields,
                reauthentication,
                comes_from_prompt,
            };
            Ok(Self { form, action })
        })
    }
}

/// Renders the prompt with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |effect, required, errors| PromptPage {
        frame: Frame::sample_administration(),
        prompt: ActionPrompt {
            text: PromptText {
                title: "Delete this account",
                effect,
            },
            subject: HOSTILE.to_owned(),
            always_asks: true,
            page: "/admin/people/0".to_owned(),
        },
        path: "/admin/people/0".to_owned(),
        fields: vec![("action".to_owned(), HOSTILE.to_owned())],
        email: HOSTILE.to_owned(),
        required,
        errors,
    };
    vec![
        page("", RequiredFields::NONE, FormErrors::default()).render(),
        page(
            "This can’t be undone.",
            RequiredFields::sample_with_passkey(),
            FormErrors::sample(&["current_password", "code", "passkey"]),
        )
        .render(),
    ]
}
