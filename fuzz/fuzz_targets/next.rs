//! Where a login may go on to: whatever is taken, a browser stays on the site.

#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;
use vestibule::http::pages::redirect::safe_next;

fuzz_target!(|next: &str| {
    let Some(taken) = safe_next(next) else { return };
    assert_eq!(taken, next);
    let site = Url::parse("https://login.example.org/login").expect("a URL");
    let target = site.join(taken).expect("it resolves");
    assert_eq!(target.origin(), site.origin());
    assert!(
        taken.bytes().all(|byte| byte.is_ascii_graphic()),
        "it can stand in a header"
    );
});
