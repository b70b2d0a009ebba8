//! Properties of challenges: bound to key, purpose, subject and time, and to each of their bytes.

use proptest::prelude::*;

use super::*;
use crate::config::Secret;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn keys(secrets: &[u8]) -> Keys {
    let secrets: Vec<_> = secrets
        .iter()
        .map(|byte| Secret::from_random([*byte; 32]))
        .collect();
    Keys::derive(&secrets).expect("one at least")
}

fn new_challenge(purpose: Purpose<'_>) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(create(&keys(&[1]), purpose, NOW))
        .expect("base64url")
}

fn is_valid(secrets: &[u8], purpose: Purpose<'_>, challenge: &[u8], now: Timestamp) -> bool {
    verify(&keys(secrets), purpose, challenge, now).is_some()
}

fn purposes(subject: &str) -> [Purpose<'_>; 4] {
    [
        Purpose::Login,
        Purpose::SecondStep(subject),
        Purpose::Enrol(subject),
        Purpose::Reauthenticate(subject),
    ]
}

#[test]
fn mac_matches_an_independent_implementation() {
    // Computed with Python's hmac: key 01 × 32, message 03 ‖ "session" ‖ 02 × 16 ‖ 03 × 8.
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
    let mac = mac(&key, Purpose::Enrol("session"), [2; 16], [3; 8]);
    assert_eq!(URL_SAFE_NO_PAD.encode(mac), KNOWN_MAC);
}

const KNOWN_MAC: &str = "3MlVKdxQyiFKHYYtSh9_Rg";

#[test]
fn challenge_lives_until_its_expiry() {
    for (purpose, minutes) in purposes("subject").into_iter().zip([60, 10, 10, 10]) {
        let challenge = new_challenge(purpose);
        let end = NOW + Duration::from_mins(minutes);
        let last = end - Duration::from_millis(1);
        assert!(is_valid(&[1], purpose, &challenge, last), "{purpose:?}");
        assert!(!is_valid(&[1], purpose, &challenge, end), "{purpose:?}");
        let verified = verify(&keys(&[1]), purpose, &challenge, NOW).expect("valid");
        assert_eq!(verified.expires_at, end);
    }
}

#[test]
fn challenge_survives_a_rotation() {
    let challenge = new_challenge(Purpose::Login);
    assert!(is_valid(&[2, 1], Purpose::Login, &challenge, NOW));
    assert!(!is_valid(&[2, 3], Purpose::Login, &challenge, NOW));
}

#[test]
fn each_challenge_and_its_hash_differ() {
    let [first, second] = [0; 2].map(|_| new_challenge(Purpose::Login));
    assert_ne!(first, second);
    assert_eq!(first.len(), NONCE_BYTES + EXPIRY_BYTES + MAC_BYTES);
    let hash = |challenge: &[u8]| {
        let verified = verify(&keys(&[1]), Purpose::Login, challenge, NOW);
        verified.expect("valid").hash()
    };
    assert_eq!(hash(&first), hash(&first));
    assert_ne!(hash(&first), hash(&second));
}

proptest! {
    #[test]
    fn challenge_serves_one_purpose_and_subject(
        made in 0_usize..4, used in 0_usize..4, subject in "\\PC{0,40}", other in "\\PC{0,40}",
    ) {
        let purpose = purposes(&subject)[made];
        let challenge = new_challenge(purpose);
        let presented = purposes(&other)[used];
        prop_assert!(is_valid(&[1], purpose, &challenge, NOW));
        prop_assert_eq!(is_valid(&[1], presented, &challenge, NOW), presented == purpose);
    }

    #[test]
    fn no_byte_can_be_changed_added_or_left_out(
        at: prop::sample::Index,
        change in 1_u8..=255,
        added in prop::collection::vec(any::<u8>(), 1..9),
    ) {
        let purpose = Purpose::SecondStep("pending");
        let challenge = new_challenge(purpose);
        let at = at.index(challenge.len());
        let mut changed = challenge.clone();
        changed[at] ^= change;
        prop_assert!(!is_valid(&[1], purpose, &changed, NOW));
        prop_assert!(!is_valid(&[1], purpose, &challenge[..at], NOW));
        prop_assert!(!is_valid(&[1], purpose, &challenge[at + 1..], NOW));
        let longer = [&challenge[..], &added].concat();
        prop_assert!(!is_valid(&[1], purpose, &longer, NOW));
    }

    #[test]
    fn no_other_bytes_are_a_challenge(junk: Vec<u8>) {
        prop_assert!(!is_valid(&[1], Purpose::Login, &junk, NOW));
    }
}
