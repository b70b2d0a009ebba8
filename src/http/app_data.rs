//! The shared state of the program in a request.

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::error::Error;
use crate::app::App;

pub fn app_of(request: &HttpRequest) -> Result<Data<App>, Error> {
    request
        .app_data::<Data<App>>()
        .cloned()
        .ok_or_else(|| Error::Internal("the app is not configured".into()))
}
