//! Cookies, parsed byte by byte. Names are compared exactly, and only SP and HTAB are trimmed.
//! Servers that decoded names or trimmed Unicode spaces have bypassed the `__Host-` prefix
//! (`PortSwigger`, 2025).

use std::iter;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use memchr::memchr;

use crate::accounts::devices;
use crate::accounts::sessions::NewSession;
use crate::app::App;
use crate::config::PublicUrl;
use crate::security::signed;
use crate::values::{DeviceId, Origin};

/// Cookie with the session token.
pub const SESSION: &str = "session";
pub const FLASH: &str = "flash";
/// Cookie with the id that makes this browser a known device.
pub const DEVICE: &str = "device";
/// Cookie of a pending login.
pub const PENDING_LOGIN: &str = "login";
/// Cookie of a browser that has just signed up.
pub const SIGN_UP: &str = "signed_up";
/// Cookie at the host of an app with the session there.
pub const APP: &str = "vestibule";
/// Cookie at the host of an app with the nonce of its hand-overs.
pub const HANDOVER: &str = "vestibule-way";

/// Returns the value of a cookie. Returns `None` if it occurs twice, because the server cannot tell
/// which one it set.
pub fn read<'request>(
    headers: &'request HeaderMap,
    public_url: &PublicUrl,
    name: &str,
) -> Option<&'request str> {
    read_named(headers, &full_name(public_url.is_https(), name))
}

/// Returns the value of the cookie with this full name, by the rule of [`read`].
fn read_named<'request>(headers: &'request HeaderMap, full_name: &str) -> Option<&'request str> {
    let mut found = values(headers, full_name);
    let value = found.next()?;
    if found.next().is_some() {
        return None;
    }
    str::from_utf8(value).ok().filter(|value| value.is_ascii())
}

/// Returns the value of a cookie at the host of an app.
pub fn read_at<'request>(
    headers: &'request HeaderMap,
    origin: &Origin,
    name: &str,
) -> Option<&'request str> {
    read_named(headers, &name_at(origin, name))
}

/// Returns the cookies of a `Cookie` header without those of Vestibule at the host of an app. The
/// app must not see them.
pub fn without_own(header: &[u8], origin: &Origin) -> Vec<u8> {
    let own = [APP, HANDOVER].map(|name| name_at(origin, name));
    let is_foreign = |pair: &&[u8]| {
        let pair = trim(pair);
        let name = memchr(b'=', pair).map_or(pair, |equals| trim(&pair[..equals]));
        !pair.is_empty() && own.iter().all(|own| own.as_bytes() != name)
    };
    let kept: Vec<&[u8]> = pairs(header).filter(is_foreign).map(trim).collect();
    kept.join(&b"; "[..])
}

/// Returns true if the browser sent a cookie of this name, however often and with any value.
pub fn is_sent(headers: &HeaderMap, public_url: &PublicUrl, name: &str) -> bool {
    let name = full_name(public_url.is_https(), name);
    values(headers, &name).next().is_some()
}

fn values<'request>(
    headers: &'request HeaderMap,
    full_name: &str,
) -> impl Iterator<Item = &'request [u8]> {
    headers
        .get_all(COOKIE)
        .flat_map(|header| pairs(header.as_bytes()))
        .filter_map(move |pair| {
            let pair = trim(pair);
            let equals = memchr(b'=', pair)?;
            (trim(&pair[..equals]) == full_name.as_bytes()).then(|| trim(&pair[equals + 1..]))
        })
}

/// Splits a header at its semicolons.
fn pairs(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(header);
    iter::from_fn(move || {
        let bytes = rest?;
        let end = memchr(b';', bytes);
        rest = end.map(|end| &bytes[end + 1..]);
        Some(&bytes[..end.unwrap_or(bytes.len())])
    })
}

