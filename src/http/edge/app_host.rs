//! The layer that tells the public site from the hosts of apps. At the host of an app only the
//! paths below `/.vestibule` exist, and above all no login form. At any other host these paths do
//! not exist.

use std::net::IpAddr;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HOST;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::check_source::routed_path;
use super::client::is_trusted_proxy;
use crate::accounts::access::AppRule;
use crate::accounts::apps;
use crate::app::App;
use crate::http::error::Error;
use crate::http::headers::sole_header;
use crate::urls;
use crate::values::Origin;

const X_FORWARDED_HOST: &str = "x-forwarded-host";

/// A request at the host of an app.
#[derive(Clone, Debug)]
pub struct AppHost {
    pub origin: Origin,
    pub rule: AppRule,
}

/// Looks up the host if it is not that of the public site.
pub async fn by_host(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<Data<App>>().cloned() else {
        return Err(Error::Internal("the app is not configured".into()).into());
    };
    let path = routed_path(&request);
    let is_at_app_host = urls::is_at_app_host(path);
    if !ignores_host(path) {
        let found = match app_host(&request, &app, is_at_app_host).await {
            Ok(found) => found,
            Err(error) => return Ok(request.error_response(error)),
        };
        if found.is_some() != is_at_app_host {
            return Ok(request.error_response(Error::NotFound));
        }
        if let Some(found) = found {
            request.extensions_mut().insert(found);
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Returns true for paths with the same answer at every host. Proxies and orchestrators ask for
/// them under any name.
fn ignores_host(path: &str) -> bool {
    urls::is_forward_auth(path)
        || urls::is_static(path)
        || matches!(path, urls::HEALTHZ | urls::READYZ)
}

async fn app_host(
    request: &ServiceRequest,
    app: &App,
    is_at_app_host: bool,
) -> Result<Option<AppHost>, Error> {
    let Some(host) = host_of(request, app, is_at_app_host) else {
        return Ok(None);
    };
    for origin in origins_of(host, app) {
        let wanted = origin.clone();
        if let Some(rule) = app.read(move |tx| apps::at(tx, &wanted)).await? {
            return Ok(Some(AppHost { origin, rule }));
        }
    }
    Ok(None)
}

/// Returns the host that the browser asked for. For a hand-over a trusted proxy may name it.
fn host_of<'a>(request: &'a ServiceRequest, app: &App, is_at_app_host: bool) -> Option<&'a str> {
    let headers = request.headers();
    let is_proxy = is_trusted_proxy(request.peer_addr(), app);
    if is_at_app_host && is_proxy && headers.contains_key(X_FORWARDED_HOST) {
        return sole_header(headers, X_FORWARDED_HOST);
    }
    sole_header(headers, HOST)
}

/// Returns the origins that a host may stand for. Neither the public site nor an address is the
/// host of an app, so the usual request needs no look-up.
fn origins_of(host: &str, app: &App) -> Vec<Origin> {
    let (_, own) = app.public_url.as_str().split_once("//").unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_address = name.parse::<IpAddr>().is_ok() || name.starts_with('[');
    if host.eq_ignore_ascii_case(own) || is_address || name.eq_ignore_ascii_case("localhost") {
        return Vec::new();
    }
    // Only development mode has origins with http.
    let schemes: &[bool] = if app.public_url.is_development() {
        &[false, true]
    } else {
        &[true]
    };
    let origins = schemes
        .iter()
        .filter_map(|is_https| Origin::of_host(*is_https, host));
    origins.collect()
}

impl FromRequest for AppHost {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let found = request.extensions().get::<Self>().cloned();
        std::future::ready(found.ok_or(Error::NotFound))
    }
}
