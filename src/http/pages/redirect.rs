//! Redirects. The status is always 303, and the target is always a path of this site.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use serde::Deserialize;

use crate::urls;

/// Longest accepted path to go to after a login, in bytes.
pub const MAX_NEXT_BYTES: usize = 1024;
/// The same for a hand-over to an app. Its query has an encoded path of the app.
const MAX_HANDOVER_NEXT_BYTES: usize = 4096;

/// The query parameter with the page to open after a login.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NextQuery {
    next: String,
}

impl NextQuery {
    /// Returns the page if it is a safe target, otherwise nothing.
    pub fn safe(&self) -> &str {
        safe_next(&self.next).unwrap_or_default()
    }
}

/// Returns a 303 to a path of this site. A 307 or 308 would make the browser send the password on
/// (RFC 9700 §4.12).
pub fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .finish()
}

/// Returns `next` if it is a safe target after a login. A safe target starts with a single `/` and
/// continues with printable ASCII, without spaces or `\`. Some browsers read other values as
/// another host (ASVS 1.2.2, 3.7.2). Its length is limited.
pub fn safe_next(next: &str) -> Option<&str> {
    let rest = next.strip_prefix('/')?;
    let longest = if urls::is_handover_page(next) {
        MAX_HANDOVER_NEXT_BYTES
    } else {
        MAX_NEXT_BYTES
    };
    let stays = !rest.starts_with(['/', '\\'])
        && next.len() <= longest
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    stays.then_some(next)
}

/// Returns the path at the host of an app that a hand-over may lead to. Any other target becomes
/// the first page.
pub fn safe_target(to: &str) -> &str {
    safe_next(to)
        .filter(|to| to.len() <= MAX_NEXT_BYTES && !urls::is_at_app_host(to))
        .unwrap_or("/")
}

/// Returns the target of the redirect that answers a form. A hand-over ends at another origin. The
/// Content-Security-Policy lets no form redirect there, so a page of this site comes first.
pub fn after_form(next: &str) -> Cow<'_, str> {
    if urls::is_handover_page(next) {
        urls::continue_to(next).into()
    } else {
        next.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn paths_of_this_site_are_accepted() {
        for next in [
            "/",
            "/dashboard",
            "/account/sessions?page=2#top",
            "/a//b",
            "/%2F%2Fevil.example",
            "/.//evil.example",
        ] {
            assert_eq!(safe_next(next), Some(next));
        }
    }

    #[test]
    fn paths_that_leave_the_site_are_rejected() {
        for next in [
            "",
            "dashboard",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "https:evil.example",
            "http:/evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            " /dashboard",
            "\t/dashboard",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "/ /evil.example",
            "/dash board",
            "/dash\\board",
            "/a\\..\\b",
            "/\u{0}",
            "/é",
            "/\u{2215}evil.example",
            "?next=/",
            "#",
            "@evil.example",
            "/a\r\nSet-Cookie: x=y",
            "%2F%2Fevil.example",
            "/\u{7f}",
            "//",
            "/\\",
            "\\",
            "mailto:a@b",
            "//evil.example/%2f..",
            "////evil.example",
            "/\\/evil.example",
            "/\u{a0}/evil.example",
            "\u{feff}/dashboard",
            "//user@evil.example",
            "https:\\\\evil.example",
            "HTTPS://EVIL.EXAMPLE",
            "ftp://evil.example",
            "blob:https://x",
            "vbscript:x",
            "//[::1]/",
            "//127.0.0.1",
            "/\x0b/evil.example",
            "/\x0c/evil.example",
            "/\x08",
            ".",
            "..",
            "./x",
            "../x",
            "x:/y",
            ":",
            "//.",
            "/\\.",
        ] {
            assert_eq!(safe_next(next), None, "{next:?}");
        }
        assert_eq!(safe_next(&format!("/{}", "a".repeat(1024))), None);
    }

    proptest! {
        #[test]
        fn no_browser_leaves_the_site(next in "[/\\\\a-z.:@%\\t\\n #?-]{0,20}|\\PC{0,30}") {
            if let Some(safe) = safe_next(&next) {
                let site = Url::parse("https://login.example.org/login").expect("a URL");
                let target = site.join(safe).expect("resolves");
                prop_assert_eq!(target.origin(), site.origin());
            }
        }
    }
}
