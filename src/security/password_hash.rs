//! How a password is stored: bcrypt over a keyed pre-hash, with the scheme's version in front, and how a typed one is
//! compared with it in the same time whatever is stored. Slow by purpose: only `accounts::hasher` may call it.

use std::fmt;
use std::ops::Range;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::tokens;
use crate::values::Password;

/// Tells our scheme from others that may come. What follows it is a bcrypt string.
const SCHEME: &str = "v1";
/// A public domain tag, not a pepper: a hash stolen elsewhere is no use as a guess against ours ('shucking').
const PREHASH_KEY: &[u8] = b"vestibule password v1";

/// A stored password: `v1$2b$12$…`. Never printed: `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl PasswordHash {
    /// Hashes a password. Takes 2^cost rounds of bcrypt: some 200 ms at 12.
    pub fn make(password: &Password, cost: u32) -> Self {
        let parts = bcrypt::non_truncating_hash_with_salt(prehash(password), cost, tokens::random())
            // bcrypt refuses costs outside 4 to 31, NUL and more than 72 bytes: settings bound the one, the other two
            // can't come out of base64 of 48 bytes.
            .expect("64 characters of base64 and a cost that the settings allow");
        Self(format!("{SCHEME}{}", parts.format_for_version(bcrypt::Version::TwoB)))
    }

    /// log2 of the rounds that made it; `None` if it is not of our form.
    pub fn cost(&self) -> Option<u32> {
        self.bcrypt()?.get(4..6)?.parse().ok()
    }

    fn bcrypt(&self) -> Option<&str> {
        self.0.strip_prefix(SCHEME).filter(|bcrypt| bcrypt.is_ascii() && bcrypt.len() == 60)
    }
}

/// Compares a typed password with what is stored, if anything is. Always 2^`cost` rounds, so that the time tells neither
/// whether there is an account (CVE-2024-39329) nor whether its hash is older than the present cost (`docs/security.md`,
/// 6). Only a hash of a higher cost takes longer, until its next login.
pub fn matches(password: &Password, stored: Option<&PasswordHash>, cost: u32) -> bool {
    let prehash = prehash(password);
    let stored = stored.and_then(|stored| Some((stored.bcrypt()?, stored.cost()?)));
    // A damaged hash is nobody's password; it must not end the thread either.
    let right = stored.is_some_and(|(bcrypt, _)| bcrypt::non_truncating_verify(&prehash, bcrypt).unwrap_or(false));
    for cost in costs_besides(stored.map(|(_, cost)| cost), cost) {
        drop(bcrypt::non_truncating_hash_with_salt(&prehash, cost, [0; 16]));
    }
    right
}

/// What must be spent besides the comparison: all of it where nothing is stored; 2^h and then 2^h + … + 2^(c-1) make 2^c.
fn costs_besides(stored: Option<u32>, cost: u32) -> Range<u32> {
    stored.map_or(cost..cost + 1, |stored| stored..cost)
}

/// base64(HMAC-SHA-384(key, password)): 64 characters without NUL, so that bcrypt's limit of 72 bytes cuts nothing.
fn prehash(password: &Password) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA384, PREHASH_KEY);
    STANDARD.encode(hmac::sign(&key, password.expose().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::from_login(text)
    }

    #[test]
    fn the_stored_form_names_its_scheme_and_cost() {
        let hash = PasswordHash::make(&password("four unrelated words"), 4);
        assert!(hash.0.starts_with("v1$2b$04$"), "{}", hash.0);
        assert_eq!(hash.cost(), Some(4));
        assert_ne!(hash, PasswordHash::make(&password("four unrelated words"), 4), "salted");
    }

    #[test]
    fn every_character_counts_beyond_72_bytes_too() {
        let long = "x".repeat(200);
        let hash = PasswordHash::make(&password(&long), 4);
        assert!(matches(&password(&long), Some(&hash), 4));
        for other in [&long[..199], &format!("{}y", &long[..199]), &long[..72], "", "x\0"] {
            assert!(!matches(&password(other), Some(&hash), 4), "{other:?}");
        }
        let with_nul = PasswordHash::make(&password("before\0after1"), 4);
        assert!(!matches(&password("before\0after2"), Some(&with_nul), 4));
    }

    #[test]
    fn two_spellings_that_look_alike_are_one_password() {
        let hash = PasswordHash::make(&password("caf\u{e9} au lait"), 4);
        assert!(matches(&password("cafe\u{301} au lait"), Some(&hash), 4));
    }

    #[test]
    fn every_comparison_costs_the_same_rounds() {
        let spent = |stored: Option<u32>, cost| {
            let compared = stored.map_or(0, |stored| 1_u64 << stored);
            compared + costs_besides(stored, cost).map(|cost| 1_u64 << cost).sum::<u64>()
        };
        for cost in 4..=15 {
            assert_eq!(spent(None, cost), 1 << cost);
            for stored in 4..=cost {
                assert_eq!(spent(Some(stored), cost), 1 << cost, "{stored} at {cost}");
            }
        }
    }

    #[test]
    fn the_stored_cost_does_not_matter_to_the_answer() {
        for stored_cost in 4..=7 {
            let hash = PasswordHash::make(&password("four unrelated words"), stored_cost);
            assert!(matches(&password("four unrelated words"), Some(&hash), 6));
            assert!(!matches(&password("five unrelated words"), Some(&hash), 6));
        }
    }

    #[test]
    fn nothing_stored_and_damaged_hashes_match_nothing() {
        assert!(!matches(&password("x"), None, 4));
        for damaged in ["", "v1", "v1$2b$04$", "v1$2b$99$aaaa", "v2$2b$04$x", "v1$2b$04$é", &"v1é".repeat(40)] {
            assert!(!matches(&password("x"), Some(&PasswordHash(damaged.to_owned())), 4), "{damaged}");
        }
        // RUSTSEC-2026-0199: non-ASCII in a stored hash once ended the thread.
        let strange = format!("v1$2b$04${}", "é".repeat(26));
        assert!(!matches(&password("x"), Some(&PasswordHash(strange + "a")), 4));
    }
}
