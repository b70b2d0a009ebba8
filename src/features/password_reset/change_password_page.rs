//! `GET /.well-known/change-password`: redirects password managers to the form.

use actix_web::HttpResponse;

use crate::http::pages::redirect::see_other;
use crate::urls;

pub async fn show() -> HttpResponse {
    see_other(urls::ACCOUNT_PASSWORD)
}
