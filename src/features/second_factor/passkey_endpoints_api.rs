//! `GET /.well-known/passkey-endpoints`: tells password managers the pages for passkeys (W3C, A
//! Well-Known URL for Relying Party Passkey Endpoints).

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::app::App;
use crate::urls;

/// The URLs of the pages.
#[derive(Serialize)]
struct PasskeyEndpoints {
    enroll: String,
    manage: String,
}

pub async fn show(app: Data<App>) -> HttpResponse {
    let url = |path| urls::absolute(&app.public_url, path);
    HttpResponse::Ok().json(PasskeyEndpoints {
        enroll: url(urls::ACCOUNT_PASSKEY_NEW),
        manage: url(urls::ACCOUNT_SECURITY),
    })
}
