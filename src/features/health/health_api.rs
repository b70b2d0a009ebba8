//! `GET /healthz`: checks only the process. `GET /readyz`: checks the database, too.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::Data;

use crate::app::App;

/// Returns 200 while the process serves requests.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ContentType::plaintext())
        .body("ok\n")
}

/// Returns 200 if the database answers and all migrations have run. Returns 503 otherwise, and
/// while the server is draining.
pub async fn readyz(app: Data<App>) -> HttpResponse {
    if app.is_ready().await {
        HttpResponse::Ok()
            .insert_header(ContentType::plaintext())
            .body("ready\n")
    } else {
        HttpResponse::ServiceUnavailable()
            .insert_header(ContentType::plaintext())
            .body("not ready\n")
    }
}