/// Returns the `Set-Cookie` headers that delete other cookies of this name, if the request to
/// `path` has several. They were set for a part of the path, so other pages receive only ours.
/// Without the deletion, a redirect to such a page and back would never end. Over HTTPS, the
/// `__Host-` prefix prevents such cookies.
pub fn clear_duplicates(
    headers: &HeaderMap,
    public_url: &PublicUrl,
    name: &str,
    path: &str,
) -> Vec<HeaderValue> {
    let full_name = full_name(public_url.is_https(), name);
    if public_url.is_https() || values(headers, &full_name).nth(1).is_none() {
        return Vec::new();
    }
    let ends = path.char_indices().filter(|(_, c)| *c == '/').skip(1);
    ends.map(|(slash, _)| &path[..slash])
        .chain([path.trim_end_matches('/')])
        // A semicolon would end the attribute.
        .filter(|part| !part.is_empty() && !part.contains(';'))
        .flat_map(|part| [part.to_owned(), format!("{part}/")])
        .filter_map(|part| {
            HeaderValue::try_from(format!("{full_name}=; Path={part}; Max-Age=0")).ok()
        })
        .collect()
}

/// Returns the `Set-Cookie` header of a new session, or of a session whose token was renewed.
/// Without `remember`, the browser deletes the cookie when it closes.
pub fn for_session(app: &App, session: &NewSession) -> HeaderValue {
    let now = app.clock.now();
    let token = app
        .session_tokens
        .issue(&session.user, &session.id, now, session.expires_at);
    let left = Duration::from_millis(
        u64::try_from(session.expires_at.millis() - now.millis()).unwrap_or(0),
    );
    set(
        &app.public_url,
        SESSION,
        &token,
        session.remember.then_some(left),
    )
}

/// Returns the `Set-Cookie` headers after a login. One is that of the new session. The other
/// deletes the cookie of a pending login, which the browser may have begun earlier.
pub fn for_login(app: &App, session: &NewSession) -> [HeaderValue; 2] {
    [
        for_session(app, session),
        clear(&app.public_url, PENDING_LOGIN),
    ]
}

/// Returns the `Set-Cookie` header that makes the browser a known device.
pub fn for_device(app: &App, device: &DeviceId) -> HeaderValue {
    let value = signed::sign(&app.keys, signed::Kind::Device, device.0.as_bytes());
    set(&app.public_url, DEVICE, &value, Some(devices::KEEP))
}

/// Returns a `Set-Cookie` header. Over HTTPS, the name has the `__Host-` prefix. The prefix
/// prevents sibling hosts from setting the cookie (RFC 6265bis §4.1.3.2).
pub fn set(
    public_url: &PublicUrl,
    name: &str,
    value: &str,
    max_age: Option<Duration>,
) -> HeaderValue {
    set_cookie(public_url.is_https(), name, value, max_age)
}

/// Returns the `Set-Cookie` header of a cookie at the host of an app.
pub fn set_at(origin: &Origin, name: &str, value: &str, max_age: Option<Duration>) -> HeaderValue {
    set_cookie(origin.is_https(), name, value, max_age)
}

fn set_cookie(is_https: bool, name: &str, value: &str, max_age: Option<Duration>) -> HeaderValue {
    let name = full_name(is_https, name);
    let secure = if is_https { "; Secure" } else { "" };
    let max_age = max_age.map_or_else(String::new, |age| format!("; Max-Age={}", age.as_secs()));
    HeaderValue::try_from(format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{max_age}"
    ))
    // Values contain only base64url characters and dots.
    .expect("a cookie of ours is ASCII")
}

/// Adds cookies to an existing response.
pub fn add(response: &mut HttpResponse, cookies: impl IntoIterator<Item = HeaderValue>) {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// Returns the `Set-Cookie` header that deletes a cookie.
pub fn clear(public_url: &PublicUrl, name: &str) -> HeaderValue {
    set(public_url, name, "", Some(Duration::ZERO))
}

/// Returns the value that a response sets for a cookie. It is empty if the cookie is deleted.
pub fn value_set<'response>(
    headers: &'response HeaderMap,
    public_url: &PublicUrl,
    name: &str,
) -> Option<&'response str> {
    let start = format!("{}=", full_name(public_url.is_https(), name));
    let values = headers.get_all(SET_COOKIE).filter_map(|header| {
        let (value, attributes) = header
            .to_str()
            .ok()?
            .strip_prefix(&start)?
            .split_once("; ")?;
        // A deletion of a duplicate has another path.
        attributes.starts_with("Path=/;").then_some(value)
    });
    values.last()
}

/// Returns the full name of a cookie at the host of an app.
pub fn name_at(origin: &Origin, name: &str) -> String {
    full_name(origin.is_https(), name)
}

