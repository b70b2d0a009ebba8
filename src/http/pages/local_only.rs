//! Extractor for pages that only this machine may see, such as the mailbox of development mode.
//! Other clients get a 404.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{HOST, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use url::Url;

use super::page_request::PageRequest;
use crate::config::PublicUrl;
use crate::http::app_data::app_of;
use crate::http::edge::client::is_forwarded;
use crate::http::error::Error;
use crate::http::headers::sole_header;

/// A request from this machine, in development mode without SMTP. Peer and `Host` must be loopback,
/// and no proxy header may be present. The check of `Host` prevents DNS rebinding, where an
/// attacker's domain resolves to 127.0.0.1.
pub struct LocalOnly {
    pub request: PageRequest,
}

impl FromRequest for LocalOnly {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = app_of(&request)?;
            if !app.has_dev_mailbox() {
                return Err(Error::NotFound);
            }
            if is_forwarded(request.headers()) {
                app.warn_of_forwarded_mailbox();
                return Err(Error::NotFound);
            }
            let is_local = request
                .peer_addr()
                .is_some_and(|peer| is_loopback(peer.ip()))
                && has_loopback_host(request.headers());
            if !is_local {
                return Err(Error::NotFound);
            }
            Ok(Self {
                request: PageRequest::extract(&request).await?,
            })
        })
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn has_loopback_host(headers: &HeaderMap) -> bool {
    sole_header(headers, HOST).is_some_and(|host| {
        Url::parse(&format!("http://{host}/"))
            .ok()
            .and_then(|url| PublicUrl::parse(url.as_str()))
            .is_some_and(|origin| origin.is_development())
    })
}
