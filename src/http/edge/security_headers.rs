//! The headers of every response.

use actix_web::dev::ResponseHead;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};

use crate::app::App;
use crate::urls;

pub const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                       form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), \
                           magnetometer=(), microphone=(), \
    payment=(), usb=()";

/// Adds the headers. `has_token` is true if the URL may contain a token, and `id` is the request
/// id, which consists of hexadecimal digits.
pub fn add_headers(head: &mut ResponseHead, app: &App, path: &str, has_token: bool, id: &str) {
    let (status, headers) = (head.status, head.headers_mut());
    // The path of a static file contains a hash of the content, so caches may keep it forever.
    let is_file =
        urls::is_static(path) && (status.is_success() || status == StatusCode::NOT_MODIFIED);
    let cache = match path {
        _ if is_file => "public, max-age=31536000, immutable",
        // Other services fetch the keys often. A new secret is listed for longer than this lifetime
        // before it signs.
        urls::PUBLIC_KEYS if status.is_success() => "public, max-age=300",
        // These paths have no hash, so a new brand must show soon.
        urls::ROBOTS | urls::FAVICON | urls::TOUCH_ICON if status.is_success() => {
            "public, max-age=3600"
        }
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
    default(
        REFERRER_POLICY,
        if has_token {
            "strict-origin"
        } else {
            "same-origin"
        },
    );
    default(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    default(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    default(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    if path != urls::FRONT {
        default(HeaderName::from_static("x-robots-tag"), "noindex");
    }
    if app.public_url.is_https() {
        // At the host of an app, the rule must not reach names below it, which the operator may
        // serve without TLS.
        let is_at_app = urls::is_at_app_host(path) || urls::is_forward_auth(path);
        default(
            STRICT_TRANSPORT_SECURITY,
            if is_at_app {
                "max-age=63072000"
            } else {
                "max-age=63072000; includeSubDomains"
            },
        );
    }
    headers.insert(
        HeaderName::from_static("x-request-id"),
        HeaderValue::from_str(id).expect("hexadecimal digits are a header value"),
    );
}
