//! `GET /healthz`: the process serves; it touches no database. `GET /readyz`: the database answers and is up to date.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;

use crate::web::PageRequest;

/// 200 while the process serves.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().insert_header(ContentType::plaintext()).body("ok\n")
}

/// 200 when database and migrations are right, 503 otherwise.
pub async fn readyz(request: PageRequest) -> HttpResponse {
    if request.app.db.is_ready().await {
        HttpResponse::Ok().insert_header(ContentType::plaintext()).body("ready\n")
    } else {
        HttpResponse::ServiceUnavailable().insert_header(ContentType::plaintext()).body("not ready\n")
    }
}
