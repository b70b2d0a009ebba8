//! `GET /.well-known/change-password`: redirects password managers to the form.

use actix_web::HttpResponse;

use crate::urls;
use crate::web::redirect::see_other;

pub async fn show() -> HttpResponse {
    see_other(urls::ACCOUNT_PASSWORD)
}
