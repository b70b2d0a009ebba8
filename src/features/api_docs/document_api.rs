//! `GET /api/v1/openapi.json`: the API's `OpenAPI` 3.1 document.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::app::App;
use crate::http::api::openapi::Description;

pub async fn show(app: Data<App>, description: Data<Description>) -> HttpResponse {
    HttpResponse::Ok().json(description.document(&app))
}
