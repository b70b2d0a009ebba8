//! `GET /.well-known/change-password`: where password managers look for the form.

use actix_web::HttpResponse;

use crate::urls;
use crate::web::redirect::see_other;

/// Leads there.
pub async fn show() -> HttpResponse {
    see_other(urls::ACCOUNT_PASSWORD)
}