fn full_name(is_https: bool, name: &str) -> String {
    if is_https {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

fn trim(bytes: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let Some(start) = bytes.iter().position(|byte| !is_space(byte)) else {
        return &[];
    };
    let end = bytes
        .iter()
        .rposition(|byte| !is_space(byte))
        .map_or(start, |last| last + 1);
    &bytes[start..end]
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderMap;
    use proptest::prelude::*;

    use super::*;

    fn session<'a>(headers: &'a HeaderMap, origin: &str) -> Option<&'a str> {
        read(
            headers,
            &PublicUrl::parse(origin).expect("an origin"),
            SESSION,
        )
    }

    fn headers(cookies: &[&[u8]]) -> HeaderMap {
        cookies
            .iter()
            .map(|value| (COOKIE, HeaderValue::from_bytes(value).expect("a header")))
            .collect()
    }

    #[test]
    fn cookie_prefix_2025_names_match_byte_by_byte() {
        for (cookie, value) in [
            (&b"session=a"[..], Some("a")),
            (b"other=x; session=a;more=y", Some("a")),
            (b" \tsession = a ", Some("a")),
            (b"session=a=b", Some("a=b")),
            (b"session=", Some("")),
            (b"Session=a", None),
            (b"SESSION=a", None),
            (b"xsession=a", None),
            (b"session%20=a", None),
            (b"%73ession=a", None),
            (b"\xc2\xa0session=a", None),
            (b"\xe2\x80\x80session=a", None),
            (b"session\xa0=a", None),
            (b"session", None),
            (b"session=\xff", None),
            (b"session=a; session=b", None),
            (b"session=a; session=a", None),
            (b"", None),
        ] {
            assert_eq!(
                session(&headers(&[cookie]), "http://localhost"),
                value,
                "{cookie:?}"
            );
        }
        assert_eq!(
            session(&headers(&[b"session=a", b"session=b"]), "http://localhost"),
            None
        );
    }

    #[test]
    fn duplicates_are_cleared_on_every_parent_path() {
        let cleared = |cookie: &[u8], origin: &str, path: &str| {
            let origin = PublicUrl::parse(origin).expect("an origin");
            let cookies = clear_duplicates(&headers(&[cookie]), &origin, SESSION, path);
            cookies
                .iter()
                .map(|cookie| cookie.to_str().expect("ASCII").to_owned())
                .collect::<Vec<_>>()
        };
        let twice = b"session=a; session=b";
        let http = "http://localhost";
        assert_eq!(
            cleared(twice, http, "/account/sessions"),
            [
                "/account",
                "/account/",
                "/account/sessions",
                "/account/sessions/"
            ]
            .map(|path| format!("session=; Path={path}; Max-Age=0"))
        );
        assert_eq!(cleared(twice, http, "/").len(), 0);
        assert_eq!(cleared(twice, http, "/a;b").len(), 0);
        assert_eq!(cleared(b"session=a", http, "/account").len(), 0);
        assert_eq!(
            cleared(twice, "https://login.example.org", "/account").len(),
            0
        );
    }

    #[test]
    fn over_https_only_the_prefixed_name_counts() {
        let both = headers(&[b"session=planted; __Host-session=ours"]);
        assert_eq!(session(&both, "https://login.example.org"), Some("ours"));
        assert_eq!(
            session(&headers(&[b"session=planted"]), "https://login.example.org"),
            None
        );
        assert_eq!(
            session(
                &headers(&["\u{2000}__Host-session=x".as_bytes()]),
                "https://login.example.org"
            ),
            None
        );
    }

    #[test]
    fn cookie_has_every_attribute() {
        let https = PublicUrl::parse("https://login.example.org").expect("an origin");
        assert_eq!(
            set(&https, SESSION, "x", None),
            "__Host-session=x; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        let local = PublicUrl::local(8080);
        assert_eq!(
            clear(&local, SESSION),
            "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }

    proptest! {
        #[test]
        fn no_header_breaks_the_reading(
            bytes in prop::collection::vec(prop::num::u8::ANY, 0..200),
        ) {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                let headers: HeaderMap = [(COOKIE, value)].into_iter().collect();
                if let Some(value) = session(&headers, "http://localhost") {
                    prop_assert!(value.is_ascii() && !value.contains(';'));
                }
            }
        }
    }
}
