//! The decoder of forms and queries: what it takes, it decodes as the URL Standard does, each name
//! once.

#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use vestibule::http::fields::Fields;

fuzz_target!(|body: &[u8]| {
    let Ok(mut fields) = Fields::parse(body) else {
        return;
    };
    let mut names = HashSet::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        assert_eq!(fields.take(&name), value);
        assert!(names.insert(name), "a name came twice");
    }
});
