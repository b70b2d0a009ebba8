//! The public key of a passkey: read from COSE once, and kept in the form that `aws-lc-rs` takes.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    UnparsedPublicKey, VerificationAlgorithm,
};

use super::cbor::{Item, Reader};
use super::rejection::Rejection;

/// The algorithm of a signature. Its numbers are those of the COSE registry of IANA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, and a modulus of 2,048 to 4,096 bits.
    Rs256,
}

impl Algorithm {
    /// The order in which the server prefers them.
    pub(super) const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// Returns the number in the COSE registry, which the database stores.
    pub const fn cose(self) -> i32 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
        }
    }

    fn from_cose(number: i128) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| i128::from(algorithm.cose()) == number)
    }

    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::Es256 => &ECDSA_P256_SHA256_ASN1,
            Self::EdDsa => &ED25519,
            Self::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

impl PublicKey {
    /// Returns the key of a stored passkey, or `None` for an unknown algorithm. A damaged key
    /// verifies no signature.
    pub fn from_stored(algorithm: i32, bytes: Vec<u8>) -> Option<Self> {
        let algorithm = Algorithm::from_cose(i128::from(algorithm))?;
        Some(Self { algorithm, bytes })
    }

    /// Reads a COSE key (RFC 9052 §7, RFC 9053 §7, RFC 8230 §4). Keys of a form that `aws-lc-rs`
    /// cannot use are rejected, so that no passkey is enrolled that never works.
    pub(super) fn read(cbor: &mut Reader<'_>) -> Result<Self, Rejection> {
        use Item::{Bytes, Integer};

        // Key type, algorithm, and up to three values that depend on the type.
        let [kind, algorithm, first, second, third] =
            cbor.members([1, 3, -1, -2, -3].map(Integer))?;
        let Some(Integer(algorithm)) = algorithm else {
            return Err(Rejection::PublicKey);
        };
        let algorithm = Algorithm::from_cose(algorithm).ok_or(Rejection::Algorithm)?;
        let values = (kind, first, second, third);
        let bytes = match (algorithm, values) {
            // Type EC2, curve P-256, and both coordinates. WebAuthn allows no compressed point.
            (
                Algorithm::Es256,
                (Some(Integer(2)), Some(Integer(1)), Some(Bytes(x)), Some(Bytes(y))),
            ) if x.len() == 32 && y.len() == 32 => [&[4][..], x, y].concat(),
            // Type OKP, curve Ed25519.
            (Algorithm::EdDsa, (Some(Integer(1)), Some(Integer(6)), Some(Bytes(x)), _))
                if x.len() == 32 =>
            {
                x.to_vec()
            }
            // Type RSA, modulus and exponent.
            (Algorithm::Rs256, (Some(Integer(3)), Some(Bytes(n)), Some(Bytes(e)), _))
                if is_shortest(n) && is_shortest(e) && (2048..=4096).contains(&bits(n)) =>
            {
                der(0x30, &[der_integer(n), der_integer(e)].concat())
            }
            _ => return Err(Rejection::PublicKey),
        };
        // Finds out whether a point is on the curve, and whether a modulus and an exponent are odd.
        ParsedPublicKey::new(algorithm.verification(), &bytes).map_err(|_| Rejection::PublicKey)?;
        Ok(Self { algorithm, bytes })
    }

    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the bytes to store: an uncompressed point (65 bytes), an Ed25519 key (32 bytes), or
    /// an `RSAPublicKey` in DER (RFC 8017 appendix A.1.1).
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Rejection> {
        UnparsedPublicKey::new(self.algorithm.verification(), &self.bytes)
            .verify(message, signature)
            .map_err(|_| Rejection::Signature)
    }
}

/// Returns true for a positive number without leading zeros (RFC 8230 §4).
fn is_shortest(number: &[u8]) -> bool {
    number.first().is_some_and(|byte| *byte != 0)
}

fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |byte| byte.leading_zeros());
    number.len() * 8 - unused as usize
}

fn der_integer(number: &[u8]) -> Vec<u8> {
    // A first bit of 1 would make it negative.
    let sign: &[u8] = if number[0] < 0x80 { &[] } else { &[0] };
    der(0x02, &[sign, number].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    // The sequence of two numbers is the longest. Responses of 16 KiB bound the exponent.
    let length = u16::try_from(content.len()).expect("a response is shorter than 64 KiB");
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short @ ..0x80) => bytes.push(short),
        Ok(long) => bytes.extend([0x81, long]),
        Err(_) => {
            bytes.push(0x82);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend(content);
    bytes
}

#[cfg(test)]
#[path = "public_key_tests.rs"]
mod tests;
