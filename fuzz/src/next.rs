//! The target after a login. The browser stays on the site with every accepted target.

use url::Url;
use vestibule::http::pages::redirect::safe_next;

pub fn check(input: &[u8]) {
    let Ok(next) = std::str::from_utf8(input) else {
        return;
    };
    let Some(accepted) = safe_next(next) else {
        return;
    };
    assert_eq!(accepted, next);
    let site = Url::parse("https://login.example.org/login").expect("a URL");
    let target = site.join(accepted).expect("it resolves");
    assert_eq!(target.origin(), site.origin());
    assert!(
        accepted.bytes().all(|byte| byte.is_ascii_graphic()),
        "it can stand in a header"
    );
}
