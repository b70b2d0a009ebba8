//! The layers around every request. The outermost layer is [`edge`]. It assigns the request id,
//! turns errors and panics into pages, logs them once, and adds the security headers.
//!
//! The next layer is [`same_origin`]. It rejects a request before its body is read and its route is
//! looked up.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpResponse, ResponseError};
use futures_util::FutureExt;
use tracing::Instrument;

use super::client::client_network;
use super::cross_origin::{self, Source, is_preflight};
use super::form::{FORM, sole_type};
use super::json::JSON;
use super::same_origin::{is_from_here, is_safe};
use super::{Connection, Error};
use crate::app::App;
use crate::clock::Stopwatch;
use crate::fair_queue::serve_for;
use crate::security::tokens;
use crate::urls;

/// Delay before the 503 for a network that has used up its share of a queue. Without it, the
/// clients would retry at once and take processor time from other networks.
const SLOWED_DOWN_FOR: Duration = Duration::from_secs(1);
/// Largest size of all header names and values together, in bytes.
const LARGEST_HEAD: usize = 32 * 1024;

const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
    payment=(), usb=()";

/// Handles every request as the outermost layer.
pub async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<Data<App>>().cloned() else {
        return Err(Error::Internal("the app is not configured".into()).into());
    };
    let connection = request.conn_data::<Arc<Connection>>().cloned();
    let _busy = connection.as_ref().map(Connection::begin);
    let id = request_id();
    // Without metrics, the route pattern need not be looked up a second time.
    let is_watched = app.settings.edge.metrics_listen.is_some();
    let counted = is_watched.then(|| (Stopwatch::start(), route(&request)));
    let (asked_for, path) = (request.path().to_owned(), routed_path(&request).to_owned());
    let has_token = has_token(&path, request.query_string());
    let network = client_network(request.request(), &app);
    let cross_origin = urls::is_api(&path)
        .then(|| (Source::of(request.headers(), &app), is_preflight(request.method(), request.headers())));
    // The span has the level of an error, so that no filter removes the id from a log line.
    let method = method_name(request.method());
    let span = tracing::error_span!("request", id, method, path = without_query(&asked_for));
    let answered = async {
        if head_size(request.headers()) > LARGEST_HEAD {
            return Ok(Err(Error::HeadTooLarge.into()));
        }
        AssertUnwindSafe(serve_for(network, next.call(request))).catch_unwind().await
    }
    .instrument(span.clone())
    .await;
    if has_used_up_its_share(&answered) {
        tokio::time::sleep(SLOWED_DOWN_FOR).await;
    }
    let _entered = span.enter();
    let response = match answered {
        Ok(Ok(response)) => match response.response().error() {
            // The service for static files rejects a method without a page.
            None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
                let page =
                    error_page(&Error::MethodNotAllowed { allow: "GET, HEAD".to_owned() }.into(), &app, &path, &id);
                Ok(response.into_response(page))
            }
            None => Ok(response.map_into_boxed_body()),
            Some(error) => {
                let page = error_page(error, &app, &path, &id);
                Ok(response.into_response(page))
            }
        },
        Ok(Err(error)) => Err(error_page(&error, &app, &path, &id)),
        Err(_) => Err(error_page(&Error::Internal("a handler panicked".into()).into(), &app, &path, &id)),
    };
    let complete = |head: &mut ResponseHead| {
        add_headers(head, &app, &path, has_token, &id);
        if let Some((source, is_preflight)) = &cross_origin {
            cross_origin::add_headers(head.headers_mut(), source, *is_preflight);
        }
    };
    if let Some((begun, route)) = counted {
        let status = response.as_ref().map_or_else(HttpResponse::status, ServiceResponse::status);
        app.metrics.request(method, &route, status.as_str(), begun.elapsed());
    }
    // Without a response from a handler, only an error can carry the page.
    match response {
        Ok(mut response) => {
            complete(response.response_mut().head_mut());
            Ok(match connection {
                Some(connection) => response.map_body(|_, body| connection.watch(body)),
                None => response,
            })
        }
        Err(mut page) => {
            complete(page.head_mut());
            Err(InternalError::from_response("refused", page).into())
        }
    }
}

