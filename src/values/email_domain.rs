//! Domains of email addresses.

use std::fmt;

use super::EmailAddress;

/// The domain of email addresses. Compared in lower-case ASCII, so punycode and a domain in its own
/// letters are equal. A subdomain is another domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailDomain {
    /// The domain in its own letters.
    shown: String,
    key: String,
}

impl EmailDomain {
    /// Parses the text after the `@` of an address.
    pub fn parse(text: &str) -> Option<Self> {
        let address = EmailAddress::parse(&format!("a@{text}")).ok()?;
        Some(Self {
            shown: address.domain().to_owned(),
            key: address.domain_key().to_owned(),
        })
    }

    /// Returns true if the address is at this domain.
    pub fn contains(&self, address: &EmailAddress) -> bool {
        self.key == address.domain_key()
    }
}

impl fmt::Display for EmailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cve_2026_40574_address_is_at_its_exact_domain() {
        // CVE-2026-40574 oauth2-proxy (GHSA-c5c4-8r6x-56w3).
        let domain = EmailDomain::parse("Bücher.example").expect("a domain");
        let is_inside =
            |typed: &str| EmailAddress::parse(typed).is_ok_and(|email| domain.contains(&email));
        for inside in [
            "ada@bücher.example",
            "ada@BÜCHER.example",
            "ada@xn--bcher-kva.example",
            "ada@XN--BCHER-KVA.Example",
        ] {
            assert!(is_inside(inside), "{inside}");
        }
        for outside in [
            "ada@evil-bücher.example",
            "ada@mail.bücher.example",
            "ada@bücher.example.org",
            "ada@bucher.example",
            "ada@evil.example@bücher.example",
            "ada@bücher.example.",
        ] {
            assert!(!is_inside(outside), "{outside}");
        }
        assert_eq!(domain.to_string(), "bücher.example");
    }

    #[test]
    fn text_that_is_no_domain_is_rejected() {
        for text in [
            "",
            "@example.org",
            "a@example.org",
            "*.example.org",
            "example..org",
            "-x.org",
        ] {
            assert_eq!(EmailDomain::parse(text), None, "{text:?}");
        }
    }
}
