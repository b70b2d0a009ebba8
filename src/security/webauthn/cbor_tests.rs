//! Tests with the examples of RFC 8949 appendix A, and with each form that is not accepted.

use proptest::prelude::*;

use super::*;

/// Returns the only item, or `None` if the bytes are rejected or too many.
fn read(bytes: &[u8]) -> Option<Item<'_>> {
    let mut reader = Reader::new(bytes);
    let item = reader.item().ok()?;
    reader.is_at_end().then_some(item)
}

#[test]
fn examples_of_rfc_8949_are_read() {
    for (bytes, expected) in [
        (&[0x00][..], Item::Integer(0)),
        (&[0x17], Item::Integer(23)),
        (&[0x18, 0x18], Item::Integer(24)),
        (&[0x19, 0x03, 0xe8], Item::Integer(1000)),
        (&[0x1a, 0, 0x0f, 0x42, 0x40], Item::Integer(1_000_000)),
        (&[0x20], Item::Integer(-1)),
        (&[0x39, 0x01, 0x00], Item::Integer(-257)),
        (&[0x40], Item::Bytes(&[])),
        (&[0x44, 1, 2, 3, 4], Item::Bytes(&[1, 2, 3, 4])),
        (&[0x62, 0xc3, 0xbc], Item::Text("ü")),
        (&[0x63, 0xe6, 0xb0, 0xb4], Item::Text("水")),
        (&[0xf4], Item::Other),
        (&[0xf6], Item::Other),
        (&[0xf9, 0x3c, 0x00], Item::Other),
        (&[0x83, 1, 2, 3], Item::Other),
        (&[0xa2, 0x61, 0x61, 1, 0x61, 0x62, 0x82, 2, 3], Item::Other),
    ] {
        assert_eq!(read(bytes), Some(expected), "{bytes:x?}");
    }
    let most = [&[0x3b][..], &[0xff; 8]].concat();
    let most_negative = Item::Integer(-1 - i128::from(u64::MAX));
    assert_eq!(read(&most), Some(most_negative));
}

#[test]
fn other_forms_are_rejected() {
    for (bytes, reason) in [
        (&[][..], "empty"),
        (&[0x18, 0x17], "23 in two bytes"),
        (&[0x19, 0, 0xff], "255 in three bytes"),
        (&[0x1a, 0, 0, 0xff, 0xff], "65,535 in five bytes"),
        (
            &[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
            "2^32 - 1 in nine bytes",
        ),
        (&[0x58, 1, 0], "a length of 1 in two bytes"),
        (&[0x1c], "a reserved width"),
        (&[0x5f, 0x41, 1, 0xff], "indefinite bytes"),
        (&[0x7f, 0xff], "indefinite text"),
        (&[0x9f, 0xff], "an indefinite array"),
        (&[0xbf, 0xff], "an indefinite map"),
        (&[0xff], "a break alone"),
        (&[0xc0, 0x00], "a tag"),
        (&[0xe0], "an unassigned simple value"),
        (&[0xf8, 0x20], "a simple value in two bytes"),
        (&[0x42, 1], "bytes that end early"),
        (&[0x61, 0xff], "text that is not UTF-8"),
        (&[0x82, 1], "an array that ends early"),
        (&[0xa1, 1], "a map without its value"),
        (
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            "too many members",
        ),
        (&[0x00, 0x00], "a second item"),
    ] {
        assert_eq!(read(bytes), None, "{reason}");
    }
}

#[test]
fn four_levels_are_the_limit() {
    assert!(read(&[0x81, 0xa1, 1, 0x81, 0x81, 0]).is_some());
    assert_eq!(read(&[0x81, 0xa1, 1, 0x81, 0x81, 0x80]), None);
    // Side by side, they do not add up.
    assert!(read(&[0x82, 0x81, 0x81, 0x80, 0x81, 0x81, 0x80]).is_some());
    let nested = |levels: usize| {
        let value = [&vec![0x81; levels - 1][..], &[0x80]].concat();
        let map = [&[0xa1, 0x01][..], &value].concat();
        Reader::new(&map).members([Item::Integer(1)]).is_ok()
    };
    assert!(nested(3));
    assert!(!nested(4));
    assert!(!nested(5000));
}

#[test]
fn members_are_found_in_any_order_and_once() {
    let keys = [Item::Integer(1), Item::Text("a")];
    let read = |bytes: &'static [u8]| Reader::new(bytes).members(keys).ok();
    let both = Some([Some(Item::Integer(2)), Some(Item::Integer(3))]);
    assert_eq!(read(&[0xa2, 1, 2, 0x61, b'a', 3]), both);
    assert_eq!(read(&[0xa3, 0x61, b'a', 3, 0x20, 0x80, 1, 2]), both);
    assert_eq!(read(&[0xa0]), Some([None, None]));
    assert_eq!(read(&[0xa2, 1, 2, 1, 2]), None);
    assert!(read(&[0xa2, 5, 2, 5, 2]).is_some());
    assert_eq!(read(&[0x82, 1, 2]), None);
    assert_eq!(read(&[0xa1, 1]), None);
}

proptest! {
    #[test]
    fn no_bytes_cause_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
        let _ = Reader::new(&bytes).members([Item::Integer(1), Item::Text("a")]);
    }
}
