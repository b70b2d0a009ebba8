//! The response to an error: a page, or a problem document for a path of the API.

use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::app::App;
use crate::http::api::problem::problem;
use crate::http::error::Error;
use crate::http::methods;
use crate::http::pages::current_user::account_of;
use crate::http::pages::error_page::error_page;
use crate::http::pages::frame::{Frame, FrameAccount};
use crate::urls;

/// Returns the account for the header of an error page. Returns `None` unless the response will be
/// an error page that shows an account.
pub async fn account_on_error_page<B>(
    response: &ServiceResponse<B>,
    app: &App,
    path: &str,
) -> Option<FrameAccount> {
    let status = response.status();
    // For a 503, the database may be unavailable, so the page has no account.
    let may_query = status.is_client_error() || status == StatusCode::INTERNAL_SERVER_ERROR;
    let is_error = response.response().error().is_some();
    if !is_error || !may_query || urls::is_at_app_host(path) || is_for_programs(path) {
        return None;
    }
    account_of(response.request(), app).await
}

/// Logs an error once and returns its response. `id` is the request id.
pub fn error_response(
    error: &actix_web::Error,
    app: &App,
    account: Option<FrameAccount>,
    path: &str,
    id: &str,
) -> HttpResponse {
    let Some(error) = error.as_error::<Error>() else {
        // The error comes from actix-web, for example for a path that cannot be decoded or a
        // missing file.
        let status = error.as_response_error().status_code();
        let ours = match status.as_u16() {
            404 => Error::NotFound,
            405 => Error::MethodNotAllowed {
                allow: methods::OF_FILE.to_owned(),
            },
            413 => Error::TooLarge,
            400..=499 => Error::BadRequest,
            _ => Error::Internal(error.to_string().into()),
        };
        return render(logged(&ours), app, account, path, id);
    };
    render(logged(error), app, account, path, id)
}

fn render(
    error: &Error,
    app: &App,
    account: Option<FrameAccount>,
    path: &str,
    id: &str,
) -> HttpResponse {
    if is_for_programs(path) {
        return problem(error, app, id);
    }
    let frame = if urls::is_at_app_host(path) {
        Frame::at_app_host(app)
    } else {
        Frame {
            account,
            ..Frame::bare(app)
        }
    };
    error_page(error, frame, path, id)
}

/// Returns true for a path whose errors are problem documents, not pages.
fn is_for_programs(path: &str) -> bool {
    urls::is_api(path) || urls::is_forward_auth(path)
}

fn logged(error: &Error) -> &Error {
    let status = error.status_code().as_u16();
    match error {
        Error::Internal(_) => tracing::error!(status, "{error}"),
        Error::Unavailable(_) | Error::ShareUsedUp(_) => tracing::warn!(status, "{error}"),
        // A page of an app can cause many rejected checks.
        Error::Redirect { .. } | Error::Check { .. } => {}
        _ => tracing::info!(status, "{error}"),
    }
    error
}
