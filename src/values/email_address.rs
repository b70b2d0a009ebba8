//! Email addresses in the grammar of a browser's `type=email`. They are kept as typed and compared
//! in lower-case ASCII.

use std::error::Error;

use super::visible::is_invisible;

/// Longest email address (RFC 5321 §4.5.3.1.3, without the angle brackets).
const MAX_CHARS: usize = 254;
/// Longest label of a domain (RFC 1035 §2.3.4).
const MAX_LABEL_CHARS: usize = 63;

/// An email address of at most 254 ASCII characters, in the grammar that HTML defines for
/// `type=email`.
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
    /// Parses the typed text. Surrounding invisible characters are removed. A domain in another
    /// script is converted to punycode (UTS 46).
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
        // Some scripts need a joiner in a domain.
        let is_joiner = |c: char| matches!(c, '\u{200c}' | '\u{200d}');
        let mut hidden = local
            .chars()
            .chain(domain.chars().filter(|c| !is_joiner(*c)))
            .filter(|c| is_invisible(*c) && !c.is_ascii());
        if let Some(hidden) = hidden.next() {
            return Err(EmailAddressError::Invisible(hidden));
        }
        if let Some(strange) = local.chars().find(|c| !c.is_ascii()) {
            return Err(EmailAddressError::NotAscii(strange));
        }
        if local.is_empty() || !local.bytes().all(is_local_byte) {
            return Err(EmailAddressError::Malformed);
        }
        let domain = if domain.is_ascii() {
            domain.to_owned()
        } else {
            idna::domain_to_ascii(domain).map_err(|_| EmailAddressError::Malformed)?
        };
        if !domain.split('.').all(is_label) {
            return Err(EmailAddressError::Malformed);
        }
        let as_typed = format!("{local}@{domain}");
        if as_typed.len() > MAX_CHARS {
            return Err(EmailAddressError::TooLong);
        }
        let key = address_key(&as_typed);
        Ok(Self { as_typed, key })
    }

    /// Returns the typed form, for delivery and for pages.
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

    pub fn domain(&self) -> &str {
        self.as_typed
            .split_once('@')
            .map_or("", |(_, domain)| domain)
    }
}

/// Returns the key of an email address that was parsed before, such as a stored one.
pub fn address_key(address: &str) -> String {
    address.to_ascii_lowercase()
}

/// Hides most of the local part of a parsed email address. The owner recognises it, but other
/// readers do not learn the address.
pub fn partly_hidden(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or_default();
    let first = local.chars().next().unwrap_or_default();
    format!("{first}•••@{domain}")
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
    fn who_knows_an_address_recognises_it_when_it_is_partly_hidden() {
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
    fn what_a_browser_submits_is_taken_and_kept_as_typed() {
        for typed in [
            "ada@example.org",
            "Ada.Lovelace+news@Example.ORG",
            "o'hara@x",
            "a..b@x.test",
            ".a@x",
            "a@xn--bcher-kva.example",
        ] {
            assert_eq!(EmailAddress::parse(typed).expect(typed).as_str(), typed);
        }
        assert_eq!(
            EmailAddress::parse(" \tada@example.org\r\n")
                .expect("trimmed")
                .as_str(),
            "ada@example.org"
        );
        assert_eq!(
            EmailAddress::parse("ada@bücher.example")
                .expect("idn")
                .as_str(),
            "ada@xn--bcher-kva.example"
        );
    }

    #[test]
    fn cve_2019_19844_spellings_that_differ_in_ascii_case_are_one_address_and_look_alikes_are_not()
    {
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
    fn what_is_no_address_says_why() {
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
        fn no_accepted_address_can_break_a_line_of_smtp(typed in "\\PC{0,40}(@\\PC{0,40})?|[ \
                                                                  -~\r\n\t\0]{1,60}") {
            if let Ok(address) = EmailAddress::parse(&typed) {
                prop_assert!(address.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
                let special = ['<', '>', '"', '(', ')', ',', ':', ';', '\\', '[', ']'];
                prop_assert!(!address.as_str().contains(special));
                prop_assert!(address.as_str().len() <= 254);
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
            }
        }
    }
}
