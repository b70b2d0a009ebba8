//! `GET /api/v1/openapi.json`.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::app::App;
use crate::web::openapi::Description;

/// Shows the document (`OpenAPI` 3.1).
pub async fn show(app: Data<App>, description: Data<Description>) -> HttpResponse {
    HttpResponse::Ok().json(description.document(&app))
}
