//! The outermost layer around every request. It assigns the request id, turns errors and panics
//! into responses, logs them once, and adds the security headers.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use futures_util::FutureExt;
use tracing::Instrument;

use super::check_source::routed_path;
use super::client::client_network;
use super::connection::Connection;
use super::cross_origin::{self, Source, is_preflight};
use super::error_response::{account_on_error_page, error_response};
use super::security_headers::add_headers;
use crate::app::App;
use crate::clock::Stopwatch;
use crate::db::with_shared_wait;
use crate::fair_queue::serve_for;
use crate::http::error::Error;
use crate::http::methods::{self, methods_response};
use crate::security::tokens;
use crate::urls;

/// Delay before the 503 for a network that has used up its share of a queue. Without it, the
/// clients would retry at once and take processor time from other networks.
const SLOWED_DOWN_FOR: Duration = Duration::from_secs(1);
/// Largest size of all header names and values together, in bytes.
const LARGEST_HEAD: usize = 32 * 1024;

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
    let has_token = has_token(request.query_string());
    let network = client_network(request.request(), &app);
    let cross_origin = urls::is_api(&path).then(|| {
        (
            Source::of(request.headers(), &app),
            is_preflight(request.method(), request.headers()),
        )
    });
    // The span has the level of an error, so that no filter removes the id from a log line.
    let method = method_name(request.method());
    let span = tracing::error_span!("request", id, method, path = without_query(&asked_for));
    let answered = async {
        if head_size(request.headers()) > LARGEST_HEAD {
            return Ok(Err(Error::HeadTooLarge.into()));
        }
        AssertUnwindSafe(serve_for(network, with_shared_wait(next.call(request))))
            .catch_unwind()
            .await
    }
    .instrument(span.clone())
    .await;
    if has_used_up_its_share(&answered) {
        tokio::time::sleep(SLOWED_DOWN_FOR).await;
    }
    let account = match &answered {
        Ok(Ok(response)) => {
            serve_for(network, account_on_error_page(response, &app, &path))
                .instrument(span.clone())
                .await
        }
        _ => None,
    };
    let _entered = span.enter();
    let response = match answered {
        Ok(Ok(response)) => match response.response().error() {
            // The service for static files rejects other methods without a page.
            None if is_method_rejected(&response) && method == "OPTIONS" => {
                Ok(response.into_response(methods_response(methods::OF_FILE)))
            }
            None if is_method_rejected(&response) => {
                let page = error_response(
                    &Error::MethodNotAllowed {
                        allow: methods::OF_FILE.to_owned(),
                    }
                    .into(),
                    &app,
                    account,
                    &path,
                    &id,
                );
                Ok(response.into_response(page))
            }
            None => Ok(response.map_into_boxed_body()),
            Some(error) => {
                let page = error_response(error, &app, account, &path, &id);
                Ok(response.into_response(page))
            }
        },
        Ok(Err(error)) => Err(error_response(&error, &app, None, &path, &id)),
        Err(_) => Err(error_response(
            &Error::Internal("a handler panicked".into()).into(),
            &app,
            None,
            &path,
            &id,
        )),
    };
    let complete = |head: &mut ResponseHead| {
        add_headers(head, &app, &path, has_token, &id);
        if let Some((source, is_preflight)) = &cross_origin {
            cross_origin::add_headers(head.headers_mut(), source, *is_preflight);
        }
    };
    if let Some((begun, route)) = counted {
        let status = response
            .as_ref()
            .map_or_else(HttpResponse::status, ServiceResponse::status);
        app.metrics
            .request(method, &route, status.as_str(), begun.elapsed());
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
            Err(InternalError::from_response("rejected", page).into())
        }
    }
}

fn is_method_rejected<B>(response: &ServiceResponse<B>) -> bool {
    response.status() == StatusCode::METHOD_NOT_ALLOWED
}

/// Returns the metrics label of a request: its route pattern. All unknown paths share the label
/// `none`, because attackers could invent any number of them.
fn route(request: &ServiceRequest) -> String {
    if urls::is_static(routed_path(request)) {
        return urls::STATIC.to_owned();
    }
    request
        .resource_map()
        .match_pattern(routed_path(request))
        .unwrap_or_else(|| "none".to_owned())
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
    let end = path
        .bytes()
        .position(|byte| !is_of_ours(&byte))
        .unwrap_or(path.len());
    &path[..end.min(LONGEST_LOGGED)]
}

