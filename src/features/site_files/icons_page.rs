//! `GET /favicon.ico` and `GET /apple-touch-icon.png`: the icons of the brand, for programs that do
//! not read the page.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::app::App;
use crate::brand;
use crate::http::error::Error;

pub async fn favicon(app: Data<App>) -> Result<HttpResponse, Error> {
    icon(&app, brand::FAVICON, "image/x-icon")
}

pub async fn touch_icon(app: Data<App>) -> Result<HttpResponse, Error> {
    icon(&app, brand::TOUCH_ICON, "image/png")
}

fn icon(app: &App, name: &str, kind: &'static str) -> Result<HttpResponse, Error> {
    let content = app.brand.file(name).ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().content_type(kind).body(content.to_vec()))
}
