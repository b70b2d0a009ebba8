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
use crate::db::Tx;
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

/// Rejects a path that does not exist at the host of the request.
pub async fn by_host(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<Data<App>>().cloned() else {
        return Err(Error::Internal("the app is not configured".into()).into());
    };
    let path = routed_path(&request);
    let exists = if ignores_host(path) {
        Ok(true)
    } else if urls::is_at_app_host(path) {
        find_app_host(&request, &app).await.map(|host| match host {
            Some(host) => {
                request.extensions_mut().insert(host);
                true
            }
            None => false,
        })
    } else {
        belongs_to_app(&request, &app).await.map(|belongs| !belongs)
    };
    match exists {
        Ok(true) => Ok(next.call(request).await?.map_into_boxed_body()),
        Ok(false) => Ok(request.error_response(Error::NotFound)),
        Err(error) => Ok(request.error_response(error)),
    }
}

/// Returns true for paths with the same answer at every host. Proxies and orchestrators ask for
/// them under any name.
fn ignores_host(path: &str) -> bool {
    urls::is_forward_auth(path)
        || urls::is_static(path)
        || matches!(path, urls::HEALTHZ | urls::READYZ)
}

/// Returns the app at the host of the request. A trusted proxy may name the host in
/// `X-Forwarded-Host`.
async fn find_app_host(request: &ServiceRequest, app: &App) -> Result<Option<AppHost>, Error> {
    let headers = request.headers();
    let is_proxy = is_trusted_proxy(request.peer_addr(), app);
    let header = if is_proxy && headers.contains_key(X_FORWARDED_HOST) {
        sole_header(headers, X_FORWARDED_HOST)
    } else {
        sole_header(headers, HOST)
    };
    let Some(host) = header else {
        return Ok(None);
    };
    // Only development mode has origins with http.
    let schemes: &[bool] = if app.public_url.is_development() {
        &[false, true]
    } else {
        &[true]
    };
    for is_https in schemes {
        let Some(origin) = Origin::of_host(*is_https, host) else {
            return Ok(None);
        };
        let wanted = origin.clone();
        if let Some(rule) = app.read(move |tx| apps::at(tx, &wanted)).await? {
            return Ok(Some(AppHost { origin, rule }));
        }
    }
    Ok(None)
}

/// Returns true if an app has the host name of the request, at any port. Browsers send cookies to
/// every port of a host. The public site and IP addresses never belong to an app, so most requests
/// need no look-up. The proxy of the public site passes on `Host`, so no other header counts.
async fn belongs_to_app(request: &ServiceRequest, app: &App) -> Result<bool, Error> {
    let Some(host) = sole_header(request.headers(), HOST) else {
        return Ok(false);
    };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let is_address = name.parse::<IpAddr>().is_ok() || name.starts_with('[');
    if name == app.public_url.host() || is_address || name == "localhost" {
        return Ok(false);
    }
    let Some(origin) = Origin::of_host(true, &name) else {
        return Ok(false);
    };
    let find = move |tx: &mut Tx<'_>| apps::has_host_name(tx, origin.host_name());
    Ok(app.read(find).await?)
}

impl FromRequest for AppHost {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let found = request.extensions().get::<Self>().cloned();
        std::future::ready(found.ok_or(Error::NotFound))
    }
}