fn has_used_up_its_share<B, P>(
    answered: &Result<Result<ServiceResponse<B>, actix_web::Error>, P>,
) -> bool {
    let error = match answered {
        Ok(Ok(response)) => response.response().error(),
        Ok(Err(error)) => Some(error),
        Err(_) => None,
    };
    matches!(
        error.and_then(|error| error.as_error::<Error>()),
        Some(Error::ShareUsedUp(_))
    )
}

/// Returns true if the query may contain the token of an emailed link or the code of a hand-over.
/// No list of pages is needed, so no page can be forgotten.
fn has_token(query: &str) -> bool {
    query.contains("token") || query.contains("code=")
}

/// Creates a request id. An id in the request is ignored, because an attacker could use it to write
/// into the log.
fn request_id() -> String {
    format!("{:016x}", u64::from_be_bytes(tokens::random()))
}

fn head_size(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::http::StatusCode;
    use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue, LOCATION};
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body, try_call_service};
    use actix_web::web;

    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::config::{DatabaseUrl, Secret, Settings, Variables};
    use crate::db::Db;
    use crate::http::edge::check_source::check_source;
    use crate::http::edge::security_headers::CSP;
    use crate::http::pages::current_user::SignedIn;
    use crate::security::keys::Keys;

    fn app(folder: &std::path::Path) -> Data<App> {
        let settings = Settings::read(&Variables::default()).expect("defaults");
        let db =
            Db::open(&DatabaseUrl::Sqlite(folder.join("test.db")), Duration::ZERO).expect("opens");
        let keys = Keys::derive(&[Secret::from_random([1; 32])]).expect("one secret");
        let clock = Clock::fixed(Timestamp::from_millis(0));
        Data::new(App::new(settings, 8080, db, keys, clock).with_static_base("/static/0"))
    }

    async fn panics() -> HttpResponse {
        panic!("a bug, on purpose")
    }

    #[actix_web::test]
    async fn panic_is_500_and_server_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let service = init_service(
            actix_web::App::new()
                .app_data(app(folder.path()))
                .route("/panics", web::get().to(panics))
                .route("/works", web::get().to(HttpResponse::Ok))
                .wrap(from_fn(check_source))
                .wrap(from_fn(edge)),
        )
        .await;
        let Err(error) =
            try_call_service(&service, TestRequest::get().uri("/panics").to_request()).await
        else {
            panic!("a panic can only be answered through an error");
        };
        let response = error.error_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            response
                .headers()
                .get(CONTENT_SECURITY_POLICY)
                .map(HeaderValue::as_bytes),
            Some(CSP.as_bytes())
        );
        let body = actix_web::body::to_bytes(response.into_body())
            .await
            .expect("a body");
        let body = String::from_utf8_lossy(&body);
        assert!(
            body.contains("Sorry, something went wrong") && !body.contains("on purpose"),
            "{body}"
        );
        let next = call_service(&service, TestRequest::get().uri("/works").to_request()).await;
        assert_eq!(next.status(), StatusCode::OK);
    }

    /// A page redirects to the login and back. A redirect cannot send a form again, so a form gets
    /// a page that says so.
    #[actix_web::test]
    async fn signed_out_page_redirects_and_form_is_401() {
        let folder = tempfile::tempdir().expect("a folder");
        let signed_in = async |_: SignedIn| HttpResponse::Ok();
        let service = init_service(
            actix_web::App::new()
                .app_data(app(folder.path()))
                .route("/account/profile", web::to(signed_in))
                .wrap(from_fn(check_source))
                .wrap(from_fn(edge)),
        )
        .await;
        let page = call_service(
            &service,
            TestRequest::get().uri("/account/profile?a=1").to_request(),
        )
        .await;
        assert_eq!(page.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            page.headers().get(LOCATION).map(HeaderValue::as_bytes),
            Some(&b"/login?next=%2Faccount%2Fprofile%3Fa%3D1"[..])
        );
        let form = TestRequest::post()
            .uri("/account/profile")
            .insert_header(("sec-fetch-site", "same-origin"));
        let form = call_service(&service, form.to_request()).await;
        assert_eq!(form.status(), StatusCode::UNAUTHORIZED);
        let body = read_body(form).await;
        assert!(String::from_utf8_lossy(&body).contains("/login?next=%2Faccount%2Fprofile"));
    }
}
