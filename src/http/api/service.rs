//! Extractor for API requests of an OAuth client. The client sends its id and secret as
//! `Authorization: Basic` (RFC 7617).

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::api_request::ApiRequest;
use crate::accounts::oauth::clients;
use crate::http::error::Error;
use crate::http::headers::sole_header;
use crate::security::tokens::hash_program_secret;
use crate::texts::problems::ApiError;
use crate::values::{ProgramSecret, ProgramSecretHash, ProgramSecretKind, is_row_id};

/// An API request of an authenticated OAuth client.
pub struct Service {
    pub request: ApiRequest,
}

impl FromRequest for Service {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let api_request = ApiRequest::of(&request)?;
            let rejected = || Error::Api(ApiError::InvalidClient);
            let (id, secret) = credentials(request.headers()).ok_or_else(rejected)?;
            let found = api_request
                .app
                .read(move |tx| clients::authenticate(tx, &id, &secret))
                .await?;
            if found.is_some() {
                Ok(Self {
                    request: api_request,
                })
            } else {
                Err(rejected())
            }
        })
    }
}

/// Returns the client id and the hash of the secret. Returns `None` if the header is missing,
/// malformed or sent twice.
fn credentials(headers: &HeaderMap) -> Option<(String, ProgramSecretHash)> {
    let (scheme, encoded) = sole_header(headers, AUTHORIZATION)?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = pair.split_once(':').filter(|(id, _)| is_row_id(id))?;
    let secret = ProgramSecret::parse(ProgramSecretKind::Client, secret)?;
    Some((id.to_owned(), hash_program_secret(&secret)))
}
