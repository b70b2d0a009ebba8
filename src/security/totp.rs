//! The codes of authenticator apps: time-based one-time passwords (RFC 6238) with SHA-1, 6 digits
//! and steps of 30 seconds, the only form that every app supports. HMAC-SHA-1 is not affected by
//! collisions of SHA-1 (RFC 6194 §3.3).

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use super::tokens;
use crate::clock::Timestamp;
use crate::values::AppCode;

const STEP_SECONDS: i64 = 30;
const DIGITS_BASE: u32 = 1_000_000;
/// Number of steps before and after the present one whose codes are accepted (RFC 6238 §5.2).
const TOLERATED_STEPS: i64 = 1;
/// RFC 4226 §4 recommends 160 bits.
const SECRET_BYTES: usize = 20;
/// RFC 4648 §6.
const BASE_32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that an app and the server share. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; SECRET_BYTES]);

impl TotpSecret {
    pub fn random() -> Self {
        Self(tokens::random())
    }

    /// Returns `None` if the length is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// Returns the secret. Use it only for sealing.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns the secret in the form that apps read, for showing it during the setup.
    pub fn base32(&self) -> String {
        base32(&self.0)
    }

    /// Returns the newest accepted step whose code equals `code`. It computes the code of each
    /// accepted step, so the time does not tell which one matched.
    pub fn matched_step(&self, code: AppCode, now: Timestamp) -> Option<i64> {
        let present = now.seconds().div_euclid(STEP_SECONDS);
        let typed = code.number().to_be_bytes();
        let mut matched = None;
        for step in present - TOLERATED_STEPS..=present + TOLERATED_STEPS {
            let right = self.code(step).to_be_bytes();
            if verify_slices_are_equal(&right, &typed).is_ok() {
                matched = Some(step);
            }
        }
        matched
    }

    /// Returns the code of a step (RFC 4226 §5.3).
    fn code(&self, step: i64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let hash = tag.as_ref();
        // The last four bits are at most 15, and SHA-1 has 20 bytes.
        let offset = usize::from(hash[hash.len() - 1] & 0x0f);
        let bytes: [u8; 4] = hash[offset..offset + 4]
            .try_into()
            .expect("a slice of four bytes");
        (u32::from_be_bytes(bytes) & 0x7fff_ffff) % DIGITS_BASE
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// Encodes whole groups of five bytes, which need no padding.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() / 5 * 8);
    for group in bytes.chunks_exact(5) {
        let bits = group
            .iter()
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for digit in (0..8).rev() {
            let digit = bits >> (5 * digit) & 0x1f;
            text.push(char::from(BASE_32[usize::try_from(digit).unwrap_or(0)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    /// The secret of RFC 4226 appendix D and RFC 6238 appendix B.
    fn of_the_rfcs() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").expect("20 bytes")
    }

    #[test]
    fn rfc_4226_appendix_d() {
        let codes = (0..10).map(|counter| of_the_rfcs().code(counter));
        let expected = [
            755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871,
            520_489,
        ];
        assert!(codes.eq(expected));
    }

    /// The RFC has codes of eight digits. Those of six digits are their ends.
    #[test]
    fn rfc_6238_appendix_b() {
        for (seconds, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000_i64, 65_353_130),
        ] {
            let step = seconds / STEP_SECONDS;
            assert_eq!(of_the_rfcs().code(step), code % DIGITS_BASE, "{seconds}");
        }
    }

    #[test]
    fn rfc_4648_section_10() {
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(base32(b""), "");
        // Computed independently, with Python's base64.
        assert_eq!(of_the_rfcs().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    fn code(number: u32) -> AppCode {
        AppCode::new(number).expect("six digits")
    }

    proptest! {
        /// A code works in its own step, one before and one after.
        #[test]
        fn code_is_accepted_for_90_seconds(bytes: [u8; SECRET_BYTES], step in 2_i64..1 << 40) {
            let secret = TotpSecret(bytes);
            let typed = code(secret.code(step));
            let at = |step: i64, seconds: u64| {
                Timestamp::from_millis(step * STEP_SECONDS * 1000) + Duration::from_secs(seconds)
            };
            for now in [at(step - 1, 0), at(step, 0), at(step, 29), at(step + 1, 29)] {
                prop_assert!(secret.matched_step(typed, now) >= Some(step));
            }
            let chance = |now| secret.matched_step(typed, now).is_some_and(|found| found == step);
            prop_assert!(!chance(at(step - 2, 29)) && !chance(at(step + 2, 0)));
        }

        #[test]
        fn at_most_three_codes_match(bytes: [u8; SECRET_BYTES], millis in 0_i64..1 << 45) {
            let (secret, now) = (TotpSecret(bytes), Timestamp::from_millis(millis));
            let step = now.seconds() / STEP_SECONDS;
            let near: Vec<u32> = (step - 1..=step + 1).map(|step| secret.code(step)).collect();
            for number in (0..DIGITS_BASE).step_by(997).chain(near.iter().copied()) {
                let matches = secret.matched_step(code(number), now).is_some();
                prop_assert_eq!(matches, near.contains(&number));
            }
        }
    }
}