/// Rejects cross-site requests and unknown methods. A page accepts safe methods from other sites,
/// because no handler of a GET changes anything.
pub async fn same_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<Data<App>>() else {
        return Err(Error::Internal("the app is not configured".into()).into());
    };
    // No route contains a NUL, and PostgreSQL rejects NULs in text.
    if routed_path(&request).contains('\0') {
        return Err(Error::NotFound.into());
    }
    let (method, headers) = (request.method(), request.headers());
    let is_known = is_safe(method) || matches!(*method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    if !is_known {
        return Err(Error::MethodNotAllowed { allow: "GET, HEAD, POST".to_owned() }.into());
    }
    if urls::is_api(routed_path(&request)) {
        let source = Source::of(headers, app);
        if source == Source::Foreign {
            return Err(Error::NotFromHere.into());
        }
        if source != Source::Here && is_preflight(method, headers) {
            return Ok(request.into_response(HttpResponse::NoContent().finish()));
        }
        // A page of another site could send a form's content types without a preflight request.
        let is_form = routed_path(&request) == urls::API_INTROSPECT && sole_type(headers).as_deref() == Some(FORM);
        if headers.contains_key(CONTENT_TYPE) && !is_form && sole_type(headers).as_deref() != Some(JSON) {
            return Err(Error::UnsupportedMediaType.into());
        }
    } else if !is_safe(method) && !is_from_here(headers, &app.public_url) {
        return Err(Error::NotFromHere.into());
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Returns the path that selects the route. The request may have it partly percent-encoded, and
/// every rule must see the same path.
fn routed_path(request: &ServiceRequest) -> &str {
    request.match_info().as_str()
}

/// Returns the metrics label of a request: its route pattern. All unknown paths share the label
/// `none`, because attackers could invent any number of them.
fn route(request: &ServiceRequest) -> String {
    if routed_path(request).starts_with(urls::STATIC) {
        return urls::STATIC.to_owned();
    }
    request.resource_map().match_pattern(routed_path(request)).unwrap_or_else(|| "none".to_owned())
}

/// Returns the name of a known method, otherwise `other`. A client can invent methods of any
/// length.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Longest logged path, in bytes.
const LONGEST_LOGGED: usize = 200;

/// Returns the part of a path that may be logged. It ends before the first character that no route
/// contains.
///
/// An email program may encode the question mark of a link. Then the path contains the query, with
/// the token in it.
fn without_query(path: &str) -> &str {
    let is_of_ours = |byte: &u8| byte.is_ascii_alphanumeric() || b"/_.-~".contains(byte);
    let end = path.bytes().position(|byte| !is_of_ours(&byte)).unwrap_or(path.len());
    &path[..end.min(LONGEST_LOGGED)]
}

fn has_used_up_its_share<B, P>(answered: &Result<Result<ServiceResponse<B>, actix_web::Error>, P>) -> bool {
    let error = match answered {
        Ok(Ok(response)) => response.response().error(),
        Ok(Err(error)) => Some(error),
        Err(_) => None,
    };
    matches!(error.and_then(|error| error.as_error::<Error>()), Some(Error::ShareUsedUp(_)))
}

/// Logs an error once and returns its page.
fn error_page(error: &actix_web::Error, app: &App, path: &str, id: &str) -> HttpResponse {
    let Some(error) = error.as_error::<Error>() else {
        // The error comes from actix-web, for example for a path that cannot be decoded or a
        // missing file.
        let status = error.as_response_error().status_code();
        let ours = match status.as_u16() {
            404 => Error::NotFound,
            405 => Error::MethodNotAllowed { allow: "GET, HEAD".to_owned() },
            413 => Error::TooLarge,
            400..=499 => Error::BadRequest,
            _ => Error::Internal(error.to_string().into()),
        };
        return told(logged(&ours), app, path, id);
    };
    told(logged(error), app, path, id)
}

/// Returns a page, or a problem document for a path of the API.
fn told(error: &Error, app: &App, path: &str, id: &str) -> HttpResponse {
    if urls::is_api(path) { error.problem(app, id) } else { error.page(app, path, id) }
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

/// Returns true if the URL may contain a token. This applies to the pages behind emailed links, and
/// to the login on the way to them.
fn has_token(path: &str, query: &str) -> bool {
    match path {
        urls::VERIFY | urls::PASSWORD_RESET | urls::ACCOUNT_EMAIL_CONFIRM | urls::UNDO => true,
        urls::LOG_IN => query.contains("token"),
        _ => false,
    }
}

fn add_headers(head: &mut ResponseHead, app: &App, path: &str, has_token: bool, id: &str) {
    let (status, headers) = (head.status, head.headers_mut());
    // The path of a static file contains a hash of the content, so caches may keep it forever.
    let is_file = path.starts_with(urls::STATIC) && (status.is_success() || status == StatusCode::NOT_MODIFIED);
    let cache = match path {
        _ if is_file => "public, max-age=31536000, immutable",
        // Other services fetch the keys often. A new secret is listed for longer than this lifetime
        // before it signs.
        urls::PUBLIC_KEYS if status.is_success() => "public, max-age=300",
        _ => "no-store",
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(CONTENT_SECURITY_POLICY, CSP);
    default(X_CONTENT_TYPE_OPTIONS, "nosniff");
    // A token in the URL must not be sent with the request for the stylesheet. With `no-referrer`,
    // forms would send `Origin: null` (`docs/security.md`, 2).
    default(REFERRER_POLICY, if has_token { "strict-origin" } else { "same-origin" });
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    default(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    if path != urls::FRONT {
        default(HeaderName::from_static("x-robots-tag"), "noindex");
    }
    if app.public_url.is_https() {
        default(STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    // A request id consists of hexadecimal digits.
    headers.insert(
        HeaderName::from_static("x-request-id"),
        HeaderValue::from_str(id).expect("hexadecimal digits are a header value"),
    );
}

/// Creates a request id. An id in the request is ignored, because an attacker could use it to write
/// into the log.
fn request_id() -> String {
    format!("{:016x}", u64::from_be_bytes(tokens::random()))
}

fn head_size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::http::StatusCode;
    use actix_web::http::header::LOCATION;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body, try_call_service};
    use actix_web::web;

    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::config::{DatabaseUrl, Secret, Settings, Variables};
    use crate::db::Db;
    use crate::security::keys::Keys;
    use crate::web::SignedIn;

    fn app(folder: &std::path::Path) -> Data<App> {
        let settings = Settings::read(&Variables::default()).expect("defaults");
        let db = Db::open(&DatabaseUrl::Sqlite(folder.join("test.db")), Duration::ZERO).expect("opens");
        let keys = Keys::derive(&[Secret::from_random([1; 32])]).expect("one secret");
        let clock = Clock::fixed(Timestamp::from_millis(0));
        Data::new(App::new(settings, 8080, db, keys, clock).with_static_base("/static/0"))
    }

    async fn panics() -> HttpResponse {
        panic!("a bug, on purpose")
    }

    #[actix_web::test]
    async fn a_panic_is_a_500_page_with_every_header_and_the_next_request_is_served() {
        let folder = tempfile::tempdir().expect("a folder");
        let service = init_service(
            actix_web::App::new()
                .app_data(app(folder.path()))
                .route("/panics", web::get().to(panics))
                .route("/works", web::get().to(HttpResponse::Ok))
                .wrap(from_fn(same_origin))
                .wrap(from_fn(edge)),
        )
        .await;
        let Err(error) = try_call_service(&service, TestRequest::get().uri("/panics").to_request()).await else {
            panic!("a panic can only be answered through an error");
        };
        let response = error.error_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers().get(CONTENT_SECURITY_POLICY).map(HeaderValue::as_bytes), Some(CSP.as_bytes()));
        let body = actix_web::body::to_bytes(response.into_body()).await.expect("a body");
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains("Sorry, there is a problem") && !body.contains("on purpose"), "{body}");
        let next = call_service(&service, TestRequest::get().uri("/works").to_request()).await;
        assert_eq!(next.status(), StatusCode::OK);
    }

    /// A page redirects to the login and back. A redirect cannot send a form again, so a form gets
    /// a page that says so.
    #[actix_web::test]
    async fn signed_out_a_page_is_a_redirect_and_a_form_is_a_401_that_comes_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let signed_in = async |_: SignedIn| HttpResponse::Ok();
        let service = init_service(
            actix_web::App::new()
                .app_data(app(folder.path()))
                .route("/account/profile", web::to(signed_in))
                .wrap(from_fn(same_origin))
                .wrap(from_fn(edge)),
        )
        .await;
        let page = call_service(&service, TestRequest::get().uri("/account/profile?a=1").to_request()).await;
        assert_eq!(page.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            page.headers().get(LOCATION).map(HeaderValue::as_bytes),
            Some(&b"/login?next=%2Faccount%2Fprofile%3Fa%3D1"[..])
        );
        let form = TestRequest::post().uri("/account/profile").insert_header(("sec-fetch-site", "same-origin"));
        let form = call_service(&service, form.to_request()).await;
        assert_eq!(form.status(), StatusCode::UNAUTHORIZED);
        let body = read_body(form).await;
        assert!(String::from_utf8_lossy(&body).contains("/login?next=%2Faccount%2Fprofile"));
    }
}
