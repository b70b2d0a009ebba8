//! `GET /.well-known/jwks.json`: the JSON Web Key Set (RFC 7517 §5).

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::app::App;
use crate::security::access_token::PublicKey;

#[derive(Serialize)]
struct KeySet {
    keys: Vec<PublicKey>,
}

/// Returns the keys of all configured secrets, newest first.
pub async fn show(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(KeySet {
        keys: app.access_tokens.public_keys(),
    })
}
