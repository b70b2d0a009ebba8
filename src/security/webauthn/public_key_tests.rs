//! Tests with keys that are well formed, and with one defect in each.

use super::*;

// The base point of P-256 (SEC 2 §2.4.2), and the key of the first test of RFC 8032 §7.1.
const X: &str = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
const Y: &str = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
const ED25519_KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn hex(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn bytes(value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).expect("short");
    let head = match u8::try_from(length) {
        Ok(short @ ..24) => vec![0x40 | short],
        Ok(long) => vec![0x58, long],
        Err(_) => [&[0x59][..], &length.to_be_bytes()].concat(),
    };
    [&head[..], value].concat()
}

fn es256(x: &[u8], y: &[u8]) -> Vec<u8> {
    let start = hex("a501020326200121");
    [&start[..], &bytes(x), &[0x22], &bytes(y)].concat()
}

fn ed25519(x: &[u8]) -> Vec<u8> {
    [&hex("a401010327200621")[..], &bytes(x)].concat()
}

fn rs256(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let start = hex("a401030339010020");
    [&start[..], &bytes(modulus), &[0x21], &bytes(exponent)].concat()
}

/// Returns an odd number with this many bits.
fn modulus(bits: usize) -> Vec<u8> {
    let mut number = vec![0; bits.div_ceil(8)];
    number[0] = 1 << ((bits - 1) % 8);
    *number.last_mut().expect("a byte") |= 1;
    number
}

fn read(cose: &[u8]) -> Result<PublicKey, Rejection> {
    PublicKey::read(&mut Reader::new(cose))
}

#[test]
fn point_is_stored_uncompressed() {
    let (x, y) = (hex(X), hex(Y));
    let key = read(&es256(&x, &y)).expect("ES256");
    assert_eq!(key.algorithm(), Algorithm::Es256);
    assert_eq!(key.bytes(), [&[4][..], &x, &y].concat());
}

#[test]
fn ed25519_key_is_stored_as_it_is() {
    let key = read(&ed25519(&hex(ED25519_KEY))).expect("Ed25519");
    assert_eq!(key.algorithm(), Algorithm::EdDsa);
    assert_eq!(key.bytes(), hex(ED25519_KEY));
}

#[test]
fn rsa_key_is_stored_in_der() {
    let key = read(&rs256(&modulus(2048), &[1, 0, 1])).expect("RS256");
    assert_eq!(key.algorithm(), Algorithm::Rs256);
    // DER adds a zero byte, because the top bit of the modulus is set.
    let start = hex("3082010a0282010100");
    let der = [&start[..], &modulus(2048), &hex("0203010001")].concat();
    assert_eq!(key.bytes(), der);
    let key = read(&rs256(&modulus(2049), &[3])).expect("RS256");
    let start = hex("3082010802820101");
    let der = [&start[..], &modulus(2049), &hex("020103")].concat();
    assert_eq!(key.bytes(), der);
}

#[test]
fn stored_key_is_read_back() {
    let key = read(&ed25519(&hex(ED25519_KEY))).expect("Ed25519");
    let stored = PublicKey::from_stored(key.algorithm().cose(), key.bytes().to_vec());
    assert_eq!(stored, Some(key));
    for unknown in [0, 7, -9, -19, -35, -36, -37, -53, -65535] {
        assert_eq!(PublicKey::from_stored(unknown, Vec::new()), None);
    }
    let damaged = PublicKey::from_stored(-7, vec![4]).expect("an algorithm");
    assert_eq!(damaged.verify(b"", b""), Err(Rejection::Signature));
}

