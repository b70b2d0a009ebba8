//! Responses of passkeys: the form field with its JSON, the client data, the authenticator data,
//! the attestation object and its CBOR. Nothing here is signed, so no input must be verified, and
//! none must cause a panic.

use vestibule::accounts::authentication::passkeys::Ceremony;
use vestibule::clock::Timestamp;
use vestibule::config::{PublicUrl, Secret};
use vestibule::security::challenge::Purpose;
use vestibule::security::keys::Keys;
use vestibule::security::webauthn::{Assertion, Registration, UserVerification};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// Reads the input as both kinds of responses. No fuzzer can make the server's challenge.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let keys = Keys::derive(&[Secret::from_random([7; 32])]).expect("one secret");
    let public_url = PublicUrl::parse("https://example.org").expect("an origin");
    let ceremony = Ceremony {
        keys: &keys,
        public_url: &public_url,
        purpose: Purpose::Login,
        user_verification: UserVerification::Preferred,
        now: NOW,
    };
    assert!(ceremony.present(text).is_err(), "a challenge was made up");
    assert!(ceremony.register(text).is_err(), "a challenge was made up");
    // No input may cause a panic.
    let _ = (Assertion::parse(text), Registration::parse(text));
}
