//! Extractor for pages that only this machine may see, such as the mailbox of development mode.
//! Other clients get a 404.

use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::{HOST, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use url::Url;

use super::page_request::PageRequest;
use crate::config::PublicUrl;
use crate::http::edge::client::FORWARDING;
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
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let page_request = PageRequest::of(request).and_then(|page_request| {
            let is_local = page_request.app.has_dev_mailbox()
                && request
                    .peer_addr()
                    .is_some_and(|peer| is_loopback(peer.ip()))
                && has_loopback_host(request.headers())
                && !FORWARDING
                    .iter()
                    .any(|name| request.headers().contains_key(*name));
            if is_local {
                Ok(Self {
                    request: page_request,
                })
            } else {
                Err(Error::NotFound)
            }
        });
        std::future::ready(page_request)
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
