//! How a password is stored: bcrypt over a keyed pre-hash, with the scheme's version in front, and how a typed one is
//! compared with it in the same time whatever is stored. Slow by purpose: only `accounts::hasher` may call it.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::tokens;
use crate::values::Password;

/// Tells our scheme from others that may come. What follows it is a bcrypt string.
const SCHEME: &str = "v1";
/// A public domain tag, not a pepper: a hash stolen elsewhere is no use as a guess against ours ('shucking').
const PREHASH_KEY: &[u8] = b"vestibule password v1";

/// A stored password: `v1$2b$12$…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordHash(pub String);

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
    let spend = |cost| drop(bcrypt::non_truncating_hash_with_salt(&prehash, cost, [0; 16]));
    let Some((bcrypt, stored_cost)) = stored.and_then(|stored| Some((stored.bcrypt()?, stored.cost()?))) else {
        spend(cost);
        return false;
    };
    // A damaged hash is nobody's password; it must not end the thread either.
    let right = bcrypt::non_truncating_verify(&prehash, bcrypt).unwrap_or(false);
    // 2^h and then 2^h + … + 2^(c-1) make 2^c.
    (stored_cost..cost).for_each(spend);
    right
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
