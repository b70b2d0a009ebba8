//! Stored password hashes. Vestibule's own are bcrypt over a keyed pre-hash, with the scheme's
//! version in front. Imported ones are bcrypt hashes of another system. A comparison takes the same
//! time whatever is stored. Hashing is slow on purpose, so only `accounts::authentication::hasher`
//! may run it.

use std::fmt;
use std::ops::{Range, RangeInclusive};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use thiserror::Error;

use super::tokens;
use crate::values::{Password, text_column};

/// Version of Vestibule's own scheme. A bcrypt string follows.
const SCHEME: &str = "v1";
/// Prefix of a hash that another system made directly from the typed password. The next login
/// replaces it. A separate scheme is necessary. If one row could be compared both ways, the
/// pre-hash would be a second valid password.
const FOREIGN: &str = "foreign";
/// Stored for an account without a password.
pub const NONE: &str = "none";
/// Accepted costs of imported hashes. A comparison at cost 31 would take more than a day.
const FOREIGN_COSTS: RangeInclusive<u32> = 4..=15;
const BCRYPT_LENGTH: usize = 60;
/// A public domain separator, not a pepper. It prevents password shucking: bcrypt hashes stolen
/// elsewhere are useless as candidates for Vestibule's hashes.
const PREHASH_KEY: &[u8] = b"vestibule password v1";

/// A stored hash, such as `v1$2b$12$…` or `foreign$2y$10$…`. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct PasswordHash(pub String);

text_column!(PasswordHash);

/// Reasons to reject a hash of another system. The messages are for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ForeignHashError {
    /// Another kind of hash, or a damaged one.
    #[error("the password hash is not a bcrypt hash ($2a$, $2b$ or $2y$, 60 characters)")]
    NotBcrypt,
    /// `$2x$`, made by a faulty implementation that gives different passwords the same hash.
    #[error("the password hash is of the faulty kind $2x$")]
    Faulty,
    /// A comparison would take too long, or the hash is too weak.
    #[error("the password hash has a cost outside {} to \
             {}", FOREIGN_COSTS.start(), FOREIGN_COSTS.end())]
    Cost,
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl PasswordHash {
    /// Hashes a password with 2^cost rounds of bcrypt, which takes about 200 ms at cost 12.
    pub fn make(password: &Password, cost: u32) -> Self {
        let parts =
            bcrypt::non_truncating_hash_with_salt(prehash(password), cost, tokens::random())
                // bcrypt rejects costs outside 4 to 31 and inputs of 72 bytes or more. The settings
                // limit the cost. The input is the base64 of 48 bytes, which has 64 characters.
                .expect("64 characters of base64 and a cost that the settings allow");
        Self(format!(
            "{SCHEME}{}",
            parts.format_for_version(bcrypt::Version::TwoB)
        ))
    }

    /// Accepts a bcrypt hash that another system made.
    pub fn foreign(bcrypt: &str) -> Result<Self, ForeignHashError> {
        if bcrypt.starts_with("$2x$") {
            return Err(ForeignHashError::Faulty);
        }
        // Checked before parsing because of RUSTSEC-2026-0199.
        if !bcrypt.is_ascii()
            || bcrypt.len() != BCRYPT_LENGTH
            || !bcrypt.as_bytes()[4..6].iter().all(u8::is_ascii_digit)
        {
            return Err(ForeignHashError::NotBcrypt);
        }
        let parts: bcrypt::HashParts = bcrypt.parse().map_err(|_| ForeignHashError::NotBcrypt)?;
        if !FOREIGN_COSTS.contains(&parts.get_cost()) {
            return Err(ForeignHashError::Cost);
        }
        Ok(Self(format!("{FOREIGN}{bcrypt}")))
    }

    /// Returns the value for an account without a password. No password matches it.
    pub fn none() -> Self {
        Self(NONE.to_owned())
    }

    pub fn is_none(&self) -> bool {
        self.0 == NONE
    }

    /// Returns log2 of the rounds that a comparison takes, or `None` without a usable hash.
    pub fn cost(&self) -> Option<u32> {
        self.stored().map(|stored| stored.cost)
    }

    /// Returns true if a new hash would have the same scheme and cost.
    pub fn is_current(&self, cost: u32) -> bool {
        self.stored()
            .is_some_and(|stored| !stored.is_foreign && stored.cost == cost)
    }

    /// Returns `None` if the value has neither form.
    fn stored(&self) -> Option<Stored<'_>> {
        let ours = self.0.strip_prefix(SCHEME).map(|bcrypt| (bcrypt, false));
        let (bcrypt, is_foreign) =
            ours.or_else(|| self.0.strip_prefix(FOREIGN).map(|bcrypt| (bcrypt, true)))?;
        if !bcrypt.is_ascii() || bcrypt.len() != BCRYPT_LENGTH {
            return None;
        }
        Some(Stored {
            bcrypt,
            is_foreign,
            cost: bcrypt.get(4..6)?.parse().ok()?,
        })
    }
}

