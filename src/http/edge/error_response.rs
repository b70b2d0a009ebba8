//! The response to an error: a page, or a problem document for a path of the API.

use actix_web::{HttpResponse, ResponseError};

use crate::app::App;
use crate::http::api::problem::problem;
use crate::http::error::Error;
use crate::http::pages::error_page::error_page;
use crate::urls;

/// Logs an error once and returns its response. `id` is the request id.
pub fn error_response(error: &actix_web::Error, app: &App, path: &str, id: &str) -> HttpResponse {
    let Some(error) = error.as_error::<Error>() else {
        // The error comes from actix-web, for example for a path that cannot be decoded or a
        // missing file.
        let status = error.as_response_error().status_code();
        let ours = match status.as_u16() {
            404 => Error::NotFound,
            405 => Error::MethodNotAllowed {
                allow: "GET, HEAD".to_owned(),
            },
            413 => Error::TooLarge,
            400..=499 => Error::BadRequest,
            _ => Error::Internal(error.to_string().into()),
        };
        return render(logged(&ours), app, path, id);
    };
    render(logged(error), app, path, id)
}

fn render(error: &Error, app: &App, path: &str, id: &str) -> HttpResponse {
    if urls::is_api(path) {
        problem(error, app, id)
    } else {
        error_page(error, app, path, id)
    }
}

fn logged(error: &Error) -> &Error {
    let status = error.status_code().as_u16();
    match error {
        Error::Internal(_) => tracing::error!(status, "{error}"),
        Error::Unavailable(_) | Error::ShareUsedUp(_) => tracing::warn!(status, "{error}"),
        Error::Redirect { .. } => {}
        _ => tracing::info!(status, "{error}"),
    }
    error
}
