//! Email addresses. An accepted address has one `@`, is one line of ASCII for mail servers, and is
//! parsed into the same address again. Its key does not depend on the case of its letters.

use vestibule::values::EmailAddress;

pub fn check(input: &[u8]) {
    let Ok(address) = EmailAddress::parse(&String::from_utf8_lossy(input)) else {
        return;
    };
    let (text, ascii) = (address.as_str(), address.ascii());
    assert!(ascii.len() <= 254 && ascii.bytes().all(|byte| byte.is_ascii_graphic()));
    for text in [text, &ascii] {
        assert_eq!(text.matches('@').count(), 1);
        assert_eq!(EmailAddress::parse(text).as_ref(), Ok(&address));
    }
    let uppercase = EmailAddress::parse(&text.to_ascii_uppercase()).expect("the same address");
    assert_eq!(uppercase.key(), address.key());
    // These end an address, a header or an SMTP command.
    assert!(!text.contains(['<', '>', '"', ',', ';', ':', '\\', '(', ')', '[', ']']));
}
