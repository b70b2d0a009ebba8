//! The body of a submitted form.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::session_cookie;
use crate::http::app_data::app_of;
use crate::http::body::{FORM, read_bounded, sole_type};
use crate::http::error::Error;
use crate::http::fields::Fields;

/// The hidden field with the id of the user to whom the form was shown (`components/account.html`).
/// A form without it is accepted from any user.
const ACCOUNT: &str = "account";

/// The body of a submitted form.
pub struct Form<T>(pub T);

/// A form that is only a button.
#[derive(Deserialize)]
pub struct NoFields {}

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            // A form without fields may have no content type. If there is a content type, it must
            // be correct.
            if request.headers().contains_key(CONTENT_TYPE) {
                check_type(request.headers())?;
            }
            let body = read_bounded(&request, payload).await?;
            if !body.is_empty() {
                check_type(request.headers())?;
            }
            let mut fields = Fields::parse(&body)?;
            let shown_to = fields.take(ACCOUNT);
            // Rejects a form that was shown to another user. The browser has logged in to another
            // account since, for example in another tab, and the form would change the wrong one.
            if !shown_to.is_empty()
                && session_cookie::read(&request, &*app_of(&request)?)
                    .is_some_and(|claims| claims.user.0 != shown_to)
            {
                return Err(Error::OtherAccount);
            }
            fields.read().map(Self)
        })
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Error> {
    match sole_type(headers).as_deref() {
        Some(FORM) => Ok(()),
        _ => Err(Error::UnsupportedMediaType),
    }
}