struct Stored<'hash> {
    bcrypt: &'hash str,
    is_foreign: bool,
    /// log2 of the bcrypt rounds.
    cost: u32,
}

impl Stored<'_> {
    /// Returns true if the hash belongs to the password. A damaged hash matches no password and
    /// must not panic.
    fn is_of(&self, password: &Password, prehash: &str) -> bool {
        let compared = if self.is_foreign {
            // The other system hashed the password as typed and cut it at 72 bytes. bcrypt repeats
            // a short password with a NUL in between. So `x\0x` would match the hash of `x` without
            // the check for NUL.
            let typed = password.as_typed();
            bcrypt::verify(typed, self.bcrypt).map(|right| right && !typed.contains('\0'))
        } else {
            bcrypt::non_truncating_verify(prehash, self.bcrypt)
        };
        compared.unwrap_or(false)
    }
}

/// Compares a typed password with the stored hash, if there is one. Always takes 2^`cost` rounds.
/// So the time reveals neither the existence of an account (CVE-2024-39329) nor an older cost of
/// its hash (`docs/security.md`, 6). Only a hash with a higher cost takes longer, until the next
/// login.
pub fn matches(password: &Password, stored: Option<&PasswordHash>, cost: u32) -> bool {
    let prehash = prehash(password);
    let stored = stored.and_then(PasswordHash::stored);
    let right = stored
        .as_ref()
        .is_some_and(|stored| stored.is_of(password, &prehash));
    for cost in costs_besides(stored.map(|stored| stored.cost), cost) {
        drop(bcrypt::non_truncating_hash_with_salt(
            &prehash, cost, [0; 16],
        ));
    }
    right
}

/// Returns the costs of the extra work that follows the comparison. Without a stored hash, that is
/// one hash at `cost`. A comparison at cost h leaves h to c-1, because 2^h + (2^h + … + 2^(c-1)) =
/// 2^c.
fn costs_besides(stored: Option<u32>, cost: u32) -> Range<u32> {
    stored.map_or(cost..cost + 1, |stored| stored..cost)
}

