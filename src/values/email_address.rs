//! Email addresses in the grammar of a browser's `type=email`. They are kept as typed, with the
//! domain in its own letters, and compared in lower-case ASCII.

use std::error::Error;

use super::visible::is_invisible;

/// Longest email address (RFC 5321 §4.5.3.1.3, without the angle brackets).
const MAX_CHARS: usize = 254;
/// Longest label of a domain (RFC 1035 §2.3.4).
const MAX_LABEL_CHARS: usize = 63;

/// An email address of at most 254 characters, in the grammar that HTML defines for `type=email`.
/// The length is that of the ASCII form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    as_typed: String,
    key: String,
}

/// Reasons to reject an email address. `texts::reasons` has the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmailAddressError {
    Empty,
    TooLong,
    /// A character outside ASCII before the `@`. Many servers lose emails to such addresses.
    NotAscii(char),
    /// An invisible character inside the address.
    Invisible(char),
    /// A fullwidth `＠` in place of the `@`.
    WideAt,
    Malformed,
}

impl Error for EmailAddressError {}

impl EmailAddress {
    /// Parses the typed text. Surrounding invisible characters are removed. A domain in punycode
    /// gets its own letters (UTS 46).
    pub fn parse(typed: &str) -> Result<Self, EmailAddressError> {
        let typed =
            typed.trim_matches(|c: char| c.is_whitespace() || (is_invisible(c) && !c.is_control()));
        if typed.is_empty() {
            return Err(EmailAddressError::Empty);
        }
        // A character has at most four bytes. The check limits the work below.
        if typed.len() > 4 * MAX_CHARS {
            return Err(EmailAddressError::TooLong);
        }
        let (local, domain) = typed.split_once('@').ok_or(if typed.contains('＠') {
            EmailAddressError::WideAt
        } else {
            EmailAddressError::Malformed
        })?;
        let mut hidden = local
            .chars()
            .filter(|c| is_invisible(*c))
            .chain(domain.chars().filter(|c| is_hidden(*c)))
            .filter(|c| !c.is_ascii());
        if let Some(hidden) = hidden.next() {
            return Err(EmailAddressError::Invisible(hidden));
        }
        if let Some(strange) = local.chars().find(|c| !c.is_ascii()) {
            return Err(EmailAddressError::NotAscii(strange));
        }
        if local.is_empty() || !local.bytes().all(is_local_byte) {
            return Err(EmailAddressError::Malformed);
        }
        let domain = ascii_domain(domain)?;
        if local.len() + 1 + domain.len() > MAX_CHARS {
            return Err(EmailAddressError::TooLong);
        }
        Ok(Self {
            as_typed: format!("{local}@{}", in_own_letters(&domain)),
            key: format!("{local}@{domain}").to_ascii_lowercase(),
        })
    }

    /// Returns the typed form, for pages and for the database.
    pub fn as_str(&self) -> &str {
        &self.as_typed
    }

    /// Returns the form that all spellings of an address share. ASCII letters are in lower case,
    /// and nothing else is changed. Unicode case rules are not used, because they made look-alikes
    /// equal in other software (CVE-2019-19844).
    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn local_part(&self) -> &str {
        self.as_typed.split_once('@').map_or("", |(local, _)| local)
    }

    /// Returns the domain in its own letters.
    pub fn domain(&self) -> &str {
        after_at(&self.as_typed)
    }

    /// Returns the domain in lower-case ASCII, for comparisons.
    pub fn domain_key(&self) -> &str {
        after_at(&self.key)
    }

    /// Returns the domain in ASCII, for mail servers.
    pub fn ascii_domain(&self) -> &str {
        if self.domain().is_ascii() {
            self.domain()
        } else {
            self.domain_key()
        }
    }

    /// Returns the address with its domain in ASCII, for mail servers and programs.
    pub fn ascii(&self) -> String {
        format!("{}@{}", self.local_part(), self.ascii_domain())
    }
}

fn after_at(address: &str) -> &str {
    address.split_once('@').map_or("", |(_, domain)| domain)
}

/// Returns the key of an email address that was parsed before, such as a stored one.
pub fn address_key(address: &str) -> String {
    EmailAddress::parse(address).map_or_else(|_| address.to_ascii_lowercase(), |parsed| parsed.key)
}

