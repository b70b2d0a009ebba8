//! Texts about the rule for sign-ups.

use std::fmt;

use crate::values::{EmailDomain, SignUpRejected};

impl fmt::Display for SignUpRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("You need an invitation to create an account"),
            Self::Domain(domains) => {
                write!(f, "Enter an email address at {}", display_domains(domains))
            }
        }
    }
}

/// Returns the domains as a choice: `a.example, b.example or c.example`.
pub fn display_domains(domains: &[EmailDomain]) -> String {
    let mut names: Vec<String> = domains.iter().map(ToString::to_string).collect();
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} or {last}", names.join(", ")),
        last => last.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_listed_as_a_choice() {
        let shown = |texts: &[&str]| {
            let domains = texts.iter().map(|text| EmailDomain::parse(text));
            display_domains(&domains.collect::<Option<Vec<_>>>().expect("domains"))
        };
        assert_eq!(shown(&["a.example"]), "a.example");
        assert_eq!(shown(&["a.example", "b.example"]), "a.example or b.example");
        let three = shown(&["a.example", "b.example", "c.example"]);
        assert_eq!(three, "a.example, b.example or c.example");
    }
}