/// Returns base64(HMAC-SHA-384(key, password)). It has 64 characters without NUL, so bcrypt's limit
/// of 72 bytes cuts nothing off.
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
        assert!(hash.is_current(4) && !hash.is_current(5));
        assert_ne!(
            hash,
            PasswordHash::make(&password("four unrelated words"), 4),
            "salted"
        );
    }

    #[test]
    fn every_character_counts_beyond_72_bytes_too() {
        let long = "x".repeat(200);
        let hash = PasswordHash::make(&password(&long), 4);
        assert!(matches(&password(&long), Some(&hash), 4));
        for other in [
            &long[..199],
            &format!("{}y", &long[..199]),
            &long[..72],
            "",
            "x\0",
        ] {
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
    fn cve_2024_39329_every_comparison_costs_the_same() {
        let spent = |stored: Option<u32>, cost| {
            let compared = stored.map_or(0, |stored| 1_u64 << stored);
            compared
                + costs_besides(stored, cost)
                    .map(|cost| 1_u64 << cost)
                    .sum::<u64>()
        };
        for cost in 4..=15 {
            assert_eq!(spent(None, cost), 1 << cost);
            for stored in 4..=cost {
                assert_eq!(spent(Some(stored), cost), 1 << cost, "{stored} at {cost}");
            }
        }
    }

    #[test]
    fn stored_cost_does_not_change_the_result() {
        for stored_cost in 4..=7 {
            let hash = PasswordHash::make(&password("four unrelated words"), stored_cost);
            assert!(matches(&password("four unrelated words"), Some(&hash), 6));
            assert!(!matches(&password("five unrelated words"), Some(&hash), 6));
        }
    }

    /// Returns the hash that another system would have stored for this text.
    fn foreign(text: &str, version: bcrypt::Version) -> String {
        bcrypt::hash_with_salt(text, 4, [7; 16])
            .expect("hashes")
            .format_for_version(version)
    }

    #[test]
    fn imported_hashes_match_the_typed_password() {
        use bcrypt::Version::{TwoA, TwoB, TwoY};
        let decomposed = "cafe\u{301} au lait";
        for version in [TwoA, TwoB, TwoY] {
            let hash = PasswordHash::foreign(&foreign(decomposed, version)).expect("taken");
            assert!(hash.0.starts_with("foreign$2"));
            assert!(!hash.is_current(4), "the next login stores it in our form");
            assert!(matches(&password(decomposed), Some(&hash), 4));
            assert!(
                !matches(&password("caf\u{e9} au lait"), Some(&hash), 4),
                "there it was another password"
            );
        }
        // Cut at 72 bytes, even in the middle of a character, like in the other system.
        let long = format!("{}é{}", "x".repeat(71), "y".repeat(40));
        let hash = PasswordHash::foreign(&foreign(&long, TwoB)).expect("taken");
        assert!(matches(&password(&long), Some(&hash), 4));
        assert!(matches(&password(&long[..80]), Some(&hash), 4));
        assert!(!matches(&password(&long[..71]), Some(&hash), 4));
    }

    #[test]
    fn own_prehash_opens_nothing_and_nul_counts() {
        let theirs = PasswordHash::foreign(&foreign("four unrelated words", bcrypt::Version::TwoY))
            .expect("taken");
        let ours = PasswordHash::make(&password("four unrelated words"), 4);
        let prehashed = prehash(&password("four unrelated words"));
        for text in [
            prehashed.as_str(),
            "four unrelated words\0",
            "four unrelated words\0four unrelated words",
        ] {
            assert!(
                !matches(&password(text), Some(&theirs), 4)
                    && !matches(&password(text), Some(&ours), 4),
                "{text}"
            );
        }
    }

    #[test]
    fn other_hash_formats_are_rejected() {
        let good = foreign("x", bcrypt::Version::TwoB);
        let taken = |text: &str| PasswordHash::foreign(text).map(drop);
        assert_eq!(taken(&good), Ok(()));
        assert_eq!(
            taken(&good.replace("$2b$", "$2x$")),
            Err(ForeignHashError::Faulty)
        );
        for cost in ["00", "03", "16", "31", "99"] {
            assert_eq!(
                taken(&good.replace("$04$", &format!("${cost}$"))),
                Err(ForeignHashError::Cost),
                "{cost}"
            );
        }
        for cost in ["04", "10", "15"] {
            assert_eq!(
                taken(&good.replace("$04$", &format!("${cost}$"))),
                Ok(()),
                "{cost}"
            );
        }
        let (short, long, spaced) = (&good[..59], format!("{good}x"), format!(" {good}"));
        let (sign, strange) = (good.replace("$04$", "$+4$"), format!("{}é", &good[..58]));
        for text in [
            "",
            "x",
            "$argon2id$v=19$",
            "$2$04$",
            short,
            &long,
            &spaced,
            &sign,
            &strange,
            &good.replace('$', "§"),
        ] {
            assert_eq!(taken(text), Err(ForeignHashError::NotBcrypt), "{text}");
        }
    }

    #[test]
    fn where_there_is_no_password_none_is_right() {
        for text in ["", "none", "x"] {
            assert!(!matches(&password(text), Some(&PasswordHash::none()), 4));
        }
        assert!(
            PasswordHash::none().is_none() && !PasswordHash::make(&password("none"), 4).is_none()
        );
    }

    #[test]
    fn rustsec_2026_0199_missing_and_damaged_hashes_never_match() {
        assert!(!matches(&password("x"), None, 4));
        for damaged in [
            "",
            "v1",
            "v1$2b$04$",
            "v1$2b$99$aaaa",
            "v2$2b$04$x",
            "v1$2b$04$é",
            &"v1é".repeat(40),
            "foreign",
        ] {
            assert!(
                !matches(&password("x"), Some(&PasswordHash(damaged.to_owned())), 4),
                "{damaged}"
            );
        }
        // RUSTSEC-2026-0199: non-ASCII characters in a stored hash caused a panic.
        let strange = format!("v1$2b$04${}", "é".repeat(26));
        assert!(!matches(
            &password("x"),
            Some(&PasswordHash(strange + "a")),
            4
        ));
    }
}
