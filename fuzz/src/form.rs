//! The decoder of forms and queries. An accepted body is decoded as the URL Standard requires, and
//! each of its names is unique.

use std::collections::HashSet;

use vestibule::http::fields::Fields;

pub fn check(body: &[u8]) {
    let Ok(mut fields) = Fields::parse(body) else {
        return;
    };
    let mut names = HashSet::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        assert_eq!(fields.take(&name), value);
        assert!(names.insert(name), "a name came twice");
    }
}
