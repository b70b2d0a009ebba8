//! `GET /robots.txt`: lets crawlers read every page. All but the front page say `noindex`, which a
//! crawler sees only if it may read them.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;

pub async fn show() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ContentType::plaintext())
        .body("User-agent: *\nDisallow:\n")
}
