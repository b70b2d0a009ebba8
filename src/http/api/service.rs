//! Extractor for API requests of an OAuth client. The client sends its id and secret as
//! `Authorization: Basic` (RFC 7617).

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::api_request::ApiRequest;
use crate::accounts::apps::authenticate::authenticate;
use crate::http::error::Error;
use crate::http::fields::decode;
use crate::http::headers::credentials;
use crate::security::tokens::hash_program_secret;
use crate::texts::problems::ApiError;
use crate::values::{AppId, ProgramSecret, ProgramSecretHash, ProgramSecretKind};

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
            let (id, secret) = client_credentials(request.headers()).ok_or_else(rejected)?;
            let found = api_request
                .app
                .read(move |tx| authenticate(tx, &id, &secret))
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
///
/// Clients encode both as in a form first (RFC 6749 §2.3.1). Many do not, which makes no difference
/// here, because neither contains a percent or plus sign.
fn client_credentials(headers: &HeaderMap) -> Option<(AppId, ProgramSecretHash)> {
    let pair = STANDARD.decode(credentials(headers, "Basic")?).ok()?;
    let (id, secret) = str::from_utf8(&pair).ok()?.split_once(':')?;
    let (id, secret) = (decode(id.as_bytes()).ok()?, decode(secret.as_bytes()).ok()?);
    let secret = ProgramSecret::parse(ProgramSecretKind::Client, &secret)?;
    Some((AppId::known(&id)?, hash_program_secret(&secret)))
}
