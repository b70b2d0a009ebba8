//! The layer that rejects a request before its body is read and its route is looked up.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::cross_origin::{Source, is_preflight};
use super::same_origin::{hides_origin, is_from_here, is_safe};
use crate::app::App;
use crate::http::body::{FORM, JSON, has_body, sole_type};
use crate::http::error::Error;
use crate::urls;

/// Rejects cross-site requests and unknown methods. A page accepts safe methods from other sites,
/// because no handler of a GET changes anything.
pub async fn check_source(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<Data<App>>() else {
        return Err(Error::Internal("the app is not configured".into()).into());
    };
    // No route contains a NUL, and PostgreSQL rejects NULs in text.
    if routed_path(&request).contains('\0') {
        return Ok(request.error_response(Error::NotFound));
    }
    let (method, headers) = (request.method(), request.headers());
    let is_known = is_safe(method)
        || matches!(
            *method,
            Method::POST | Method::PUT | Method::PATCH | Method::DELETE
        );
    if !is_known {
        return Ok(request.error_response(Error::MethodNotAllowed {
            allow: "GET, HEAD, POST".to_owned(),
        }));
    }
    if urls::is_forward_auth(routed_path(&request)) {
        // A check is a GET, and the headers about its source are those of another request.
        if !matches!(*method, Method::GET | Method::HEAD) {
            let allow = "GET, HEAD".to_owned();
            return Ok(request.error_response(Error::MethodNotAllowed { allow }));
        }
    } else if urls::is_api(routed_path(&request)) {
        let source = Source::of(headers, app);
        if source == Source::Foreign {
            return Ok(request.error_response(Error::CrossSite));
        }
        if source != Source::Here && is_preflight(method, headers) {
            return Ok(request.into_response(HttpResponse::NoContent().finish()));
        }
        // A page of another site could send a form's content types without a preflight request.
        // Without a body, many clients send a content type all the same.
        let is_form = routed_path(&request) == urls::API_INTROSPECT
            && sole_type(headers).as_deref() == Some(FORM);
        if has_body(headers)
            && headers.contains_key(CONTENT_TYPE)
            && !is_form
            && sole_type(headers).as_deref() != Some(JSON)
        {
            return Ok(request.error_response(Error::UnsupportedMediaType));
        }
    } else if !is_safe(method) && !is_from_here(headers, &app.public_url) {
        let error = if hides_origin(headers) {
            Error::OriginHidden
        } else {
            Error::CrossSite
        };
        return Ok(request.error_response(error));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Returns the path that selects the route. The request may have it partly percent-encoded, and
/// every rule must see the same path.
pub fn routed_path(request: &ServiceRequest) -> &str {
    request.match_info().as_str()
}
