//! Extractors for the administration pages. For a client that is no administrator, these pages do
//! not exist: it gets the 404 of an unknown path.
//!
//! Every act needs a recent reauthentication. If there is none, or if the act is grave, a page in
//! between asks for it. That page carries the fields of the form along, so nothing typed is lost.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use super::cookies;
use super::current_user::{SignedIn, administrator};
use super::form::Form;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::reauthentication::{ReauthenticationFields, check_fields, renew_session};
use super::required_fields::{RequiredFields, is_recent};
use super::signed_in_form::{TypedForm, typed};
use crate::accounts::admin_log::AdminActor;
use crate::accounts::authentication::reauthentication::{Actor, Credential, Reauthentication};
use crate::http::error::Error;
use crate::http::fields::Fields;
use crate::http::form_errors::FormErrors;
use crate::security::tokens::hash_session_id;

/// The hidden field of the page in between.
const CONFIRMED: &str = "confirmed";

/// A page request of an administrator.
pub struct Administrator(pub SignedIn);

/// A submitted form of an administrator.
pub struct AdministratorForm<T> {
    pub signed_in: SignedIn,
    pub form: T,
    path: String,
    /// The fields of the form, for the page in between.
    fields: BTreeMap<String, String>,
    reauthentication: ReauthenticationFields,
    is_confirmed: bool,
}

/// What the page in between says about an act.
#[derive(Clone, Debug)]
pub struct Question {
    /// The title, such as `Lock this account`.
    pub title: &'static str,
    /// The subject of the act, such as an email address. It may be empty.
    pub subject: String,
    /// The effect of the act. It may be empty.
    pub effect: &'static str,
    /// True if the page appears even after a recent reauthentication.
    pub is_grave: bool,
}

#[derive(Template)]
#[template(path = "administration/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    question: Question,
    path: String,
    fields: Vec<(String, String)>,
    email: String,
    required: RequiredFields,
    errors: FormErrors,
}

impl<T> AdministratorForm<T> {
    /// Runs `act`, or shows the page in between. A reauthentication on that page renews the
    /// session, and the response has its cookie.
    pub async fn act(
        self,
        question: Question,
        act: impl AsyncFnOnce(&PageRequest, AdminActor, T) -> Result<HttpResponse, Error>,
    ) -> Result<HttpResponse, Error> {
        let mut errors = FormErrors::default();
        let is_recent = is_recent(&self.signed_in);
        if !self.is_confirmed && (question.is_grave || !is_recent) {
            return self.ask(question, StatusCode::OK, errors).await;
        }
        let (actor, cookie) = if is_recent {
            (self.signed_in.actor(), None)
        } else {
            let given = &self.reauthentication;
            let Some(given) = check_fields(&self.signed_in, &mut errors, given).await? else {
                let status = errors.status();
                return self.ask(question, status, errors).await;
            };
            let session = renew_session(&self.signed_in, given).await?;
            let actor = Actor {
                by: Credential::Session(hash_session_id(&session.id)),
                ..self.signed_in.actor()
            };
            let app = &self.signed_in.request.app;
            (actor, Some(cookies::for_session(app, &session)))
        };
        let by = AdminActor::Administrator(actor, Reauthentication::Recent);
        let mut response = act(&self.signed_in.request, by, self.form).await?;
        cookies::add(&mut response, cookie);
        Ok(response)
    }

    async fn ask(
        self,
        question: Question,
        status: StatusCode,
        errors: FormErrors,
    ) -> Result<HttpResponse, Error> {
        let request = &self.signed_in.request;
        let page = ConfirmPage {
            frame: request.frame(),
            question,
            path: self.path,
            fields: self.fields.into_iter().collect(),
            email: self.signed_in.current.user.email.clone(),
            required: RequiredFields::of(&self.signed_in).await?,
            errors,
        };
        request.page(status, &page)
    }
}

impl FromRequest for Administrator {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { administrator(&request).await.map(Self) })
    }
}

impl<T: TypedForm> FromRequest for AdministratorForm<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let signed_in = match administrator(&request).await {
                Ok(signed_in) => signed_in,
                Err(Error::LoginRequired { then, .. }) => {
                    let typed = typed::<T>(&request, &mut payload).await?;
                    return Err(Error::LoginRequired { then, typed });
                }
                Err(error) => return Err(error),
            };
            let form = Form::<BTreeMap<String, String>>::from_request(&request, &mut payload);
            let mut fields = form.await?.0;
            let mut take = |name: &str| fields.remove(name).unwrap_or_default();
            take("form_id");
            let is_confirmed = take(CONFIRMED) == "on";
            let reauthentication = ReauthenticationFields {
                current_password: take("current_password"),
                code: take("code"),
                passkey: take("passkey"),
            };
            Ok(Self {
                signed_in,
                form: Fields::from(fields.clone()).read()?,
                path: request.path().to_owned(),
                fields,
                reauthentication,
                is_confirmed,
            })
        })
    }
}

/// Renders the page in between with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |effect, required, errors| ConfirmPage {
        frame: Frame::sample_administration(),
        question: Question {
            title: "Delete this account",
            subject: HOSTILE.to_owned(),
            effect,
            is_grave: true,
        },
        path: "/admin/people/0".to_owned(),
        fields: vec![("act".to_owned(), HOSTILE.to_owned())],
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
