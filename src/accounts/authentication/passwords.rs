//! The rules for new passwords, and the comparison of passwords. Both run on the threads of the
//! hasher. The stored form of a password is in `security::password_hash`.

use std::sync::Arc;

use zxcvbn::feedback::Warning;

use super::hasher::{Hasher, HasherBusy};
use crate::security::breached::Breached;
use crate::security::password_hash::{self, PasswordHash};
use crate::values::{DisplayName, EmailAddress, Guessable, Password};

/// Minimum number of attempts to find a password, as estimated by zxcvbn (`docs/security.md`, 8).
/// Eight random characters need 10^8 + 1.
const LEAST_GUESSES: u64 = 100_000_000;
/// Number of judged characters, because zxcvbn is slow for long texts. Further characters can only
/// make a password stronger.
const JUDGED_CHARS: usize = 100;
/// Signs that zxcvbn reads as disguised letters, in addition to digits. It tries every combination
/// of their possible meanings. A long text of all these signs would occupy a thread for a second.
const DISGUISES: &str = "@({[<|!$+%";
/// Number of different signs that may be disguises in a long text. Real passwords rarely use more.
const MAX_DISGUISES: usize = 2;
/// Longest text that is judged unchanged. It takes a tenth of a second at most.
const SHORT_CHARS: usize = 30;
/// Minimum length of a part of an email address or name to count as a word. Shorter parts occur in
/// too many words.
const MIN_WORD_CHARS: usize = 3;

/// A password that passed all rules for new passwords. [`hash`] takes no other type, so no
/// unchecked password becomes a new one.
#[derive(Clone, Debug)]
pub struct AcceptedPassword(Password);

/// The words that a new password must not consist of, and the filter of breached passwords. Words
/// of the user and of the site are separate, because the error message names the kind.
#[derive(Clone, Debug, Default)]
pub struct PasswordContext {
    personal: Vec<String>,
    site: Vec<String>,
    breached: Option<Arc<Breached>>,
}

impl PasswordContext {
    /// Collects words from the app's name and host, and from the user's email address and name.
    pub fn new(
        app_name: &str,
        host: &str,
        email: Option<&EmailAddress>,
        name: Option<&DisplayName>,
    ) -> Self {
        let mut personal = Vec::new();
        if let Some(email) = email {
            personal.extend([
                email.as_str().to_owned(),
                email.local_part().to_owned(),
                email.domain().to_owned(),
            ]);
            personal.extend(split_words(email.local_part()));
            personal.extend(split_words(email.domain()));
        }
        if let Some(name) = name {
            personal.push(name.as_str().to_owned());
            personal.extend(split_words(name.as_str()));
        }
        let mut site = vec![app_name.to_owned(), host.to_owned()];
        site.extend(split_words(app_name));
        site.extend(split_words(host));
        Self {
            personal,
            site,
            breached: None,
        }
    }

    /// Adds the operator's filter of breached passwords, if there is one.
    #[must_use]
    pub fn with_breached(self, breached: Option<Arc<Breached>>) -> Self {
        Self { breached, ..self }
    }
}

fn split_words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= MIN_WORD_CHARS)
        .map(str::to_owned)
}

pub async fn accept(
    hasher: &Hasher,
    password: Password,
    context: PasswordContext,
) -> Result<Result<AcceptedPassword, Guessable>, HasherBusy> {
    hasher
        .judge(move || judge(&password, &context).map(|()| AcceptedPassword(password)))
        .await
}

pub async fn hash(
    hasher: &Hasher,
    password: AcceptedPassword,
    cost: u32,
) -> Result<PasswordHash, HasherBusy> {
    hasher
        .hash(cost, move || PasswordHash::make(&password.0, cost))
        .await
}

/// Hashes a new password. Returns `None` if it is the password of `blocked`.
pub async fn hash_unless_blocked(
    hasher: &Hasher,
    password: AcceptedPassword,
    blocked: Option<PasswordHash>,
    cost: u32,
) -> Result<Option<PasswordHash>, HasherBusy> {
    if blocked.is_some() {
        let (is_blocked, _) = compare(hasher, password.0.clone(), blocked, cost).await?;
        if is_blocked {
            return Ok(None);
        }
    }
    hash(hasher, password, cost).await.map(Some)
}

/// Compares a typed password with the stored hash. Takes equally long if no hash is stored. The
/// second value is a new hash. It is present if the password matches and the stored hash has an
/// outdated format or cost.
pub async fn compare(
    hasher: &Hasher,
    password: Password,
    stored: Option<PasswordHash>,
    cost: u32,
) -> Result<(bool, Option<PasswordHash>), HasherBusy> {
    // An imported hash may have a higher cost.
    let most = stored
        .as_ref()
        .and_then(PasswordHash::cost)
        .unwrap_or_default()
        .max(cost);
    hasher
        .hash(most, move || {
            let right = password_hash::matches(&password, stored.as_ref(), cost);
            let outdated = right && stored.is_some_and(|stored| !stored.is_current(cost));
            (right, outdated.then(|| PasswordHash::make(&password, cost)))
        })
        .await
}

fn judge(password: &Password, context: &PasswordContext) -> Result<(), Guessable> {
    let judged: String = password.expose().chars().take(JUDGED_CHARS).collect();
    let known: Vec<&str> = context
        .personal
        .iter()
        .chain(&context.site)
        .map(String::as_str)
        .collect();
    let entropy = if judged.chars().count() <= SHORT_CHARS {
        zxcvbn::zxcvbn(&judged, &known)
    } else {
        zxcvbn::zxcvbn(&with_few_disguises(&judged), &known)
    };
    if entropy.guesses() >= LEAST_GUESSES {
        return if is_breached(password, context) {
            Err(Guessable::Breached)
        } else {
            Ok(())
        };
    }
    let contains = |words: &[String]| {
        let judged = judged.to_lowercase();
        words.iter().any(|word| {
            word.chars().count() >= MIN_WORD_CHARS && judged.contains(&word.to_lowercase())
        })
    };
    Err(if contains(&context.personal) {
        Guessable::ContainsPersonal
    } else if contains(&context.site) {
        Guessable::ContainsSite
    } else {
        entropy
            .feedback()
            .and_then(zxcvbn::feedback::Feedback::warning)
            .map_or(Guessable::TooSimple, reason_of)
    })
}