/// Returns a stored email address with its domain in its own letters. Earlier versions stored the
/// domain in punycode.
pub(super) fn as_shown(stored: String) -> String {
    if has_punycode(&stored) {
        EmailAddress::parse(&stored).map_or(stored, |parsed| parsed.as_typed)
    } else {
        stored
    }
}

/// Hides most of the local part of a parsed email address. The owner recognises it, but other
/// readers do not learn the address.
pub fn partly_hidden(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or_default();
    let first = local.chars().next().unwrap_or_default();
    format!("{first}•••@{domain}")
}

/// Returns true for an invisible character that no domain may have. Some scripts need a joiner.
fn is_hidden(c: char) -> bool {
    is_invisible(c) && !is_joiner(c)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn has_punycode(text: &str) -> bool {
    let mut parts = text.as_bytes().windows(4);
    parts.any(|part| part.eq_ignore_ascii_case(b"xn--"))
}

/// Converts a domain to ASCII (UTS 46).
fn ascii_domain(domain: &str) -> Result<String, EmailAddressError> {
    let ascii = if domain.is_ascii() {
        domain.to_owned()
    } else {
        // Outside the scripts that need it, a joiner is an error that no reader can see.
        let joiner = domain.chars().find(|c| is_joiner(*c));
        let rejected = joiner.map_or(EmailAddressError::Malformed, EmailAddressError::Invisible);
        idna::domain_to_ascii(domain).map_err(|_| rejected)?
    };
    if ascii.split('.').all(is_label) {
        Ok(ascii)
    } else {
        Err(EmailAddressError::Malformed)
    }
}

/// Returns a domain with its punycode in its own letters. A domain that does not survive the way
/// there and back stays in ASCII.
fn in_own_letters(ascii: &str) -> String {
    if has_punycode(ascii) {
        let (letters, result) = idna::domain_to_unicode(ascii);
        let survives = result.is_ok()
            && !letters.chars().any(is_hidden)
            && ascii_domain(&letters).is_ok_and(|back| back == ascii.to_ascii_lowercase());
        if survives {
            return letters;
        }
    }
    ascii.to_owned()
}

fn is_local_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= MAX_LABEL_CHARS
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn partly_hidden_address_stays_recognisable() {
        assert_eq!(
            partly_hidden("Ada.Lovelace@example.org"),
            "A•••@example.org"
        );
        assert_eq!(partly_hidden("a@b"), "a•••@b");
    }

    #[test]
    fn invisible_characters_around_an_address_are_dropped() {
        for typed in [
            "\u{200b}ada@example.org",
            "ada@example.org\u{a0}",
            "\u{feff} ada@example.org\u{2060}\r\n",
        ] {
            let email = EmailAddress::parse(typed).expect("an address");
            assert_eq!(email.as_str(), "ada@example.org", "{typed:?}");
        }
    }

    #[test]
    fn submitted_address_is_accepted_and_kept_as_typed() {
        for typed in [
            "ada@example.org",
            "Ada.Lovelace+news@Example.ORG",
            "o'hara@x",
            "a..b@x.test",
            ".a@x",
            "ada@bücher.example",
        ] {
            assert_eq!(EmailAddress::parse(typed).expect(typed).as_str(), typed);
        }
        assert_eq!(
            EmailAddress::parse(" \tada@example.org\r\n")
                .expect("trimmed")
                .as_str(),
            "ada@example.org"
        );
    }

    #[test]
    fn punycode_gets_its_own_letters() {
        for (typed, shown, ascii) in [
            (
                "a@xn--bcher-kva.example",
                "a@bücher.example",
                "xn--bcher-kva.example",
            ),
            (
                "a@XN--BCHER-KVA.Example",
                "a@bücher.example",
                "xn--bcher-kva.example",
            ),
            (
                "a@BÜCHER.example",
                "a@bücher.example",
                "xn--bcher-kva.example",
            ),
            ("a@ｅxample.org", "a@example.org", "example.org"),
            (
                "a@نامه\u{200c}ای.example",
                "a@نامه\u{200c}ای.example",
                "xn--mgba3gch31f060k.example",
            ),
            ("a@Example.ORG", "a@Example.ORG", "Example.ORG"),
            // No letters lead back to this one.
            (
                "a@xn--99999999.example",
                "a@xn--99999999.example",
                "xn--99999999.example",
            ),
        ] {
            let parsed = EmailAddress::parse(typed);
            assert_eq!(
                parsed
                    .as_ref()
                    .map(|email| (email.as_str(), email.ascii_domain())),
                Ok((shown, ascii)),
                "{typed}"
            );
            assert_eq!(
                address_key(shown),
                format!("a@{ascii}").to_ascii_lowercase()
            );
            assert_eq!(as_shown(format!("a@{ascii}")), shown);
        }
    }

    #[test]
    fn joiner_that_no_script_needs_is_named() {
        for joiner in ['\u{200c}', '\u{200d}'] {
            assert_eq!(
                EmailAddress::parse(&format!("ada@exam{joiner}ple.org")),
                Err(EmailAddressError::Invisible(joiner))
            );
        }
    }

    #[test]
    fn cve_2019_19844_only_ascii_case_is_folded() {
        let key = |typed: &str| EmailAddress::parse(typed).map(|address| address.key().to_owned());
        assert_eq!(key("ADA@Example.ORG"), key("ada@example.org"));
        // The Kelvin sign and the dotless i fold to k and i under Unicode rules.
        assert_eq!(
            key("\u{212a}@example.org"),
            Err(EmailAddressError::NotAscii('\u{212a}'))
        );
        assert_eq!(
            key("m\u{131}ke@example.org"),
            Err(EmailAddressError::NotAscii('\u{131}'))
        );
    }

    #[test]
    fn malformed_address_is_rejected_with_reason() {
        use EmailAddressError::{Empty, Invisible, Malformed, NotAscii, TooLong, WideAt};
        for (typed, why) in [
            ("", Empty),
            ("  \t ", Empty),
            ("ada", Malformed),
            ("@example.org", Malformed),
            ("ada@", Malformed),
            ("ada@@example.org", Malformed),
            ("a da@example.org", Malformed),
            ("ada@example..org", Malformed),
            ("ada@-example.org", Malformed),
            ("ada@example-.org", Malformed),
            ("ada@exa mple.org", Malformed),
            ("ada\0@example.org", Malformed),
            ("ada@example.org\nBcc: eve@example.org", Malformed),
            ("\"ada l\"@example.org", Malformed),
            ("ädä@example.org", NotAscii('ä')),
            ("a\u{200b}da@example.org", Invisible('\u{200b}')),
            ("a\u{200d}da@example.org", Invisible('\u{200d}')),
            ("ada@exam\u{ad}ple.org", Invisible('\u{ad}')),
            ("ada@example.\u{a0}org", Invisible('\u{a0}')),
            ("ada\u{ff20}example.org", WideAt),
            ("\u{200b}\u{a0}", Empty),
            ("ada＠example.org", WideAt),
        ] {
            assert_eq!(EmailAddress::parse(typed), Err(why), "{typed:?}");
        }
        assert_eq!(
            EmailAddress::parse(&format!("{}@example.org", "a".repeat(243))),
            Err(TooLong)
        );
        assert!(EmailAddress::parse(&format!("{}@example.org", "a".repeat(242))).is_ok());
        assert_eq!(
            EmailAddress::parse(&format!("a@{}", "b".repeat(64))),
            Err(Malformed)
        );
    }

    proptest! {
        #[test]
        fn no_accepted_address_breaks_an_smtp_line(typed in "\\PC{0,40}(@\\PC{0,40})?|[ \
                                                                  -~\r\n\t\0]{1,60}") {
            if let Ok(address) = EmailAddress::parse(&typed) {
                prop_assert!(address.ascii().bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(!address.as_str().chars().any(is_hidden));
                let special = ['<', '>', '"', '(', ')', ',', ':', ';', '\\', '[', ']'];
                prop_assert!(!address.as_str().contains(special));
                prop_assert!(!address.ascii().contains(special));
                prop_assert!(address.ascii().len() <= 254);
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
                prop_assert_eq!(address_key(address.as_str()), address.key());
                prop_assert_eq!(address_key(&address.ascii()), address.key());
                prop_assert_eq!(as_shown(address.ascii()), address.as_str());
            }
        }
    }
}