#[test]
fn point_off_the_curve_is_rejected() {
    let (x, y) = (hex(X), hex(Y));
    for at in 0..32 {
        let (mut other_x, mut other_y) = (x.clone(), y.clone());
        other_x[at] ^= 1;
        other_y[at] ^= 1;
        assert_eq!(read(&es256(&x, &other_y)), Err(Rejection::PublicKey));
        assert_eq!(read(&es256(&other_x, &y)), Err(Rejection::PublicKey));
    }
    for (x, y) in [([0; 32], [0; 32]), ([0xff; 32], [0xff; 32])] {
        assert_eq!(read(&es256(&x, &y)), Err(Rejection::PublicKey));
    }
}

#[test]
fn keys_of_a_wrong_length_are_rejected() {
    let (x, y, key) = (hex(X), hex(Y), hex(ED25519_KEY));
    let (longer_x, longer_key) = ([&[0][..], &x].concat(), [&key[..], &[0]].concat());
    for cose in [
        es256(&x[1..], &y),
        es256(&x, &y[1..]),
        es256(&longer_x, &y),
        es256(&[], &[]),
        ed25519(&key[1..]),
        ed25519(&longer_key),
        rs256(&modulus(2047), &[1, 0, 1]),
        rs256(&modulus(4097), &[1, 0, 1]),
        rs256(&[], &[1, 0, 1]),
        rs256(&modulus(2048), &[]),
    ] {
        assert_eq!(read(&cose), Err(Rejection::PublicKey), "{cose:x?}");
    }
    assert!(read(&rs256(&modulus(4096), &[1, 0, 1])).is_ok());
}

#[test]
fn weak_or_padded_rsa_keys_are_rejected() {
    let padded = [&[0][..], &modulus(2048)].concat();
    let mut even = modulus(2048);
    even[255] &= 0xfe;
    for cose in [
        rs256(&padded, &[1, 0, 1]),
        rs256(&even, &[1, 0, 1]),
        rs256(&modulus(2048), &[0, 3]),
        rs256(&modulus(2048), &[1]),
        rs256(&modulus(2048), &[2]),
        rs256(&modulus(2048), &[1; 200]),
    ] {
        assert_eq!(read(&cose), Err(Rejection::PublicKey), "{cose:x?}");
    }
}

#[test]
fn key_type_and_curve_must_fit_the_algorithm() {
    let (point, key) = (es256(&hex(X), &hex(Y)), ed25519(&hex(ED25519_KEY)));
    let with = |cose: &[u8], at: usize, byte: u8| {
        let mut cose = cose.to_vec();
        cose[at] = byte;
        read(&cose).expect_err("rejected")
    };
    // The bytes at 2, 4 and 6 are the type, the algorithm and the curve.
    for (rejection, expected) in [
        (with(&point, 2, 1), Rejection::PublicKey),
        (with(&point, 4, 0x27), Rejection::PublicKey),
        (with(&point, 4, 0x28), Rejection::Algorithm),
        (with(&point, 6, 2), Rejection::PublicKey),
        (with(&point, 6, 8), Rejection::PublicKey),
        (with(&key, 2, 2), Rejection::PublicKey),
        (with(&key, 4, 0x26), Rejection::PublicKey),
        (with(&key, 4, 0x32), Rejection::Algorithm),
        (with(&key, 6, 7), Rejection::PublicKey),
    ] {
        assert_eq!(rejection, expected);
    }
}

#[test]
fn incomplete_and_repeated_members_are_rejected() {
    for (cose, rejection) in [
        ("a0", Rejection::PublicKey),
        ("a10326", Rejection::PublicKey),
        ("a10102", Rejection::PublicKey),
        ("a2010203634573", Rejection::Cbor),
        ("a30102032603", Rejection::Cbor),
        ("a3010203260326", Rejection::Cbor),
        ("80", Rejection::Cbor),
        ("", Rejection::Cbor),
    ] {
        assert_eq!(read(&hex(cose)), Err(rejection), "{cose}");
    }
    // A compressed point: y is a boolean.
    let mut compressed = es256(&hex(X), &[]);
    *compressed.last_mut().expect("a byte") = 0xf5;
    assert_eq!(read(&compressed), Err(Rejection::PublicKey));
}