/// Returns the text with at most [`MAX_DISGUISES`] different disguise signs. Replaces each of the
/// others with a character of its own, which occurs in no word list and on no keyboard.
fn with_few_disguises(text: &str) -> String {
    let mut taken = String::new();
    let judged = text.chars().map(|character| {
        if !DISGUISES.contains(character) || taken.contains(character) {
            return character;
        }
        if taken.len() < MAX_DISGUISES {
            taken.push(character);
            return character;
        }
        // A code point for private use.
        char::from_u32(0xE000 + u32::from(character)).unwrap_or(character)
    });
    judged.collect()
}

/// Returns true if the operator's filter contains the password. A filter that cannot be read does
/// not block passwords that are otherwise strong enough.
fn is_breached(password: &Password, context: &PasswordContext) -> bool {
    let found = context
        .breached
        .as_ref()
        .map_or(Ok(false), |breached| breached.contains(password.expose()));
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "reading filter of breached passwords failed");
        false
    })
}

fn reason_of(warning: Warning) -> Guessable {
    use Warning::{
        AWordByItselfIsEasyToGuess, CommonNamesAndSurnamesAreEasyToGuess, DatesAreOftenEasyToGuess,
        NamesAndSurnamesByThemselvesAreEasyToGuess, RecentYearsAreEasyToGuess,
        RepeatsLikeAaaAreEasyToGuess, RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        SequencesLikeAbcAreEasyToGuess, ShortKeyboardPatternsAreEasyToGuess,
        StraightRowsOfKeysAreEasyToGuess, ThisIsACommonPassword, ThisIsATop10Password,
        ThisIsATop100Password, ThisIsSimilarToACommonlyUsedPassword,
    };
    match warning {
        ThisIsATop10Password | ThisIsATop100Password | ThisIsACommonPassword => Guessable::Common,
        ThisIsSimilarToACommonlyUsedPassword => Guessable::AlmostCommon,
        StraightRowsOfKeysAreEasyToGuess | ShortKeyboardPatternsAreEasyToGuess => Guessable::KeyRun,
        SequencesLikeAbcAreEasyToGuess => Guessable::Sequence,
        RepeatsLikeAaaAreEasyToGuess | RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            Guessable::Repeats
        }
        RecentYearsAreEasyToGuess => Guessable::RecentYear,
        DatesAreOftenEasyToGuess => Guessable::Date,
        AWordByItselfIsEasyToGuess => Guessable::SingleWord,
        NamesAndSurnamesByThemselvesAreEasyToGuess | CommonNamesAndSurnamesAreEasyToGuess => {
            Guessable::Name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), Guessable> {
        let email = EmailAddress::parse("ada.lovelace@engines.example").expect("an address");
        let name = DisplayName::parse("Augusta King").expect("a name");
        let context = PasswordContext::new(
            "Vestibule",
            "login.example.org",
            Some(&email),
            name.as_ref(),
        );
        judge(
            &Password::parse_new(password).expect("long enough"),
            &context,
        )
    }

    #[test]
    fn easily_guessed_password_is_rejected_with_reason() {
        for (password, reason) in [
            ("password", Guessable::Common),
            ("12345678", Guessable::Common),
            ("P@ssw0rd", Guessable::AlmostCommon),
            ("0123456789", Guessable::Sequence),
            ("!@#$%^&*(", Guessable::KeyRun),
            (&"p4$$w0rd1!".repeat(6), Guessable::Repeats),
            ("aaaaaaaaaaaa", Guessable::Repeats),
            ("abcdefghijk", Guessable::Sequence),
            ("31.12.1999", Guessable::Date),
            ("lovelace1", Guessable::ContainsPersonal),
            ("engines.example", Guessable::ContainsPersonal),
            ("augustaking", Guessable::ContainsPersonal),
            ("Vestibule1", Guessable::ContainsSite),
        ] {
            assert_eq!(judged(password), Err(reason), "{password}");
        }
    }

    #[test]
    fn few_substitutions_count_and_many_do_not() {
        assert_eq!(with_few_disguises("P@$sw0rd1"), "P@$sw0rd1");
        let judged = with_few_disguises(&DISGUISES.repeat(2));
        assert_eq!(
            judged
                .chars()
                .filter(|character| DISGUISES.contains(*character))
                .count(),
            2 * MAX_DISGUISES
        );
        assert_eq!(judged.chars().count(), 2 * DISGUISES.len());
        let different: std::collections::BTreeSet<char> = judged.chars().collect();
        assert_eq!(different.len(), DISGUISES.len());
    }

    #[test]
    fn any_password_hard_to_guess_is_accepted() {
        for password in [
            "kT9#vQ2z",
            "harbour velvet onion clock",
            "正しい馬電池ホッチキス",
            "      a long   space      ",
            // All disguises, repeated. This would take a second if each of them were read as a
            // letter.
            &"4@8({[<369|!175$0+%2".repeat(5),
            &(100..125)
                .map(|number: u32| (number * number * 7919).to_string())
                .collect::<String>(),
        ] {
            assert_eq!(judged(password), Ok(()), "{password}");
        }
    }
}
