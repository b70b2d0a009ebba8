//! Email addresses: what is taken is one line of ASCII with one `@`, reads the same a second time,
//! and is the same as itself in other letters.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule::values::EmailAddress;

fuzz_target!(|typed: &str| {
    let Ok(address) = EmailAddress::parse(typed) else {
        return;
    };
    let text = address.as_str();
    assert!(text.len() <= 254 && text.bytes().all(|byte| byte.is_ascii_graphic()));
    assert_eq!(text.matches('@').count(), 1);
    assert_eq!(EmailAddress::parse(text).as_ref(), Ok(&address));
    let shouted = EmailAddress::parse(&text.to_ascii_uppercase()).expect("the same address");
    assert_eq!(shouted.key(), address.key());
    // Nothing that ends an address, a header or a command of SMTP.
    assert!(!text.contains(['<', '>', '"', ',', ';', ':', '\\', '(', ')', '[', ']']));
});
