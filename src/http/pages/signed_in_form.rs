//! A submitted form with text that must not be lost when the session has ended.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::current_user::{SignedIn, SignedInToEnrol};
use super::form::Form;
use crate::http::error::Error;
use crate::http::typed::Typed;

/// A form of a signed-in page.
pub trait TypedForm: DeserializeOwned + 'static {
    /// True for a form that adds a second step.
    const ENROLS: bool = false;

    /// Returns the typed text, in the order of the fields. A password or another secret is never
    /// part of it.
    fn typed(&self) -> Vec<Typed> {
        Vec::new()
    }
}

/// A form from a signed-in user. If the session has ended, the 401 page shows the typed text.
pub struct SignedInForm<T> {
    pub signed_in: SignedIn,
    pub form: T,
}

impl<T: TypedForm> FromRequest for SignedInForm<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let signed_in = if T::ENROLS {
                let enrols = SignedInToEnrol::from_request(&request, &mut Payload::None);
                enrols.await.map(|SignedInToEnrol(signed_in)| signed_in)
            } else {
                SignedIn::from_request(&request, &mut Payload::None).await
            };
            match signed_in {
                Ok(signed_in) => {
                    let Form(form) = Form::from_request(&request, &mut payload).await?;
                    Ok(Self { signed_in, form })
                }
                Err(error) => Err(with_typed::<T>(error, &request, &mut payload).await),
            }
        })
    }
}

/// Adds the text of the form to the error about a missing session.
pub(super) async fn with_typed<T: TypedForm>(
    error: Error,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Error {
    let Error::LoginRequired { then, .. } = error else {
        return error;
    };
    match typed::<T>(request, payload).await {
        Ok(typed) => Error::LoginRequired { then, typed },
        Err(error) => error,
    }
}

/// Returns the text of a form without a session. Returns nothing if the form cannot be read. Then
/// the login comes first.
async fn typed<T: TypedForm>(
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<Vec<Typed>, Error> {
    match Form::<T>::from_request(request, payload).await {
        Ok(Form(form)) => {
            let mut typed = form.typed();
            typed.retain(|typed| !typed.text.is_empty());
            Ok(typed)
        }
        // These errors also close the connection.
        Err(error @ (Error::RequestTimeout | Error::TooLarge)) => Err(error),
        Err(_) => Ok(Vec::new()),
    }
}
